package losstest

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// kl checks the divergence against its definition, the mean of −log p(y|z) + log p(y|z₀) over y ~ p(y|z₀).
func (c *checker) kl() {
	p := c.compile(graph.Float64, 1, c.divergence())
	at := func(z0, z []float64) result { return p.run([][][]float64{{z}, {z0}}) }
	c.constant(c.divergence(), 1, "KL: a gradient flows to z₀, which is a constant to derivatives")
	for range 20 {
		z0, z := c.z().row(c.r), c.z().row(c.r)
		if v := at(z0, z).value[0]; !(v >= 0) {
			c.faultf("KL is %.6g at z₀ = %s, z = %s: a divergence is never negative", v, numbers(z0), numbers(z))
			return
		}
		own := at(z, z)
		if v := own.value[0]; !(v <= 256*epsilon*(1+partcheck.Largest(z))) {
			c.faultf("KL is %.6g for equal outputs z₀ = z = %s: want 0", v, numbers(z))
			return
		}
		if v := partcheck.Largest(own.gradient); !(v <= 1e-12*(1+partcheck.Largest(z))) {
			c.faultf("the gradient of KL is %s for equal outputs z₀ = z = %s: want 0, as it is least there", numbers(own.gradient), numbers(z))
			return
		}
	}
	for _, e := range c.ensembles() {
		other := c.vectors("", 0.5*c.cfg.Spread).row(c.r)
		for i := range other {
			other[i] += e.z[i]
		}
		here, there := c.likelihoods(e.z, e.y), c.likelihoods(other, e.y)
		want, bound := e.expect(func(i int) []float64 { return []float64{there[i] - here[i]} })
		m := partcheck.Comparison{What: fmt.Sprintf("KL at z₀ = %s, z = %s", numbers(e.z), numbers(other)),
			Than: "the mean of log p(y|z₀)/p(y|z) " + e.over(), Got: at(e.z, other).value, Want: want, Tolerance: bound, Rough: e.rough()}
		if back := (partcheck.Comparison{Got: at(other, e.z).value, Want: want, Tolerance: bound}); holds(back) && !holds(m) {
			m.Hint = "KL(p(·|z) ‖ p(·|z₀)) is right: the two outputs are interchanged"
		}
		if !c.compare(m) {
			return
		}
	}
}
