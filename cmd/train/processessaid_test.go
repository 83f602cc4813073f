package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/job"
)

// TestProcessesDiffer: processes that do not fit together, and errors of some of them, are told once, with the processes that have them.
func TestProcessesDiffer(t *testing.T) {
	line := strings.Fields("-opt sgd -hidden 4 -max-steps 3 -workers 1 -progress none -out none -dataset " + blobs(t))
	with := func(more ...string) []string { return append(line[:len(line):len(line)], more...) }
	for name, c := range map[string]struct {
		lines  [][]string
		status int
		want   string
	}{
		"settings":        {[][]string{line, with("-seed", "2"), line, with("-seed", "2")}, exitError, "train: the processes cannot train together: -seed is 1 in process 0, but 2 in processes 1, 3\n"},
		"a missing file":  {[][]string{line, with("-dataset", "no-such.csv")}, exitError, "\ntrain: process 1: -dataset no-such.csv: no such file or directory\n"},
		"of all":          {[][]string{with("-batch-size", "999"), with("-batch-size", "999")}, exitUsage, "train: -batch-size 999: larger than the 160 training examples; run with -h for the flags\n"},
		"several of them": {[][]string{with("-dataset", "a.csv"), line, with("-dataset", "b.csv")}, exitError, "train: process 0: -dataset a.csv: no such file or directory; process 2: -dataset b.csv: no such file or directory\n"},
	} {
		outcomes := members(t, context.Background(), c.lines...)
		for rank, o := range outcomes {
			assert.Equal(t, c.status, o.status, "%s: process %d: %s", name, rank, o.stderr)
			if rank > 0 {
				assert.Empty(t, o.stdout+o.stderr, "%s: process %d", name, rank)
			}
		}
		assert.Contains(t, outcomes[0].stderr, c.want, name)
		assert.Equal(t, 1, strings.Count(outcomes[0].stderr, "train: "), outcomes[0].stderr)
	}
}

// TestSame: the first fact that differs is told, in the same words in all processes.
func TestSame(t *testing.T) {
	err := distributed.Run(3, func(g distributed.Group) error {
		p := &processes{Group: g}
		facts := func(digest string) []job.Fact {
			return []job.Fact{{Name: "the version", Value: "v1"}, {Name: "the digest of the data", Value: digest}}
		}
		if err := p.same(facts("abc")); err != nil {
			return err
		}
		err := p.same(facts([]string{"abc", "abd", "abc"}[g.Rank()]))
		if g.Rank() == 0 && err.Error() != "the processes cannot train together: the digest of the data is abc in process 0, but abd in process 1" {
			return fmt.Errorf("told is %w", err)
		}
		if told := (*statusError)(nil); g.Rank() > 0 && (!errors.As(err, &told) || told.status != exitError) {
			return fmt.Errorf("a process but the first has something to say: %w", err)
		}
		if err := p.same(facts("abc")[:2-g.Rank()%2]); err == nil {
			return errors.New("a fact is missing, and nobody sees it")
		}
		return nil
	})
	require.NoError(t, err)
}

// TestProcessesInterrupted: all end with the step, the first one saves, and another number of processes goes on.
func TestProcessesInterrupted(t *testing.T) {
	data, dir := rings(t, 700), filepath.Join(t.TempDir(), "run")
	line := jobLine(data, "-opt kfac", "-max-steps", "1000000000", "-checkpoint-every", "10", "-out", dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(dir, "checkpoints", "step-000000010.ckpt")); err == nil {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	outcomes := members(t, ctx, line, line)
	for rank, o := range outcomes {
		assert.Equal(t, 130, o.status, "process %d: %s", rank, o.stderr)
	}
	assert.Empty(t, outcomes[1].stderr+outcomes[1].stdout)
	assert.Regexp(t, `saved at step \d+; go on with: mpirun -n 2 go run ./cmd/train -resume `+dir+` -checkpoint-every 10\n`, outcomes[0].stderr)
	assert.Equal(t, 1, strings.Count(outcomes[0].stderr, "train: interrupted after step "), outcomes[0].stderr)
}

// TestProcessesCompareInterrupted: runs that are done are kept, and the same command goes on in another number of processes.
func TestProcessesCompareInterrupted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	line := strings.Fields("-compare adam,sgd,muon -seeds 3 -dataset " + rings(t, 700) + " -hidden 32 -epochs 30 -workers 1 -out " + dir)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if made, _ := filepath.Glob(filepath.Join(dir, "runs", "*.json")); len(made) > 0 {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	outcomes := members(t, ctx, line, line)
	for rank, o := range outcomes {
		assert.Equal(t, 130, o.status, "process %d: %s", rank, o.stderr)
	}
	assert.Empty(t, outcomes[1].stderr+outcomes[1].stdout)
	assert.Contains(t, outcomes[0].stderr, " of 9: finished runs are kept in "+dir+", and the same command goes on from there\n")
	assert.NoFileExists(t, filepath.Join(dir, "report.html"))
	o := together(t, 3, line...)
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "(kept)")
	assert.FileExists(t, filepath.Join(dir, "report.html"))
}

