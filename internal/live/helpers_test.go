package live_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/live"
	"github.com/gokfac/gokfac/internal/results"
)

const script = `<script>document.title="owned"</script>`

// fake is a run with a record every ten steps of a tenth of a second.
func fake(records int) *results.Run {
	r := &results.Run{
		Version: 1, Optimizer: "kfac", Model: "mlp", Dataset: "digits", Seed: 1, Workers: 2, DType: "float32", BatchSize: 256,
		Params: 669706, PerEpoch: 20, Ending: results.Done, Command: "go run ./cmd/train " + script,
		Config:      results.Fields[any]{{Name: "lr", Value: 0.25}, {Name: "dataset", Value: script}, {Name: "kfac_damping", Value: nil}},
		Environment: &results.Environment{Go: "go1.26", CPU: script},
	}
	for i := range records {
		r.Steps = 10 * (i + 1)
		r.Epochs = r.Steps / 20
		r.TrainSeconds = results.Number(i + 1)
		r.TrainLoss = results.Number(1 / float64(i+1))
		r.Scores = results.Fields[results.Number]{{Name: "test_loss", Value: r.TrainLoss * 2}, {Name: "test_accuracy", Value: 0.5}}
		r.History = append(r.History, results.Record{
			Step: r.Steps, Epoch: 1 + i/2, TrainLoss: r.TrainLoss, TrainSeconds: r.TrainSeconds, Scores: r.Scores,
			Phases: results.Fields[results.Number]{{Name: "gradient", Value: 0.75}},
			KFAC:   &results.Diagnostics{Damping: 0.03125, Rho: results.Number(1.25 + float64(i)), Gamma: 0.5, Alpha: 0.125, Mu: results.Number(0.9375 - float64(i)/16), GradNorm: 3, UpdateNorm: 2},
		})
	}
	return r
}

func listen(t testing.TB) *live.Server {
	s, err := live.Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// get asks for a page of a server, under a name.
func get(t testing.TB, method, url, host string) (*http.Response, string) {
	request, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	if host != "" {
		request.Host = host
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(text)
}

// browser is a Chromium, or the test is skipped.
func browser(t testing.TB) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("neither chromium, chromium-browser nor google-chrome is in PATH")
	return ""
}

// browse runs a page in a Chromium: it returns the page as its scripts have left it, and what
// they told the console.
func browse(t testing.TB, url string, more ...string) (dom, console string) {
	command := browser(t)
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	log := filepath.Join(t.TempDir(), "console")
	args := append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + t.TempDir(),
		"--enable-logging", "--log-file=" + log, "--virtual-time-budget=4000",
	}, more...)
	c := exec.CommandContext(ctx, command, append(args, "--dump-dom", url)...)
	c.WaitDelay = time.Second
	out, err := c.Output()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(log)
	if err != nil {
		text = []byte(fmt.Sprint(err))
	}
	return string(out), string(text)
}
