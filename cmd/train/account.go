package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gokfac/gokfac/internal/job"
)

// A command that is to end finishes what it is doing within patience, or is
// left in the middle of it: a system call, or a product of large matrices, ends
// when it likes. Results that are being printed are waited for longer.
const (
	patience   = 300 * time.Millisecond
	lastOutput = 10 * time.Second
)

// account is what a command has to tell, for whoever leaves it in the middle.
type account struct {
	mu     sync.Mutex
	told   bool
	tell   func(context.Context) error // the results so far, and the ending; nil: none
	finish func() error                // what has to be done at the end, after that; nil: nothing
	saving func()                      // says that the command saves what it has, however long that takes; nil: it does not
}

// wait says that the command is to end by itself, for it saves what it has: saving is
// called once it is to.
func (a *account) wait(saving func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.saving = saving
}

// keep replaces what there is to tell.
func (a *account) keep(tell func(context.Context) error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tell = tell
}

// atEnd says what has to be done in any case.
func (a *account) atEnd(finish func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.finish = finish
}

// errLeft ends the work of a command that has been left.
var errLeft = errors.New("left in the middle")

// deliver prints the results with output, unless the command has been left.
func (a *account) deliver(output func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told {
		return errLeft
	}
	a.told = true
	return output()
}

// allTold says that everything has been told: who leaves the command has nothing to say.
func (a *account) allTold() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = true
}

// attend carries a command out. Once ctx has ended it waits for the command's
// end for as long as patience lasts, and then tells what there is to tell.
func (a *account) attend(ctx context.Context, command func() error) error {
	done := make(chan error, 1)
	go func() { done <- command() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
	}
	a.mu.Lock()
	saving := a.saving
	a.mu.Unlock()
	if saving != nil {
		saving()
		return <-done
	}
	left := make(chan error, 1)
	go func() { left <- a.leave(ctx) }()
	select {
	case err := <-done:
		return err
	case err := <-left:
		if err == nil { // the command was printing its results
			select {
			case err = <-done:
			case <-time.After(lastOutput):
				err = job.Interrupted(ctx, 0)
			}
		}
		return err
	case <-time.After(lastOutput): // while its results, or ours, wait for a reader
		return job.Interrupted(ctx, 0)
	}
}

// leave tells what there is to tell; nil if the command has.
func (a *account) leave(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told {
		return nil
	}
	a.told = true
	err := job.Interrupted(ctx, 0)
	if a.tell != nil {
		err = a.tell(ctx)
	}
	if a.finish != nil {
		err = errors.Join(err, a.finish())
	}
	return err
}
