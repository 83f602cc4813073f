package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// TestAttend: a command that does not end is left, with what it had to tell;
// one that is printing its results is waited for.
func TestAttend(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	ended, cancel := context.WithCancelCause(context.Background())
	cancel(&interruptedError{signal: syscall.SIGTERM})
	kept := errors.New("kept")

	var a account
	assert.Equal(t, kept, a.attend(context.Background(), func() error { return kept }))
	began := time.Now()
	err := new(account).attend(ended, func() error { <-never; return nil })
	assert.Equal(t, 143, exitStatus(err))
	assert.Less(t, time.Since(began), time.Second)

	a.keep(func(ctx context.Context) error { return errors.Join(interrupted(ctx, 7), kept) })
	a.atEnd(func() error { return errors.New("profile") })
	err = a.attend(ended, func() error { <-never; return nil })
	assert.Equal(t, 143, exitStatus(err))
	assert.Equal(t, "interrupted after step 7; kept; profile", message(err))
	assert.Equal(t, errLeft, a.deliver(func() error { panic("told already") }))

	a = account{}
	err = a.attend(ended, func() error {
		return a.deliver(func() error { time.Sleep(2 * patience); return kept })
	})
	assert.Equal(t, kept, err, "results that are being printed are waited for")
}

// TestSnapshot: a run that is left in the middle of a step has the record that
// it would have had at its end, but for the ending.
func TestSnapshot(t *testing.T) {
	for _, opt := range []string{"kfac", "adam"} {
		s, err := parse([]string{"-dataset", blobs(t), "-opt", opt, "-hidden", "8", "-max-steps", "7", "-eval-every", "3", "-batch-size", "20"})
		require.NoError(t, err)
		s.workers = 2
		d, _, err := openData(context.Background(), s, newDownload("none", &strings.Builder{}))
		require.NoError(t, err)
		require.NoError(t, s.resolve(d.Train.Len()))
		r, err := newTraining(s, d)
		require.NoError(t, err)
		assert.Zero(t, r.left().record().Steps)
		require.NoError(t, r.fit(context.Background(), func(*trainer.Event) error { return nil }))
		whole, left := r.record(), r.left().record()
		assert.Equal(t, results.Interrupted, left.Ending)
		assert.InEpsilon(t, float64(whole.TrainSeconds), float64(left.TrainSeconds), 0.2)
		left.Ending, left.TrainSeconds, left.StepsPerSecond = whole.Ending, whole.TrainSeconds, whole.StepsPerSecond
		want, err := json.Marshal(whole)
		require.NoError(t, err)
		got, err := json.Marshal(left)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	}
}
