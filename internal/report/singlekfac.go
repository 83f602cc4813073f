package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/internal/results"
)

// policy says in a sentence how K-FAC took its steps; empty for other optimizers.
func (s *Single) policy() string {
	switch s.setting("kfac_mode") {
	case "adaptive":
		return "In adaptive mode K-FAC finds each step by itself: its length and direction minimise a quadratic model of the loss on the mini-batch, δ = αΔ + μδ₀, where Δ is the preconditioned gradient and δ₀ the step before."
	case "fixed":
		return "In fixed mode K-FAC follows the preconditioned gradient with the learning rate and momentum that were given."
	}
	return ""
}

// diagnose adds K-FAC's diagnostics: a small chart for each that changed, and
// words for the others.
func (s *Single) diagnose(p *runPage, add adder) {
	fixed := s.setting("kfac_mode") == "fixed"
	for i := range diagnostics {
		d := &diagnostics[i]
		values := s.measured(d)
		if len(values) == 0 {
			continue
		}
		p.Policy = s.policy()
		caption := d.meaning(fixed)
		if count := d.bad(values); count != "" {
			caption += " " + count
		}
		if changes(values) {
			add(&p.Diagnostics, "kfac-"+d.name, caption, s.diagnosticChart(d))
			continue
		}
		p.Constant = append(p.Constant, fmt.Sprintf("%s: %s. %s", capital(d.label), strconv.FormatFloat(values[0], 'g', 4, 64), caption))
	}
}

// measured are the values of a diagnostic at the records that have it, infinite
// ones too.
func (s *Single) measured(d *diagnostic) (values []float64) {
	for i := range s.Run.History {
		if k := s.Run.History[i].KFAC; k != nil {
			if v := float64(d.of(k)); !math.IsNaN(v) {
				values = append(values, v)
			}
		}
	}
	return values
}

func changes(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return true
		}
	}
	return false
}

func (s *Single) diagnosticChart(d *diagnostic) *figures.Chart {
	c := &figures.Chart{
		Title: capital(d.label), Small: true, Lines: d.lines,
		X: figures.Axis{Label: bySteps.label}, Y: figures.Axis{Log: d.log},
	}
	c.Series = []figures.Series{{Points: s.points(bySteps, d.at)}}
	if d.name != "damping" {
		return c
	}
	floor := s.points(bySteps, func(rec *results.Record) float64 {
		if rec.KFAC == nil {
			return math.NaN()
		}
		return float64(rec.KFAC.MinDamping)
	})
	if len(floor) > 0 {
		c.Direct = true
		c.Series[0].Label = "λ"
		c.Series = append(c.Series, figures.Series{Label: "floor", Points: floor})
	}
	return c
}
