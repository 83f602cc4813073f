package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode"

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

// usageError is a command line that cannot be meant.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text + "; run with -h for the flags" }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// interruptedError says that a signal, or whoever called run, ended it.
type interruptedError struct {
	signal os.Signal // nil: the context was cancelled
	steps  int       // taken before; -1: not said
}

func (e *interruptedError) Error() string {
	switch {
	case e.steps < 0:
		return "interrupted"
	case e.steps == 0:
		return "interrupted before the first step"
	}
	return fmt.Sprintf("interrupted after step %d", e.steps)
}

// interrupted returns the error of a run whose context has ended.
func interrupted(ctx context.Context, steps int) error {
	e := &interruptedError{steps: steps}
	if by := (*interruptedError)(nil); errors.As(context.Cause(ctx), &by) {
		e.signal = by.signal
	}
	return e
}

// missedError says how far from its target a run ended.
type missedError struct {
	target *trainer.Target
	best   string
}

func (e *missedError) Error() string {
	return fmt.Sprintf("target %s=%g was not reached: %s", e.target.Metric, e.target.Value, e.best)
}

func exitStatus(err error) int {
	var usage *usageError
	var diverged *trainer.DivergedError
	var missed *missedError
	var signalled *interruptedError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &diverged):
		return exitDiverged
	case errors.As(err, &missed):
		return exitMissed
	case errors.As(err, &signalled):
		if n, ok := signalled.signal.(syscall.Signal); ok {
			return exitSignal + int(n)
		}
		return exitSignal + int(syscall.SIGINT)
	}
	return exitError
}

// message is err on one line, without the name of the package it came from.
// What else would move a terminal's cursor, as names of files can, is spelled out.
func message(err error) string {
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	if strings.ContainsFunc(text, unicode.IsControl) {
		var plain strings.Builder
		for _, r := range text {
			if unicode.IsControl(r) {
				plain.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
				continue
			}
			plain.WriteRune(r)
		}
		text = plain.String()
	}
	for _, pkg := range []string{"datasets: ", "trainer: ", "kfac: ", "layers: ", "losses: ", "graph: "} {
		text = strings.TrimPrefix(text, pkg)
	}
	return text
}
