package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/results"
)

// members carries command lines out in as many processes, which are goroutines of this one.
func members(t *testing.T, ctx context.Context, lines ...[]string) []outcome {
	t.Helper()
	return membersThatEnd(t, ctx, func() error { return nil }, lines...)
}

// membersThatEnd are members with what each does to end the group.
func membersThatEnd(t *testing.T, ctx context.Context, end func() error, lines ...[]string) []outcome {
	t.Helper()
	outcomes := make([]outcome, len(lines))
	err := distributed.Run(len(lines), func(g distributed.Group) error {
		l := launch{launcher: true, rank: g.Rank(), size: g.Size(), together: true}
		l.open = func() (distributed.Group, func() error, error) { return g, end, nil }
		var stdout, stderr bytes.Buffer
		status := l.run(ctx, lines[g.Rank()], &stdout, &stderr)
		outcomes[g.Rank()] = outcome{status, stdout.String(), stderr.String()}
		return nil
	})
	require.NoError(t, err)
	return outcomes
}

// together carries one command line out in n processes, of which all but the first say nothing, and all end with one status.
func together(t *testing.T, n int, args ...string) outcome {
	t.Helper()
	lines := make([][]string, n)
	for i := range lines {
		lines[i] = args
	}
	outcomes := members(t, context.Background(), lines...)
	for rank, o := range outcomes[1:] {
		assert.Equal(t, outcome{status: outcomes[0].status}, o, "process %d", rank+1)
	}
	return outcomes[0]
}

// near requires two runs to have the same history but for rounding and times.
func near(t *testing.T, want, got outcome, name string) {
	t.Helper()
	read := func(o outcome) (run results.Run) {
		require.Zero(t, o.status, "%s: %s", name, o.stderr)
		require.NoError(t, json.Unmarshal([]byte(o.stdout), &run), "%s: want one object: %s", name, o.stdout)
		return run
	}
	a, b := read(want), read(got)
	require.Len(t, b.History, len(a.History), name)
	close := func(x, y results.Number, what string, step int) {
		assert.InDelta(t, 1, float64(y)/float64(x), 1e-6, "%s, %s after step %d: %g and %g", name, what, step, float64(x), float64(y))
	}
	for i, x := range a.History {
		y := b.History[i]
		assert.Equal(t, x.Step, y.Step, name)
		close(x.TrainLoss, y.TrainLoss, "train loss", x.Step)
		for _, s := range x.Scores {
			close(s.Value, results.Number(y.Score(s.Name)), s.Name, x.Step)
		}
		if x.KFAC != nil && !math.IsNaN(float64(x.KFAC.Damping)) {
			close(x.KFAC.Damping, y.KFAC.Damping, "damping", x.Step)
		}
	}
}

// jobs are what runs of several processes are tried on.
func jobs() map[string]string {
	return map[string]string{
		"kfac":                                   "-opt kfac",
		"kfac fixed":                             "-opt kfac -kfac-mode fixed -dropout 0.1",
		"kfac with inverses of one process each": "-opt kfac -kfac-inverse-holders none -kfac-inv-update-steps 1", // a state has no inverses of them
		"adam":                                   "-opt adam -validation 0.1",
		"sgd":                                    "-opt sgd -accumulate 2 -dropout 0.1",
	}
}

func jobLine(data, settings string, more ...string) []string {
	return append(strings.Fields("-dataset "+data+" -dtype float64 -hidden 24 -batch-size 50 -max-steps 30 -eval-every 10 -workers 1 -json -progress none "+settings), more...)
}

// resumable adds to the settings of a job that each process has all inverses of K-FAC, where the job does not invert in each step: a
// state has no others, so that a run that goes on would make them anew.
func resumable(settings string) string {
	if strings.Contains(settings, "kfac") && !strings.Contains(settings, "-kfac-inv-update-steps 1") {
		settings += " -kfac-inverse-holders 1"
	}
	return settings
}

