package main

import (
	"encoding/json"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

var kills = flag.Int("kills", 2, "how often TestKilledRunsResume kills each kind of run")

// child begins the command in a process of its own.
func child(t *testing.T, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	text, err := json.Marshal(args)
	require.NoError(t, err)
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childArguments+"="+string(text))
	var output strings.Builder
	c.Stdout, c.Stderr = &output, &output
	require.NoError(t, c.Start())
	return c, &output
}

// kinds are optimizers with every mode and structure of K-FAC.
func kinds() map[string][]string {
	list := map[string][]string{
		"sgd": {"-opt", "sgd"}, "adam": {"-opt", "adam"}, "muon": {"-opt", "muon", "-muon-last-layer"},
		"shampoo": {"-opt", "shampoo", "-shampoo-update-steps", "3"}, "soap": {"-opt", "soap", "-soap-update-steps", "3"},
	}
	for _, mode := range []string{"adaptive", "fixed"} {
		for _, structure := range []string{"low-rank", "block-diagonal", "block-tridiagonal", "ekfac", "diagonal", "full"} {
			if structure == "full" && mode == "fixed" || structure == "diagonal" && mode == "fixed" {
				// as internal/job refuses them, where it does
				if o := execute("-opt", "kfac", "-kfac-mode", mode, "-kfac-structure", structure, "-dataset", "digits", "-dry-run", "-hidden", "2"); o.status == exitUsage {
					continue
				}
			}
			list["kfac-"+mode+"-"+structure] = []string{"-opt", "kfac", "-kfac-mode", mode, "-kfac-structure", structure}
			if structure == "low-rank" { // narrow layers have dense inverses
				list["kfac-"+mode+"-"+structure] = append(list["kfac-"+mode+"-"+structure], "-hidden", "140,140")
			}
		}
	}
	return list
}

// TestKilledRunsResume: a run that is killed at any instant, again and again, goes on,
// and its result is to the bit that of a run that was left alone, but for times.
// go test ./cmd/train -run Killed -kills 100 is the whole of it.
func TestKilledRunsResume(t *testing.T) {
	data := blobs(t)
	list := kinds()
	list["augmented"] = []string{"-opt", "adam", "-dataset", pictures(t), "-augment", "crop=2,shift=1,flip,rotate=10,erase=3,mixup=0.2,cutmix=1"}
	for name, kind := range list {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // runs of one worker, in processes of their own
			settings := append([]string{"-dataset", data, "-dropout", "0.1", "-validation", "0.1", "-batch-size", "24",
				"-max-steps", "200", "-eval-every", "7", "-progress", "none", "-json", "-workers", "1"}, kind...)
			if !slices.Contains(kind, "-hidden") {
				settings = append(settings, "-hidden", "6")
			}
			whole := filepath.Join(t.TempDir(), "whole")
			began := time.Now()
			plain, output := child(t, append(settings, "-out", whole, "-checkpoint-every", "1")...)
			require.NoError(t, plain.Wait(), output)
			limit := time.Since(began)
			want := withoutTimes(t, filepath.Join(whole, "result.json"))
			wantTable := tableWithoutTimes(t, filepath.Join(whole, "metrics.csv"))

			killed, finished := 0, 0
			for killed < *kills {
				dir := filepath.Join(t.TempDir(), "run")
				done := false
				for !done {
					args := []string{"-resume", dir, "-checkpoint-every", "1", "-progress", "none", "-json"}
					if _, err := os.Stat(filepath.Join(dir, "config.json")); err != nil {
						args = append(settings, "-out", dir, "-checkpoint-every", "1")
					}
					c, output := child(t, args...)
					if killed < *kills {
						time.Sleep(time.Duration(rand.Int64N(int64(limit / 2)))) // anywhere, beginning and end included
						require.NoError(t, errors.Join(ignoreFinished(c.Process.Kill())))
					}
					err := c.Wait()
					if c.ProcessState.ExitCode() == -1 {
						killed++
						continue
					}
					require.NoError(t, err, output)
					done = true
				}
				got := withoutTimes(t, filepath.Join(dir, "result.json"))
				require.True(t, want == got, "killed %d times: %s", killed, firstDifference(want, got))
				table := tableWithoutTimes(t, filepath.Join(dir, "metrics.csv"))
				require.True(t, wantTable == table, "killed %d times: %s", killed, firstDifference(wantTable, table))
				finished++
			}
			t.Logf("killed %d times, %d runs finished, each as one that was left alone (%v)", killed, finished, limit)
		})
	}
}

func ignoreFinished(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// firstDifference shows where two texts part: whole ones are no reading.
func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(s string) string { return s[max(0, i-300):min(len(s), i+60)] }
	return "\nwant …" + around(a) + "\n got …" + around(b)
}

// tableWithoutTimes is a metrics.csv without its last column.
func tableWithoutTimes(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var table strings.Builder
	for line := range strings.Lines(string(text)) {
		table.WriteString(line[:strings.LastIndexByte(line, ',')] + "\n")
	}
	return table.String()
}

// withoutTimes is a result with nothing in it that tells how fast it was made, and where.
func withoutTimes(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var run results.Run
	require.NoError(t, json.Unmarshal(text, &run))
	run.TrainSeconds, run.StepsPerSecond, run.Environment, run.Command = 0, 0, nil, ""
	for i := range run.History {
		run.History[i].TrainSeconds, run.History[i].Phases = 0, nil
	}
	text, err = json.Marshal(&run)
	require.NoError(t, err)
	return string(text)
}
