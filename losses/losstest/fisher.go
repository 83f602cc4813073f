package losstest

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// fisher checks the factor B: BBᵀ is the Fisher matrix of p(y|z), which is the mean of the score's square, the Hessian of the
// mean of −log p, and the Hessian of KL(z₀‖z) at z₀; and FactorTransposeProduct is of Bᵀ.
func (c *checker) fisher() {
	points := c.points()
	b, transposed := c.columns(c.factor(), points), c.columns(c.transpose(), points)
	ok := true
	for k, e := range points {
		ok = ok && c.fisherAt(e, b[k], transposed[k])
	}
	for _, p := range []part{c.factor(), c.transpose()} {
		c.constant(p, 0, p.name+": a gradient flows to the outputs, and there is none in a curvature")
	}
}

// columns are B·e_j for all j at each point, as the rows of a C×C matrix: they are computed in one batch.
func (c *checker) columns(p part, points []ensemble) [][]float64 {
	rows := make([][][]float64, 2)
	for _, e := range points {
		for j := range c.outputs {
			unit := make([]float64, c.outputs)
			unit[j] = 1
			rows[0], rows[1] = append(rows[0], e.z), append(rows[1], unit)
		}
	}
	out := c.compute(graph.Float64, p, rows).value
	if len(out) != len(points)*c.outputs*c.outputs {
		c.stopf("%s of vectors (%d, %d) has %d elements: want a vector of %d for each example", p.name, len(rows[0]), c.outputs, len(out), c.outputs)
	}
	return split(out, c.outputs*c.outputs)
}

func (c *checker) fisherAt(e ensemble, columns, transposed []float64) bool {
	n := 3 * c.outputs // examples of the batch that columns are of
	f := c.gram(columns)
	swapped := c.gram(c.transposed(columns))
	score := c.scores(e.y)(e.z)
	want, bound := e.expect(func(i int) []float64 { return outer(score[i]) })
	for i := range bound {
		if e.exact {
			bound[i] += 1e-11 * (1 + largest(want))
		}
	}
	m := comparison{what: "BBᵀ by FactorProduct " + e.at(), other: "the mean of score·scoreᵀ " + e.over(), got: f, want: want,
		tolerance: bound, element: c.entry, n: n, sampled: !e.exact}
	if other := (comparison{got: swapped, want: want, tolerance: bound}); !other.holds() {
	} else if !m.holds() {
		m.advice = "BᵀB is right: FactorProduct and FactorTransposeProduct are interchanged"
	}
	if !c.compare(m) {
		return false
	}
	if !c.transposeIs(columns, transposed, e) {
		return false
	}
	c.hessians(e, f)
	return true
}

// holds reports whether compare would find no fault.
func (m comparison) holds() bool {
	for i, v := range m.got {
		if d := v - m.want[i]; !(d <= m.limit(i) && -d <= m.limit(i)) {
			return false
		}
	}
	return true
}

func (c *checker) transposeIs(columns, transposed []float64, e ensemble) bool {
	tolerance := []float64{256 * epsilon * (1 + largest(columns))}
	m := comparison{what: "Bᵀ by FactorTransposeProduct " + e.at(), other: "the transpose of B by FactorProduct", got: transposed,
		want: c.transposed(columns), tolerance: tolerance, element: c.entry, n: 3 * c.outputs}
	if same := (comparison{got: transposed, want: columns, tolerance: tolerance}); same.holds() {
		m.advice = "FactorTransposeProduct is FactorProduct itself, and B is not symmetric"
	}
	return c.compare(m)
}

// hessians compares F with the two Hessians, by finite differences of gradients.
func (c *checker) hessians(e ensemble, f []float64) {
	kl := c.compile(graph.Float64, 1, c.divergence())
	var want, bound []float64
	for j := range e.z {
		d, err := slope(func(h float64) []float64 {
			return kl.run([][][]float64{{moved(e.z, j, h)}, {e.z}}).gradient
		}, c.step())
		want, bound = append(want, d...), append(bound, err...)
	}
	if !c.compare(comparison{what: "BBᵀ by FactorProduct " + e.at(), other: "the Hessian of KL at z = z₀", got: f, want: want, tolerance: bound,
		element: c.entry, n: 1}) {
		return
	}
	want, bound = c.meanHessian(e)
	c.compare(comparison{what: "BBᵀ by FactorProduct " + e.at(), other: "the Hessian of the mean of NegativeLogLikelihood " + e.over(),
		got: f, want: want, tolerance: bound, element: c.entry, n: 1, sampled: !e.exact})
}

