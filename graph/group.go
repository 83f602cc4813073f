package graph

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Group is what some of the parameters are trained differently in. Rate, WeightDecay
// and L2 are factors on the optimizer's or the model's setting, so that a schedule
// still acts on the one rate there is: 0 stands for 1, as the others, and None for 0.
type Group struct {
	// Params is a pattern of names, as path.Match has it: "*.bias", "dense1.*".
	Params string
	// Frozen parameters keep their values. No optimizer sees them, and no gradient of
	// theirs is computed.
	Frozen bool
	// Learned takes Frozen back, where an earlier group has set it: "*" frozen, and then
	// the last layer learned.
	Learned bool
	// Rate is a factor on the learning rate. K-FAC's adaptive mode multiplies its
	// direction U by it before it asks how far to go.
	Rate float64
	// WeightDecay is a factor on the decoupled weight decay, beside Rate.
	WeightDecay float64
	// L2 is a factor on η. K-FAC's model of h has each parameter's own η; the damping
	// γ = √(λ+η) of its inverses has the greatest.
	L2 float64
}

// factor is what a field of a Group stands for.
func factor(v float64) float64 {
	switch v {
	case 0:
		return 1
	case None:
		return 0
	}
	return v
}

// RateFactor, DecayFactor and L2Factor are what a parameter's group makes of the
// learning rate, of the weight decay for a rate of 1, and of η: 1 without a group.
func (p *Param) RateFactor() float64  { return factor(p.Group.Rate) }
func (p *Param) DecayFactor() float64 { return factor(p.Group.WeightDecay) * p.RateFactor() }
func (p *Param) L2Factor() float64    { return factor(p.Group.L2) }

// GroupError reports groups that do not fit the parameters.
type GroupError struct{ text string }

func (e *GroupError) Error() string { return "graph: " + e.text }

func refuseGroup(format string, args ...any) error { return &GroupError{fmt.Sprintf(format, args...)} }

// SetGroups gives parameters the settings of groups. Where several groups match a
// parameter, a later one's fields win where they are set. A pattern that matches
// nothing, a number that is no factor, and groups that freeze everything are a
// [*GroupError].
func SetGroups(params []*Param, groups []Group) error {
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
		p.Group = Group{}
	}
	for _, g := range groups {
		if err := g.check(); err != nil {
			return err
		}
		matched := false
		for _, p := range params {
			ok, err := path.Match(g.Params, p.Name)
			if err != nil {
				return refuseGroup("group %q is no pattern: want names with *, ? or [a-z], as in *.bias", g.Params)
			}
			if ok {
				matched = true
				p.Group = p.Group.with(g)
			}
		}
		if !matched {
			return refuseGroup("group %q matches no parameter: there are %s", g.Params, strings.Join(names, ", "))
		}
	}
	if len(params) > 0 && len(Learned(params)) == 0 {
		return refuseGroup("all parameters are frozen (%s): there is nothing to learn", strings.Join(names, ", "))
	}
	return nil
}

// with is g with what a later group sets.
func (g Group) with(later Group) Group {
	g.Frozen = (g.Frozen || later.Frozen) && !later.Learned
	for _, f := range []struct{ to, from *float64 }{{&g.Rate, &later.Rate}, {&g.WeightDecay, &later.WeightDecay}, {&g.L2, &later.L2}} {
		if *f.from != 0 {
			*f.to = *f.from
		}
	}
	return g
}

func (g Group) check() error {
	for _, f := range []struct {
		name string
		v    float64
	}{{"rate", g.Rate}, {"decay", g.WeightDecay}, {"l2", g.L2}} {
		if !(f.v >= 0 && f.v <= mostFactor) && f.v != None {
			return refuseGroup("group %q: %s %g: want a factor from 0 to %g, or None", g.Params, f.name, f.v, float64(mostFactor))
		}
	}
	return nil
}

// mostFactor is the greatest factor of a group.
const mostFactor = 1e6

// Learned lists the parameters that are not frozen.
func Learned(params []*Param) []*Param {
	if !slices.ContainsFunc(params, func(p *Param) bool { return p.Group.Frozen }) {
		return params
	}
	var list []*Param
	for _, p := range params {
		if !p.Group.Frozen {
			list = append(list, p)
		}
	}
	return list
}

// Uniform reports whether no parameter has a factor other than 1 of those that of
// returns.
func Uniform(params []*Param, of func(*Param) float64) bool {
	return !slices.ContainsFunc(params, func(p *Param) bool { return of(p) != 1 })
}
