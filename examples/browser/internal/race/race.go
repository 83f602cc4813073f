package race

import (
	"context"
	"time"

	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// Race is the two contenders. It belongs to one goroutine.
type Race struct {
	data       *Data
	settings   Settings
	contenders [2]*contender
}

// New puts both at the start: K-FAC with nothing set, and Adam with the rate of the settings.
func New(d *Data, s Settings) (*Race, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	natural, err := kfac.New(kfac.Config{})
	if err != nil {
		return nil, err
	}
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: s.Rate})
	if err != nil {
		return nil, err
	}
	r := &Race{data: d, settings: s}
	if r.contenders[0], err = newContender("K-FAC", d, s, natural); err != nil {
		return nil, err
	}
	r.contenders[1], err = newContender("Adam", d, s, adam)
	return r, err
}

// next is the contender that has trained for less time, of those that still train; nil: the race is over.
func (r *Race) next() (next *contender) {
	for _, c := range r.contenders {
		if c.problem == "" && c.seconds() < r.settings.Seconds && (next == nil || c.seconds() < next.seconds()) {
			next = c
		}
	}
	return next
}

// Over reports whether both have had their time, or cannot go on.
func (r *Race) Over() bool { return r.next() == nil }

// Turn takes steps until at least so much time has passed, or the race is over. Its only error is ctx's.
func (r *Race) Turn(ctx context.Context, least time.Duration) error {
	for start := time.Now(); ; {
		c := r.next()
		if c == nil {
			return nil
		}
		if err := c.step(ctx); err != nil {
			return err
		}
		if time.Since(start) >= least {
			return nil
		}
	}
}
