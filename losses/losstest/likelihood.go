package losstest

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// likelihood checks that NegativeLogLikelihood is −log p of the distribution of samples, but for a constant: probabilities sum
// to the same at all outputs, targets are as frequent as they say, and the mean of the score over the targets is 0.
func (c *checker) likelihood() {
	points := c.ensembles()
	if !points[0].exact {
		c.ratios(points)
	} else if !c.sums(points) {
		return
	}
	for _, e := range points {
		if e.exact && !(c.frequencies(graph.Float32, e) && c.frequencies(graph.Float64, e)) {
			return
		}
		score := c.scores(e.y)(e.z)
		mean, bound := e.expect(func(i int) []float64 { return score[i] })
		for i := range bound {
			if e.exact {
				bound[i] += 1e-11 * partcheck.Largest(flat(score))
			}
		}
		advice := "Sample draws from another distribution than NegativeLogLikelihood is of, or its gradient is not of its value"
		if e.exact {
			advice = "the gradient is not of the value"
		}
		if !c.compare(partcheck.Comparison{What: "the mean of the score, the gradient of NegativeLogLikelihood, " + e.over() + " " + e.at(),
			Than: "the mean that every distribution has", Got: mean, Want: make([]float64, len(mean)), Tolerance: bound, Hint: advice}) {
			return
		}
	}
}

// sums checks that Σ exp(−NLL) over all targets is the same everywhere.
func (c *checker) sums(points []ensemble) (ok bool) {
	total := func(e ensemble, k float64) (sum float64) {
		for _, v := range e.nll {
			sum += math.Exp(-k * v)
		}
		return sum
	}
	constant := func(k float64) bool {
		for _, e := range points[1:] {
			if !(math.Abs(total(e, k)/total(points[0], k)-1) < 1e-9) {
				return false
			}
		}
		return true
	}
	if constant(1) {
		return true
	}
	advice := "it is not −log p, or Config.Support lacks some of the targets"
	units := float64(c.outputs)
	for _, k := range []float64{0.5, 2, units, 1 / units} {
		if constant(k) {
			advice = fmt.Sprintf("%.3g times NegativeLogLikelihood has the same sum everywhere: it is %.3g times −log p", k, 1/k)
		}
	}
	c.faultf("the sum of exp(−NegativeLogLikelihood) over all %d targets is %.6g %s and %.6g %s; it must be the same, as probabilities sum to 1: %s",
		len(points[0].y), points[0].total, points[0].at(), points[1].total, points[1].at(), advice)
	return false
}

// ratios checks that the mean of p(y|z₁)/p(y|z₀) over samples at z₀ is 1.
func (c *checker) ratios(points []ensemble) {
	for _, e := range points {
		near := c.vectors("", 0.2*c.cfg.Spread).row(c.r)
		for i := range near {
			near[i] += e.z[i]
		}
		own, moved := c.likelihoods(e.z, e.y), c.likelihoods(near, e.y)
		mean, bound := e.expect(func(i int) []float64 { return []float64{math.Exp(own[i] - moved[i])} })
		if !c.compare(partcheck.Comparison{What: fmt.Sprintf("the mean of p(y|z₁)/p(y|z₀), by NegativeLogLikelihood, %s at z₀ = %s with z₁ = %s",
			e.over(), numbers(e.z), numbers(near)), Than: "the mean of a ratio of densities", Got: mean, Want: []float64{1}, Tolerance: bound,
			Hint: "it is not −log p of the distribution that Sample draws from: a factor, or a term that depends on z, is wrong"}) {
			return
		}
	}
}

// surrogate checks that the cost is no multiple of the negative log-likelihood, whose curvature would be of another scale.
func (c *checker) surrogate() {
	if k, ok := c.multiple(); ok && math.Abs(k-1) > 1e-6 && !c.cfg.Surrogate {
		c.faultf("the gradient of Build is %.4g times the gradient of NegativeLogLikelihood: the curvature is of the likelihood, "+
			"and so of another scale than the cost; if the cost is meant to be such a multiple, set Config.Surrogate", k)
	}
}

// multiple returns k if the cost is k times the negative log-likelihood, but for a constant.
func (c *checker) multiple() (k float64, ok bool) {
	const n = 5
	p := c.nll()
	rows := p.rows(c.r, n)
	cost := c.build()
	cost.operands = p.operands
	m := partcheck.Comparison{Got: c.compute(graph.Float64, cost, rows).gradient, Want: c.compute(graph.Float64, p, rows).gradient,
		Tolerance: []float64{1e-12}}
	return m.Factor()
}

// costIsLikelihood reports whether the cost is the negative log-likelihood. What cannot be computed is told by other aspects.
func (c *checker) costIsLikelihood() (is bool) {
	defer func() { is = recover() == nil && is }()
	k, ok := c.multiple()
	return ok && math.Abs(k-1) < 1e-6
}
