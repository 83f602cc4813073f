package rundir_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/rundir"
	"github.com/gokfac/gokfac/trainer"
)

// made is a short run that has not begun.
func made(t *testing.T, steps string) *job.Run {
	s, err := job.Parse(job.Choices{{Name: "dataset", Value: "../../datasets/testdata/flowers.csv"}, {Name: "opt", Value: "sgd"},
		{Name: "hidden", Value: "3"}, {Name: "max-steps", Value: steps}, {Name: "batch-size", Value: "10"}, {Name: "workers", Value: "1"}})
	require.NoError(t, err)
	d, _, err := s.Open(context.Background(), nil)
	require.NoError(t, err)
	require.NoError(t, s.Resolve(d.Train.Len()))
	r, err := job.New(s, d)
	require.NoError(t, err)
	return r
}

func ignore(*trainer.Event) error { return nil }

// TestNames: directories of one name are numbered, and none is given twice.
func TestNames(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "mlp-x-007"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "mlp-x-08b"), 0o755))
	var mu sync.Mutex
	seen := map[string]bool{}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			d, err := rundir.CreateNew(root, "mlp-x")
			if assert.NoError(t, err) {
				mu.Lock()
				defer mu.Unlock()
				assert.False(t, seen[d.Path])
				seen[d.Path] = true
			}
		})
	}
	group.Wait()
	for i := 8; i < 16; i++ {
		assert.True(t, seen[filepath.Join(root, fmt.Sprintf("mlp-x-%03d", i))], i)
	}
}

// TestKeepAndResume: what is kept, problems that are told, and which run is the newest.
func TestKeepAndResume(t *testing.T) {
	root := t.TempDir()
	_, err := rundir.Newest(root)
	require.ErrorContains(t, err, "no run is kept")
	d, err := rundir.Create(filepath.Join(root, "one"))
	require.NoError(t, err)
	r := made(t, "12")
	k, err := d.Keep(r, rundir.Options{Every: 5, Newest: 1})
	require.NoError(t, err)
	require.NoError(t, r.Fit(context.Background(), ignore))
	k.Finish(context.Background(), r)
	require.NoError(t, errors.Join(k.Failed(), k.Close()))
	for _, name := range []string{"config.json", "metrics.csv", "log.jsonl", "model.safetensors", "result.json", "report.html", "checkpoints/step-000000012.ckpt"} {
		assert.FileExists(t, filepath.Join(d.Path, name))
	}
	_, err = rundir.Create(d.Path)
	assert.ErrorContains(t, err, "there is a run already")

	time.Sleep(20 * time.Millisecond) // for the times of files to differ
	two, err := rundir.Create(filepath.Join(root, "two"))
	require.NoError(t, err)
	var told []error
	two.Tell(func(problem error) { told = append(told, problem) })
	r = made(t, "12")
	k, err = two.Keep(r, rundir.Options{})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(two.Path, "checkpoints"), nil, 0o600)) // no checkpoint can be written below it
	require.NoError(t, r.Fit(context.Background(), ignore))
	assert.NotEmpty(t, told)
	assert.ErrorContains(t, k.Failed(), "not all of the run could be kept: writing "+filepath.Join(two.Path, "checkpoints"))
	require.NoError(t, k.Close())
	newest, err := rundir.Newest(root)
	require.NoError(t, err)
	assert.Equal(t, two.Path, newest)

	again, err := rundir.Open(d.Path)
	require.NoError(t, err)
	_, err = rundir.Open(d.Path)
	assert.ErrorContains(t, err, "another command is at work")
	r = made(t, "12")
	_, steps, err := again.Resume(r, rundir.Options{}, false)
	require.NoError(t, err)
	assert.Equal(t, 12, steps)
	require.NoError(t, r.Fit(context.Background(), ignore))
	assert.Equal(t, 12, r.Steps())
	saved, err := again.Config()
	require.NoError(t, err)
	assert.NoError(t, saved.Fits(r))
	require.NoError(t, again.Close())
	_, err = rundir.Open(root)
	assert.ErrorContains(t, err, "no run is kept there")
}
