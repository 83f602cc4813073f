package losstest

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// fisher checks the factor B: BBᵀ is the Fisher matrix of p(y|z), which is the mean of the score's square, the Hessian of the
// mean of −log p, and the Hessian of KL(z₀‖z) at z₀; and FactorTransposeProduct is of Bᵀ.
func (c *checker) fisher() {
	points := c.ensembles()
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
	n := points * c.outputs // examples of the batch that columns are of
	f := c.gram(columns)
	swapped := c.gram(c.transposed(columns))
	score := c.scores(e.y)(e.z)
	want, bound := e.expect(func(i int) []float64 { return outer(score[i]) })
	for i := range bound {
		if e.exact {
			bound[i] += 1e-11 * (1 + partcheck.Largest(want))
		}
	}
	m := partcheck.Comparison{What: "BBᵀ by FactorProduct " + e.at(), Than: "the mean of score·scoreᵀ " + e.over(), Got: f, Want: want,
		Tolerance: bound, Shape: c.square(), Batch: n, Rough: e.rough(),
		Factors: []partcheck.Factor{{Is: 1 / float64(n*n), Words: fmt.Sprintf("a 1/N in each factor, N = %d?", n)},
			{Is: 4, Words: "a factor 2 in each of two factors?"}, {Is: 0.25, Words: "a ½ in each factor, or a score that is twice as large?"}}}
	if !holds(m) && holds(partcheck.Comparison{Got: swapped, Want: want, Tolerance: bound}) {
		m.Hint = "BᵀB is right: FactorProduct and FactorTransposeProduct are interchanged"
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

func (c *checker) transposeIs(columns, transposed []float64, e ensemble) bool {
	tolerance := rounding(columns)
	m := partcheck.Comparison{What: "Bᵀ by FactorTransposeProduct " + e.at(), Than: "the transpose of B by FactorProduct", Got: transposed,
		Want: c.transposed(columns), Tolerance: tolerance, Shape: c.square(), Batch: points * c.outputs}
	if !holds(m) && holds(partcheck.Comparison{Got: transposed, Want: columns, Tolerance: tolerance}) {
		m.Hint = "FactorTransposeProduct is FactorProduct itself, and B is not symmetric"
	}
	return c.compare(m)
}

// hessians compares F with the two Hessians, by finite differences of gradients.
func (c *checker) hessians(e ensemble, f []float64) {
	kl := c.compile(graph.Float64, 1, c.divergence())
	var want, bound []float64
	for j := range e.z {
		s := c.slope(func(h float64) []float64 { return kl.run([][][]float64{{moved(e.z, j, h)}, {e.z}}).gradient })
		want, bound = append(want, s.Values...), append(bound, s.Errors...)
	}
	if !c.compare(partcheck.Comparison{What: "BBᵀ by FactorProduct " + e.at(), Than: "the Hessian of KL at z = z₀", Got: f, Want: want, Tolerance: bound,
		Shape: c.square()}) {
		return
	}
	want, bound = c.meanHessian(e)
	c.compare(partcheck.Comparison{What: "BBᵀ by FactorProduct " + e.at(), Than: "the Hessian of the mean of NegativeLogLikelihood " + e.over(),
		Got: f, Want: want, Tolerance: bound, Shape: c.square(), Rough: e.rough()})
}

// meanHessian is the mean over the targets of e of the Hessian of −log p. Samples have a coarser step, since a density may
// have a kink, at which a Hessian is nothing but a jump that some samples step over.
func (c *checker) meanHessian(e ensemble) (want, bound []float64) {
	score := c.scores(e.y)
	for j := range e.z {
		if e.exact {
			s := c.slope(func(h float64) []float64 {
				mean, _ := e.expect(rowsOf(score(moved(e.z, j, h))))
				return mean
			})
			want, bound = append(want, s.Values...), append(bound, s.Errors...)
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

// square is the shape of B and of the Fisher matrix of an example.
func (c *checker) square() []int { return []int{c.outputs, c.outputs} }

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
