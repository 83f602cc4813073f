package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/internal/results"
)

// diagnostic is one of K-FAC's.
type diagnostic struct {
	name, label, caption string
	log                  bool
	low, high            float64 // what values beyond are drawn as; both 0: none
	lines                []figures.Line
	of                   func(*results.Diagnostics) results.Number
}

var diagnostics = []diagnostic{
	{name: "damping", label: "damping λ", log: true, caption: "Damping λ of the step.",
		of: func(d *results.Diagnostics) results.Number { return d.Damping }},
	{name: "rho", label: "ρ, actual over predicted change", low: -1, high: 2, caption: "ρ, the change of the loss over the model's prediction: 1 where the quadratic model is right. What lies outside −1 to 2 is drawn there.",
		lines: []figures.Line{{Y: 1, Label: "as predicted"}}, of: func(d *results.Diagnostics) results.Number { return d.Rho }},
	{name: "gamma", label: "damping of the factors, γ", log: true, caption: "γ, which damps the factors that are inverted.",
		of: func(d *results.Diagnostics) results.Number { return d.Gamma }},
	{name: "update_norm", label: "norm of the update ‖δ‖", log: true, caption: "Norm of the update δ.",
		of: func(d *results.Diagnostics) results.Number { return d.UpdateNorm }},
	{name: "grad_norm", label: "norm of the gradient", log: true, caption: "Norm of the gradient.",
		of: func(d *results.Diagnostics) results.Number { return d.GradNorm }},
	{name: "cosine", label: "cosine of update and −gradient", caption: "Cosine of the angle between the update and the negative gradient: 1 would be gradient descent.",
		of: func(d *results.Diagnostics) results.Number { return d.Cosine }},
	{name: "alpha", label: "α, learning rate", log: true, caption: "α, the factor of the preconditioned gradient in the update.",
		of: func(d *results.Diagnostics) results.Number { return d.Alpha }},
	{name: "mu", label: "μ, momentum", caption: "μ, the factor of the previous update in the update.",
		of: func(d *results.Diagnostics) results.Number { return d.Mu }},
	{name: "clip_factor", label: "clip factor", caption: "What the update was shortened by; 1 is not at all.",
		of: func(d *results.Diagnostics) results.Number { return d.ClipFactor }},
	{name: "condition", label: "condition number", log: true, caption: "Greatest condition number among the damped blocks.",
		of: func(d *results.Diagnostics) results.Number { return d.Condition }},
	{name: "undone_steps", label: "steps undone since the last record", caption: "Steps that were taken back since the record before.",
		of: func(d *results.Diagnostics) results.Number { return results.Number(d.UndoneSteps) }},
	{name: "failed_inverses", label: "failed inverses", caption: "Inversions that failed since the start.",
		of: func(d *results.Diagnostics) results.Number { return results.Number(d.FailedInverses) }},
}

// at is the diagnostic of a record; NaN if it was not measured.
func (d *diagnostic) at(rec *results.Record) float64 {
	if rec.KFAC == nil {
		return math.NaN()
	}
	v := float64(d.of(rec.KFAC))
	if d.low != d.high {
		v = max(d.low, min(v, d.high)) // NaN stays NaN
	}
	return v
}

// diagnostic is the chart of a diagnostic over steps. It is nil if none was
// measured; or if none ever changed, which is told in words instead.
func (r *Report) diagnostic(d diagnostic) (c *figures.Chart, constant string) {
	c = &figures.Chart{
		Title: capital(d.label) + r.medians(),
		X:     figures.Axis{Label: bySteps.label}, Y: figures.Axis{Label: d.label, Log: d.log}, Lines: d.lines,
	}
	var values, labels []string // of the first records, by group
	changes := false
	for _, s := range r.series(d.at, bySteps) {
		if len(s.Points) == 0 {
			continue // not "no data": it is no K-FAC
		}
		c.Series = append(c.Series, s)
		for _, p := range s.Points {
			first := s.Points[0].Y
			changes = changes || p.Y != first || p.Low != p.High
		}
		if value := strconv.FormatFloat(s.Points[0].Y, 'g', 4, 64); len(values) == 0 || values[len(values)-1] != value {
			values, labels = append(values, value), append(labels, s.Label)
		} else {
			labels[len(labels)-1] += ", " + s.Label
		}
	}
	switch {
	case len(c.Series) == 0:
		return nil, ""
	case !changes:
		for i, value := range values {
			values[i] = fmt.Sprintf("%s (%s)", value, labels[i])
		}
		return nil, d.label + ": " + strings.Join(values, ", ")
	}
	c.X.Log = apart(c.Series)
	return c, ""
}
