package job

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/trainer"
)

// Word marks the name of a setting in a message. Package job knows no flags: who
// shows a message writes the setting in the words of its users, as -NAME on a
// command line.
func Word(setting string) string { return "⟨" + setting + "⟩" }

// SettingError reports settings that cannot be meant: a value out of its range,
// or settings that do not go together or with the data. Nothing has been done.
type SettingError struct{ text string }

func (e *SettingError) Error() string { return e.text }

// Refuse is a [*SettingError].
func Refuse(format string, args ...any) error { return &SettingError{fmt.Sprintf(format, args...)} }

// Plain is the text of an error without the name of the package that it came from.
func Plain(err error) string {
	text := err.Error()
	for _, pkg := range []string{"datasets: ", "trainer: ", "kfac: ", "layers: ", "losses: ", "graph: ", "onnx: "} {
		text = strings.TrimPrefix(text, pkg)
	}
	return text
}

// InterruptedError says that a run's context ended.
type InterruptedError struct {
	Cause error // of the context
	Steps int   // taken before; −1: not said
}

func (e *InterruptedError) Error() string {
	switch {
	case e.Steps < 0:
		return "interrupted"
	case e.Steps == 0:
		return "interrupted before the first step"
	}
	return fmt.Sprintf("interrupted after step %d", e.Steps)
}

// Unwrap is why the context ended.
func (e *InterruptedError) Unwrap() error { return e.Cause }

// Interrupted returns the error of what ended with its context.
func Interrupted(ctx context.Context, steps int) error {
	return &InterruptedError{Cause: context.Cause(ctx), Steps: steps}
}

// MissedError says how far from its target a run ended.
type MissedError struct {
	Target *trainer.Target
	Best   string
}

func (e *MissedError) Error() string {
	return fmt.Sprintf("target %s=%g was not reached: %s", e.Target.Metric, e.Target.Value, e.Best)
}

// IsEnding tells an error that ends a run as such from a failure.
func IsEnding(err error) bool {
	var diverged *trainer.DivergedError
	var missed *MissedError
	var interrupted *InterruptedError
	return err == nil || errors.As(err, &diverged) || errors.As(err, &missed) || errors.As(err, &interrupted)
}
