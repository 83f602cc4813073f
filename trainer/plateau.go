package trainer

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/internal/setting"
)

// Plateau lowers the learning rate when a score stops improving. Both of its halves
// belong into the run:
//
//	plateau := &trainer.Plateau{Metric: "validation_loss"}
//	run := trainer.Trainer{Schedule: plateau.Schedule(nil), Callbacks: []trainer.Callback{plateau.Callback}, …}
//
// The factor on the rate begins at 1. After Patience evaluations in a row without an
// improvement it is multiplied by Factor, down to MinFactor. Then come Cooldown
// evaluations that are not counted. They can set a new best score.
//
// The rule is that of PyTorch's ReduceLROnPlateau, with two differences. PyTorch acts
// at the evaluation after patience bad ones: its patience is Patience − 1. A relative
// threshold is a part of |best|, so that a score below 0 must improve as well. PyTorch's
// eps, a least change of the rate, is not here.
//
// A zero field is its default. A Plateau serves one run, and the runs that go on from it.
type Plateau struct {
	Metric    string  // a key of Record.Scores
	Factor    float64 // in (0, 1); default 0.1
	Patience  int     // evaluations in a row without an improvement; default 10
	Cooldown  int     // evaluations after a reduction that are not counted; default None
	MinFactor float64 // least product of the reductions, below 1; default None

	// Threshold is the least improvement: a score improves if it is better than the best
	// by more than Threshold·|best| (PyTorch's threshold_mode "rel") or, with Absolute, by
	// more than Threshold ("abs"). Default 1e-4. A tie is never an improvement.
	Threshold float64
	Absolute  bool

	valid bool // Validate has passed
	state plateauState
}

// plateauState is what later evaluations depend on.
type plateauState struct {
	reduced bool    // factor is in force, and not 1
	factor  float64 // on the rate
	scored  bool    // there is a best score
	best    float64
	bad     int // evaluations since the last improvement or reduction
	cooling int // evaluations left of the cooldown
}

func (p *Plateau) numbers() setting.Numbers {
	open := setting.Range{Low: math.SmallestNonzeroFloat64, Below: 1}
	return setting.Numbers{
		setting.Of("factor", &p.Factor, 0.1, open),
		setting.Of("patience", &p.Patience, 10, setting.Period),
		setting.Of("cooldown", &p.Cooldown, 0, setting.PeriodOrOff),
		setting.Of("least factor", &p.MinFactor, 0, setting.Range{Below: 1, None: true}),
		setting.Of("threshold", &p.Threshold, 1e-4, setting.NotNegative),
	}
}

// resolved is a copy with the defaults filled in.
func (p *Plateau) resolved() (Plateau, error) {
	c := *p
	if c.Metric == "" {
		return c, errors.New("trainer: plateau: name the metric that is watched")
	}
	if err := resolve(c.numbers()); err != nil {
		return c, fmt.Errorf("trainer: plateau: %w", errors.Unwrap(err))
	}
	return c, nil
}

// Validate returns an error that names the first field out of its range. The callback
// calls it at the first event.
func (p *Plateau) Validate() error {
	_, err := p.resolved()
	return err
}

// RateFactor is the present factor on the learning rate: 1 before the first reduction.
func (p *Plateau) RateFactor() float64 { return p.state.rateFactor() }

// Schedule is next times the plateau's factor. A nil next is [Constant].
func (p *Plateau) Schedule(next Schedule) Schedule {
	if next == nil {
		next = Constant()
	}
	return func(step, total int) float64 { return p.RateFactor() * next(step, total) }
}

// Callback watches evaluations. It fails if the metric is not evaluated, or if a field is
// out of its range.
func (p *Plateau) Callback(e *Event) error {
	if e.Kind != Evaluated && p.valid {
		return nil
	}
	c, err := p.resolved()
	if err != nil {
		return err
	}
	p.valid = true
	if e.Kind != Evaluated {
		return nil
	}
	score, err := watch("plateau", c.Metric, e.Record)
	if err != nil {
		return err
	}
	p.state.take(&c, score)
	return nil
}

func (s *plateauState) rateFactor() float64 {
	if s.reduced {
		return s.factor
	}
	return 1
}

// take moves the state on by one evaluation, with resolved settings.
func (s *plateauState) take(c *Plateau, score watched) {
	bound := score.worst()
	if s.scored {
		distance := c.Threshold
		if !c.Absolute {
			distance *= math.Abs(s.best)
		}
		bound = score.behind(s.best, distance)
	}
	if s.bad++; score.beats(bound) {
		s.scored, s.best, s.bad = true, score.value, 0
	}
	if s.cooling > 0 {
		s.cooling--
		s.bad = 0
	}
	if s.bad >= c.Patience {
		s.reduced, s.factor = true, max(s.rateFactor()*c.Factor, c.MinFactor)
		s.bad, s.cooling = 0, c.Cooldown
	}
}
