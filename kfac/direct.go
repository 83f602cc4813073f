package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// renew inverts with the present γ if an inversion is due, and then sets U.
func (o *Optimizer) renew(due bool) error {
	if due {
		if err := o.pre.invert(o.gamma); err != nil {
			return err
		}
		o.lap(&o.stats.InverseTime)
	}
	err := o.propose()
	o.lap(&o.stats.UpdateTime)
	return err
}

// direct renews bases and inverses if they are due, with γ = √(λ+η), and then sets U.
func (o *fixed) direct(obj graph.CurvatureObjective, _ float64) error {
	due := o.due(o.cfg.InverseUpdateSteps) || o.pre.report.Missing
	if due {
		if err := o.pre.rebase(obj); err != nil {
			return err
		}
		o.gamma = math.Sqrt(o.lambda + o.pre.eta(obj))
	}
	return o.renew(due)
}