// TestProcessesIdle: what is no training is the first process's alone, and nothing of MPI is opened for it.
func TestProcessesIdle(t *testing.T) {
	for _, line := range []string{"-list", "-version", "-h", "-completion bash", "-load none -eval", "-load none -predict x.csv", "-load none -export x.onnx", "-serve none", "-tune adam", "-opt adm", "-bad"} {
		for rank := range 2 {
			l := launch{launcher: true, rank: rank, size: 2, open: func() (distributed.Group, func() error, error) {
				t.Error(line, "opens MPI")
				return nil, nil, errors.New("opened")
			}}
			if line == "-serve none" && rank == 0 {
				continue // until it is told to end
			}
			var stdout, stderr bytes.Buffer
			status := l.run(context.Background(), strings.Fields(line), &stdout, &stderr)
			if rank > 0 {
				assert.Equal(t, outcome{}, outcome{status, stdout.String(), stderr.String()}, line)
				continue
			}
			if line == "-tune adam" {
				assert.Equal(t, exitUsage, status)
				assert.Contains(t, stderr.String(), "-tune works in one process")
				continue
			}
			assert.Equal(t, execute(strings.Fields(line)...), outcome{status, stdout.String(), stderr.String()}, line)
		}
	}
}

// TestProcessesEndedAtTheEnd: a launcher that sees a process fail ends the others, which may not have ended yet. What has been
// told stays true.
func TestProcessesEndedAtTheEnd(t *testing.T) {
	for line, status := range map[string]int{
		"-resume no-such-run": exitError,
		"-opt sgd -hidden 4 -max-steps 3 -out none -target test_accuracy=1 -lr 0.000001 -dataset " + blobs(t): exitMissed,
	} {
		ctx, cancel := context.WithCancel(context.Background())
		args := append(strings.Fields(line), "-progress", "none")
		for rank, o := range membersThatEnd(t, ctx, func() error { cancel(); time.Sleep(2 * patience); return nil }, args, args) {
			assert.Equal(t, status, o.status, "%s: process %d: %s", line, rank, o.stderr)
			assert.Equal(t, 1-rank, strings.Count(o.stderr, "train: "), "%s: process %d: %s", line, rank, o.stderr)
		}
	}
}

// TestProcessesWithoutLibrary: a process that cannot join the others says so.
func TestProcessesWithoutLibrary(t *testing.T) {
	broken := func() (distributed.Group, func() error, error) { return nil, nil, errors.New("mpi: there is none") }
	ended, cancel := context.WithCancel(context.Background())
	cancel() // as a launcher ends processes once the first has failed
	var first, second bytes.Buffer
	assert.Equal(t, exitError, launch{launcher: true, size: 2, open: broken}.run(context.Background(), []string{"-out", "none"}, &bytes.Buffer{}, &first))
	assert.Equal(t, "train: process 0: mpi: there is none; -distributed none has each process train by itself\n", first.String())
	launch{launcher: true, rank: 1, size: 2, open: broken}.run(ended, []string{"-out", "none"}, &bytes.Buffer{}, &second)
	assert.Empty(t, second.String())
}

// TestProcessesHeader: the header says how many processes there are, and the result how many workers each has.
func TestProcessesHeader(t *testing.T) {
	o := together(t, 2, "-dataset", blobs(t), "-opt", "sgd", "-dry-run", "-json", "-workers", "1")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "\nruns on   2 processes, each with ")
	assert.Contains(t, o.stdout, `"processes":2`)
	assert.Contains(t, o.stdout, `"command":"mpirun -n 2 go run ./cmd/train -dataset `)
	assert.Equal(t, "1 process, each with 3 workers", manyProcesses(1, 3))
}
