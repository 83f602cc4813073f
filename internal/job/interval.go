package job

import (
	"fmt"
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// interval is what is known of the steps between two evaluations beside their
// losses.
type interval struct {
	phases phases
	last   *kfac.Stats // of the last step; nil: another optimizer
	rho    *kfac.Stats // of the last step that measured ρ; nil: none did
	undone int
}

// phases are the times of the parts of a step.
type phases []phase

type phase struct {
	name  string
	spent time.Duration
}

// add takes the times of one step. Phases of other names, from a state that has been
// edited, are forgotten.
func (p *phases) add(step phases) {
	if len(*p) != len(step) {
		*p = append((*p)[:0:0], step...)
		return
	}
	for i := range *p {
		(*p)[i].spent += step[i].spent
	}
}

func (p phases) fields() results.Fields[results.Number] {
	var fields results.Fields[results.Number]
	for _, f := range p {
		fields = append(fields, results.Field[results.Number]{Name: f.name, Value: results.Number(f.spent.Seconds())})
	}
	return fields
}

// addKFAC takes the statistics of one step.
func (v *interval) addKFAC(s kfac.Stats) {
	v.last = &s
	if !math.IsNaN(s.Actual) || s.Undone {
		v.rho = &s
	}
	if s.Undone {
		v.undone++
	}
	v.phases.add(phases{
		{"gradient", s.GradientTime}, {"inverse", s.InverseTime}, {"product", s.ProductTime}, {"update", s.UpdateTime},
		{"damping", s.DampingTime},
	})
}

// diagnostics are K-FAC's; nil of another optimizer.
func (v *interval) diagnostics() *results.Diagnostics {
	if v.last == nil {
		return nil
	}
	s, rho := v.last, v.rho
	if rho == nil {
		rho = &kfac.Stats{Predicted: s.Predicted, Actual: math.NaN(), Ratio: math.NaN()}
		if s.Predicted == 0 {
			rho.Predicted = math.NaN()
		}
	}
	n := func(v float64) results.Number { return results.Number(v) }
	return &results.Diagnostics{
		Loss: n(s.Loss), Damping: n(s.Damping), MinDamping: n(s.LeastDamping), Gamma: n(s.Gamma), Alpha: n(s.Alpha), Mu: n(s.Mu),
		ClipFactor: n(s.ClipFactor), Rho: n(rho.Ratio), PredictedChange: n(rho.Predicted), ActualChange: n(rho.Actual),
		GradNorm: n(s.GradNorm), UpdateNorm: n(s.UpdateNorm), Cosine: n(s.Cosine),
		InverseAge: s.InverseAge, FailedInverses: s.FailedInverses, Condition: n(s.Condition), UndoneSteps: v.undone,
	}
}

// StepDiagnostics gives K-FAC's diagnostics of the last step by name; none of another
// optimizer.
func (r *Run) StepDiagnostics(yield func(name string, value float64) bool) {
	if r.kfac == nil {
		return
	}
	s := r.kfac.Stats()
	for _, d := range [...]struct {
		name  string
		value float64
	}{
		{"damping", s.Damping}, {"gamma", s.Gamma}, {"rho", s.Ratio}, {"alpha", s.Alpha}, {"mu", s.Mu}, {"clip_factor", s.ClipFactor},
		{"grad_norm", s.GradNorm}, {"update_norm", s.UpdateNorm}, {"cosine", s.Cosine}, {"condition", s.Condition},
	} {
		if !yield(d.name, d.value) {
			return
		}
	}
}

// stopwatch is an optimizer without statistics of its own, whose steps are
// timed: the gradient, and what is made of it.
type stopwatch struct {
	trainer.Optimizer
	objective timedObjective // here, so that a step allocates nothing
	steps     phases
}

func newStopwatch(o trainer.Optimizer) *stopwatch {
	return &stopwatch{Optimizer: o, steps: phases{{name: "gradient"}, {name: "update"}}}
}

// Step times the optimizer's.
func (w *stopwatch) Step(obj graph.Objective) (float64, error) {
	start := time.Now()
	w.objective = timedObjective{Objective: obj}
	loss, err := w.Optimizer.Step(&w.objective)
	w.steps[0].spent = w.objective.spent
	w.steps[1].spent = time.Since(start) - w.objective.spent
	return loss, err
}

// MarshalBinary encodes the optimizer's state. Times are not part of it.
func (w *stopwatch) MarshalBinary() ([]byte, error) {
	s, ok := w.Optimizer.(trainer.State)
	if !ok {
		return nil, fmt.Errorf("optimizer %T cannot be saved", w.Optimizer)
	}
	return s.MarshalBinary()
}

// UnmarshalBinary restores the optimizer's state.
func (w *stopwatch) UnmarshalBinary(data []byte) error {
	s, ok := w.Optimizer.(trainer.State)
	if !ok {
		return fmt.Errorf("optimizer %T cannot be restored", w.Optimizer)
	}
	return s.UnmarshalBinary(data)
}

// Adopt tells the optimizer its parameters before the first step.
func (w *stopwatch) Adopt(obj graph.Objective) error {
	if a, ok := w.Optimizer.(trainer.Adopter); ok {
		return a.Adopt(obj)
	}
	return nil
}

// timedObjective times its gradient.
type timedObjective struct {
	graph.Objective
	spent time.Duration
}

// Unwrap is the objective that is timed.
func (o *timedObjective) Unwrap() graph.Objective { return o.Objective }

// Grad times the objective's.
func (o *timedObjective) Grad() (float64, error) {
	start := time.Now()
	loss, err := o.Objective.Grad()
	o.spent += time.Since(start)
	return loss, err
}
