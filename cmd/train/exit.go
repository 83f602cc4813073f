package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/trainer"
)

// The exit statuses.
const (
	exitDone = iota
	exitError
	exitUsage
	exitDiverged
	exitMissed // the target was not reached

	exitSignal = 128 // plus the signal's number
)

// seeHelp ends the message of a command line that cannot be meant.
const seeHelp = "; run with -h for the flags"

// usageError is a command line that cannot be meant.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text + seeHelp }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// signalError is a signal that ends the command.
type signalError struct{ signal os.Signal }

func (e *signalError) Error() string { return e.signal.String() }

// exitStatus is what the command returns to its caller.
func exitStatus(err error) int {
	var usage *usageError
	var diverged *trainer.DivergedError
	var setting *job.SettingError
	var missed *job.MissedError
	var interrupted *job.InterruptedError
	var by *signalError
	var told *statusError
	var several *processesError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &told):
		return told.status
	case errors.As(err, &several):
		return several.status
	case errors.As(err, &usage), errors.As(err, &setting):
		return exitUsage
	case errors.As(err, &diverged):
		return exitDiverged
	case errors.As(err, &missed):
		return exitMissed
	case errors.As(err, &interrupted):
		if errors.As(err, &by) {
			if n, ok := by.signal.(syscall.Signal); ok {
				return exitSignal + int(n)
			}
		}
		return exitSignal + int(syscall.SIGINT)
	}
	return exitError
}
