package results_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gokfac/gokfac/internal/results"
)

// FuzzRun: whatever is taken for a kept run is written, and read again, as the
// same run, and can be asked for its scores.
func FuzzRun(f *testing.F) {
	f.Add([]byte(`{"version":1,"label":"adam","optimizer":"adam","model":"mlp","dataset":"digits","seed":18446744073709551615,"workers":2,` +
		`"dtype":"float32","batch_size":512,"params":7,"steps":20,"epochs":2,"steps_per_epoch":10,"train_seconds":1.5,"train_loss":0.1,` +
		`"test_loss":0.2,"test_accuracy":null,"target":{"metric":"test_accuracy","value":0.9,"reached":true,"step":20,"seconds":1.25},` +
		`"ending":"target","warnings":["w"],"history":[{"step":20,"epoch":2,"train_loss":0.1,"test_loss":0.2,"train_seconds":1.5,` +
		`"phase_seconds":{"gradient":1,"update":0.25},"kfac":{"loss":0.1,"damping":2,"undone_steps":1}}],"config":{"lr":0.5,"hidden":[8,4],` +
		`"kfac_damping":null},"command":"go run","environment":{"version":"v1","processors":2}}`))
	for _, text := range []string{`{}`, `null`, `[]`, `{"steps":-3,"history":[]}`, `{"test_loss":1e999}`, `{"config":{"a":{"b":[1]}},"config":{}}`, `{"history":[null,{}]}`, "[\n]"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		run := &results.Run{}
		if err := json.Unmarshal(text, run); err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatal(err)
			}
			return
		}
		once, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		again := &results.Run{}
		if err := json.Unmarshal(once, again); err != nil {
			t.Fatal(err)
		}
		twice, err := json.Marshal(again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s\n%s\n%v", once, twice, err)
		}
		run.Score("test_loss")
		for i := range run.History {
			run.History[i].Score(results.TrainLoss)
		}
		c := results.Comparison{Groups: []results.Group{{Label: "a", Runs: []*results.Run{run, again}}}, Better: func(_ string, v, w float64) bool { return v < w }}
		c.Final(&c.Groups[0], "test_loss")
		c.Reach(&c.Groups[0], results.Goal{Metric: "test_loss", Value: 0.5})
	})
}