// meanHessian is the mean over the targets of e of the Hessian of −log p. Samples have a coarser step, since a density may
// have a kink, at which a Hessian is nothing but a jump that some samples step over.
func (c *checker) meanHessian(e ensemble) (want, bound []float64) {
	score := c.scores(e.y)
	for j := range e.z {
		if e.exact {
			d, err := slope(func(h float64) []float64 {
				mean, _ := e.expect(rowsOf(score(moved(e.z, j, h))))
				return mean
			}, c.step())
			want, bound = append(want, d...), append(bound, err...)
			continue
		}
		difference := func(h float64) (mean, bound []float64) {
			up, down := score(moved(e.z, j, h)), score(moved(e.z, j, -h))
			row := make([]float64, c.outputs)
			return e.expect(func(i int) []float64 {
				for k := range row {
					row[k] = (up[i][k] - down[i][k]) / (2 * h)
				}
				return row
			})
		}
		h := 0.02 * c.cfg.Spread
		d, err := difference(h)
		coarse, _ := difference(2 * h)
		for k := range err {
			err[k] += max(d[k]-coarse[k], coarse[k]-d[k])
		}
		want, bound = append(want, d...), append(bound, err...)
	}
	return want, bound
}

func rowsOf(rows [][]float64) func(i int) []float64 { return func(i int) []float64 { return rows[i] } }

func moved(z []float64, j int, h float64) []float64 {
	m := append([]float64{}, z...)
	m[j] += h
	return m
}

// gram is Σ_j b_j b_jᵀ for the rows b_j of a C×C matrix.
func (c *checker) gram(rows []float64) []float64 {
	sum := make([]float64, len(rows))
	for _, row := range split(rows, c.outputs) {
		for i, v := range outer(row) {
			sum[i] += v
		}
	}
	return sum
}

func outer(v []float64) []float64 {
	out := make([]float64, 0, len(v)*len(v))
	for _, x := range v {
		for _, y := range v {
			out = append(out, x*y)
		}
	}
	return out
}

func (c *checker) transposed(m []float64) []float64 {
	t := make([]float64, len(m))
	for i := range m {
		t[i] = m[i%c.outputs*c.outputs+i/c.outputs]
	}
	return t
}

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
		if v := own.value[0]; !(v <= 256*epsilon*(1+largest(z))) {
			c.faultf("KL is %.6g for equal outputs z₀ = z = %s: want 0", v, numbers(z))
			return
		}
		if v := largest(own.gradient); !(v <= 1e-12*(1+largest(z))) {
			c.faultf("the gradient of KL is %s for equal outputs z₀ = z = %s: want 0, as it is least there", numbers(own.gradient), numbers(z))
			return
		}
	}
	for _, e := range c.points() {
		other := c.vectors("", 0.5*c.cfg.Spread).row(c.r)
		for i := range other {
			other[i] += e.z[i]
		}
		here, there := c.likelihoods(e.z, e.y), c.likelihoods(other, e.y)
		want, bound := e.expect(func(i int) []float64 { return []float64{there[i] - here[i]} })
		m := comparison{what: fmt.Sprintf("KL at z₀ = %s, z = %s", numbers(e.z), numbers(other)),
			other: "the mean of log p(y|z₀)/p(y|z) " + e.over(), got: at(e.z, other).value, want: want, tolerance: bound, n: 1, sampled: !e.exact}
		if back := (comparison{got: at(other, e.z).value, want: want, tolerance: bound}); back.holds() && !m.holds() {
			m.advice = "KL(p(·|z) ‖ p(·|z₀)) is right: the two outputs are interchanged"
		}
		if !c.compare(m) {
			return
		}
	}
}
