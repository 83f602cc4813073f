package main

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/job"
)

// TestAttend: a command that does not end is left, with what it had to tell;
// one that is printing its results is waited for.
func TestAttend(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	ended, cancel := context.WithCancelCause(context.Background())
	cancel(&signalError{syscall.SIGTERM})
	kept := errors.New("kept")

	var a account
	assert.Equal(t, kept, a.attend(context.Background(), func() error { return kept }))
	began := time.Now()
	err := new(account).attend(ended, func() error { <-never; return nil })
	assert.Equal(t, 143, exitStatus(err))
	assert.Less(t, time.Since(began), time.Second)

	a.keep(func(ctx context.Context) error { return errors.Join(job.Interrupted(ctx, 7), kept) })
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