// TestProcessesEqual: a run is the same on one, two and four processes.
func TestProcessesEqual(t *testing.T) {
	data := rings(t, 700)
	for name, settings := range jobs() {
		t.Run(name, func(t *testing.T) {
			args := jobLine(data, settings, "-out", "none")
			one := together(t, 1, args...)
			for _, n := range []int{2, 4} {
				many := together(t, n, args...)
				near(t, one, many, name)
				_, values := keys(t, []byte(many.stdout))
				assert.Equal(t, []string{"2", "4"}[n/4], string(values["processes"]))
			}
		})
	}
}

// TestProcessesResume: what two processes have begun, one, four or a process without a launcher go on with.
func TestProcessesResume(t *testing.T) {
	data := rings(t, 700)
	for name, settings := range jobs() {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "whole")
			whole := together(t, 2, jobLine(data, resumable(settings), "-out", dir, "-checkpoint-every", "14", "-keep", "3")...)
			require.Zero(t, whole.status, whole.stderr)
			for _, n := range []int{1, 4, 0} {
				left := begun(t, dir)
				args := []string{"-resume", left, "-json", "-progress", "none"}
				if n > 0 {
					near(t, whole, together(t, n, args...), name)
					continue
				}
				o := execute(args...) // which draws other targets and masks
				require.Zero(t, o.status, o.stderr)
				_, values := keys(t, []byte(o.stdout))
				assert.Equal(t, "30", string(values["steps"]))
				assert.NotContains(t, values, "processes")
				assert.Equal(t, fmt.Sprint(cpus.Workers()), string(values["workers"]), "the processors of the new place")
				again := execute("-resume", left, "-max-steps", "31", "-json", "-progress", "none") // what is in force now is kept
				assert.Zero(t, again.status, again.stderr)
			}
		})
	}
}

// begun copies a run's directory as it was after step 14 of 30.
func begun(t *testing.T, dir string) string {
	t.Helper()
	left := filepath.Join(t.TempDir(), "run")
	require.NoError(t, os.CopyFS(left, os.DirFS(dir)))
	states := filepath.Join(left, "checkpoints")
	require.FileExists(t, filepath.Join(states, "step-000000028.ckpt"))
	for _, name := range []string{"step-000000028.ckpt", "step-000000030.ckpt", "best.ckpt"} {
		require.NoError(t, os.RemoveAll(filepath.Join(states, name)))
	}
	require.FileExists(t, filepath.Join(states, "step-000000014.ckpt"))
	return left
}

// TestProcessesCompare: whole runs are dealt out to processes, and each is that of one process, to the bit.
func TestProcessesCompare(t *testing.T) {
	data := stripes(t)
	args := func(dir string) []string {
		return strings.Fields("-compare kfac,adam,sgd -seeds 2 -dataset " + data + " -hidden 8 -epochs 2 -workers 1 -json -out " + dir)
	}
	dir := filepath.Join(t.TempDir(), "one")
	want := comparisonOf(t, execute(args(dir)...))
	several := filepath.Join(t.TempDir(), "several")
	o := together(t, 3, args(several)...)
	got := comparisonOf(t, o)
	require.Len(t, got.Runs, 6)
	for i, run := range got.Runs {
		assert.Equal(t, want.Runs[i].Label, run.Label)
		assert.Equal(t, want.Runs[i].Seed, run.Seed)
		assert.Equal(t, want.Runs[i].Scores, run.Scores, "%s, seed %d", run.Label, run.Seed)
		assert.Equal(t, 3, run.Environment.Beside)
		assert.Zero(t, run.Processes)
	}
	assert.FileExists(t, filepath.Join(several, "report.html"))
	assert.Equal(t, 6, strings.Count(o.stderr, "\nrun "))

	again := together(t, 2, args(several)...)
	assert.Equal(t, 6, strings.Count(again.stderr, "(kept)"), again.stderr)
	require.NoError(t, os.Remove(filepath.Join(several, "runs", "adam-seed-2.json")))
	again = together(t, 2, args(several)...)
	assert.Equal(t, 5, strings.Count(again.stderr, "(kept)"), again.stderr)
}
