package variational

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// FitConfig is how a posterior is fitted.
type FitConfig struct {
	Method    Method
	Structure Structure  // of the posterior; default Full
	Start     *Posterior // where to begin, which is copied; nil: the prior
	Steps     int        // at most; default 100

	// Tolerance stops the fit when the ELBO changed by less, in nats, between one record and the
	// next. 0: all steps are taken.
	Tolerance float64
	// Target stops the fit when the ELBO is at least as much. nil: none.
	Target *float64

	// BatchSize is the examples of a mini-batch, drawn without replacement until none are left.
	// 0: all.
	BatchSize int
	// Draws of weights stand for the expectations of a step. 0: expectations are by quadrature.
	Draws int
	// Every is the number of steps from one record to the next, the start and the end have one in
	// any case. A record costs a pass over the data, but of a fit to all of them without draws,
	// where each step has it. Default: 1 there, and else the steps of an epoch.
	Every int
	// Seed is of mini-batches and draws.
	Seed uint64
	// Observe is called with each record, if it is set. Its error ends the fit, which returns it.
	Observe func(Record) error
}

// Record is the state after a number of steps.
type Record struct {
	Step   int
	ELBO   float64 // in nats, of all data
	Change float64 // since the last record; 0 in the first
}

// Result is what a fit has led to.
type Result struct {
	Posterior *Posterior
	Records   []Record
	Converged bool // within Tolerance, or at Target
}

// ELBO is the last record's.
func (r *Result) ELBO() float64 { return r.Records[len(r.Records)-1].ELBO }

// StepError reports the step that a fit failed at.
type StepError struct {
	Method string
	Step   int // from 1
	Err    error
}

func (e *StepError) Error() string {
	return fmt.Sprintf("variational: %s, step %d: %v", e.Method, e.Step, e.Err)
}
func (e *StepError) Unwrap() error { return e.Err }

// ErrDiverged reports an ELBO or a mean that is no finite number.
var ErrDiverged = errors.New("the fit has diverged: choose a smaller rate")

// errStart is an ELBO that is no finite number before the first step.
var errStart = errors.New("the ELBO of the start is not finite: scale the columns of X, or choose another start")

// Fit maximises the ELBO. With an error, a *[StepError], the context's or that of
// Observe, the result has what there is until then.
func (m *Model) Fit(ctx context.Context, cfg FitConfig) (*Result, error) {
	q, err := m.prepare(&cfg)
	if err != nil {
		return nil, err
	}
	all := newSums(m, q)
	step := m.batches(q, all, cfg)
	r := &Result{Posterior: q}
	for k := 0; ; k++ {
		if k%cfg.Every == 0 || k == cfg.Steps {
			all.fill(q)
			if err := r.record(k, all.elbo(q)); err != nil {
				if k == 0 {
					err = errStart
				}
				return r, &StepError{cfg.Method.String(), k, err}
			}
			if cfg.Observe != nil {
				if err := cfg.Observe(r.Records[len(r.Records)-1]); err != nil {
					return r, err
				}
			}
			if r.stop(cfg) {
				r.Converged = true
				return r, nil
			}
		}
		if k == cfg.Steps {
			return r, nil
		}
		if err := ctx.Err(); err != nil {
			return r, err
		}
		s, err := step(k)
		if err == nil {
			err = cfg.Method.Step(q, s)
		}
		if err == nil && !q.finite() {
			err = ErrDiverged
		}
		if err != nil {
			return r, &StepError{cfg.Method.String(), k + 1, err}
		}
	}
}

// prepare checks the settings, fills in defaults and returns the start.
func (m *Model) prepare(cfg *FitConfig) (*Posterior, error) {
	if cfg.Method == nil {
		return nil, fmt.Errorf("variational: no method: choose NaturalGradient, Online, Improved or NewGradient")
	}
	if err := cfg.Method.Validate(); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name  string
		value int
	}{{"Steps", cfg.Steps}, {"BatchSize", cfg.BatchSize}, {"Draws", cfg.Draws}, {"Every", cfg.Every}} {
		if s.value < 0 {
			return nil, fmt.Errorf("variational: %s %d: want 0, for the default, or more", s.name, s.value)
		}
	}
	if !(cfg.Tolerance >= 0) {
		return nil, fmt.Errorf("variational: Tolerance %g: want a number of nats, 0 for none", cfg.Tolerance)
	}
	if cfg.BatchSize > m.Examples() {
		return nil, fmt.Errorf("variational: BatchSize %d of %d examples: want no more than there are", cfg.BatchSize, m.Examples())
	}
	if cfg.Steps == 0 {
		cfg.Steps = 100
	}
	if cfg.BatchSize == m.Examples() {
		cfg.BatchSize = 0
	}
	if cfg.Every == 0 {
		cfg.Every = 1
		if cfg.BatchSize > 0 {
			cfg.Every = (m.Examples() + cfg.BatchSize - 1) / cfg.BatchSize
		}
	}
	if cfg.Start == nil {
		return m.PriorPosterior(cfg.Structure)
	}
	if cfg.Start.Dim() != m.Dim() || cfg.Start.Structure() != cfg.Structure {
		return nil, fmt.Errorf("variational: the start is %s of %d weights: want %s of %d",
			cfg.Start.Structure(), cfg.Start.Dim(), cfg.Structure, m.Dim())
	}
	return cfg.Start.Clone(), nil
}

func (r *Result) record(step int, elbo float64) error {
	change := 0.0
	if len(r.Records) > 0 {
		change = elbo - r.ELBO()
	}
	r.Records = append(r.Records, Record{step, elbo, change})
	if math.IsNaN(elbo) || math.IsInf(elbo, 0) {
		return ErrDiverged
	}
	return nil
}

// stop is whether the last record ends the fit.
func (r *Result) stop(cfg FitConfig) bool {
	last := r.Records[len(r.Records)-1]
	return cfg.Target != nil && last.ELBO >= *cfg.Target ||
		len(r.Records) > 1 && math.Abs(last.Change) < cfg.Tolerance
}
