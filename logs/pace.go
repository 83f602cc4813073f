package logs

import (
	"time"

	"github.com/gokfac/gokfac/trainer"
)

// pace says which steps are logged.
type pace struct {
	now  func() time.Time // nil: time.Now
	last time.Time        // of the last step that was logged; at first, when the log was opened
}

func (p *pace) time() time.Time {
	if p.now != nil {
		return p.now()
	}
	return time.Now()
}

// due reports whether a step is logged: each every-th, and one when the interval has passed.
func (p *pace) due(e *trainer.Event, every int, interval time.Duration) bool {
	if every > 0 && e.Step%every == 0 {
		return true
	}
	return interval > 0 && p.time().Sub(p.last) >= interval
}
