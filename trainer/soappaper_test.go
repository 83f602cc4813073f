package trainer_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// TestSOAPAgainstPaper: algorithm 3, with the first moment projected anew in every step,
// and the QR decomposition by Gram and Schmidt. The averages of one gradient have a null
// space, whose basis is anybody's choice: the first basis is the optimizer's own, which
// must diagonalise them. Renewals come once the averages have their full rank.
func TestSOAPAgainstPaper(t *testing.T) {
	for _, cfg := range []trainer.SOAPConfig{{UpdateSteps: 4, Beta1: 0.6, Beta2: 0.8}, {UpdateSteps: 1, MaxDimension: 4}, {UpdateSteps: 5}, {MaxDimension: 1}, {Beta1: trainer.None}} {
		cfg.WeightDecay, cfg.Epsilon = 0.3, 0.05
		o, err := trainer.NewSOAP(cfg)
		require.NoError(t, err)
		c := o.Config()
		b1 := max(c.Beta1, 0)
		var own *trainer.SOAP
		holds(t, func() trainer.Optimizer { own, _ = trainer.NewSOAP(cfg); return own }, 0.3, func(i int, p *graph.Param) written {
			adam := adamWritten(b1, c.Beta2, c.Epsilon)
			var m, v, l, r, ql, qr dense
			return func(step int, w, g dense) dense {
				rows, cols := len(g), len(g[0])
				matrix := rows > 1 && cols > 1
				left, right := matrix && rows <= c.MaxDimension, matrix && cols <= c.MaxDimension
				if !left && !right {
					return adam(step, w, g)
				}
				if step == 1 { // measures only
					m, v = zeros(rows, cols), zeros(rows, cols)
					l, r = g.times(g.t()), g.t().times(g)
					l, r = l.with(1-c.Beta2, 0, l), r.with(1-c.Beta2, 0, r)
					ql, qr = unit(rows), unit(cols)
					leftBasis, rightBasis := own.Bases(i)
					if left {
						ql = diagonalizes(t, leftBasis, l, p.Value.Dtype())
					}
					if right {
						qr = diagonalizes(t, rightBasis, r, p.Value.Dtype())
					}
					// (1−αw)W is left out, too
					return w.with(c.WeightDecay*p.DecayFactor()/p.RateFactor(), 0, w)
				}
				m = m.with(b1, 1-b1, g)
				gg, mm := ql.t().times(g).times(qr), ql.t().times(m).times(qr)
				v = v.each(gg, func(v, g float64) float64 { return c.Beta2*v + (1-c.Beta2)*g*g })
				n := mm.each(v, func(m, v float64) float64 {
					return -m / (1 - math.Pow(b1, float64(step-1))) / (math.Sqrt(v/(1-math.Pow(c.Beta2, float64(step-1)))) + c.Epsilon)
				})
				step0 := ql.times(n).times(qr.t())
				l, r = l.with(c.Beta2, 1-c.Beta2, g.times(g.t())), r.with(c.Beta2, 1-c.Beta2, g.t().times(g))
				if (step-1)%c.UpdateSteps == 0 {
					if left {
						var order []int
						ql, order = iterated(l, ql)
						v = picked(v.t(), order).t()
					}
					if right {
						var order []int
						qr, order = iterated(r, qr)
						v = picked(v, order)
					}
				}
				return step0
			}
		})
	}
}

// diagonalizes checks a basis, a vector in every row, and returns it in columns.
func diagonalizes(t *testing.T, basis []float64, m dense, dtype tensor.Dtype) dense {
	rounding := map[tensor.Dtype]float64{graph.Float32: 1e-5, graph.Float64: 1e-12}[dtype]
	n := len(m)
	q := zeros(n, n)
	for i := range n {
		copy(q[i], basis[i*n:])
	}
	gram, turned := q.times(q.t()), q.times(m).times(q.t())
	for i := range n {
		for j := range n {
			assert.InDelta(t, unit(n)[i][j], gram[i][j], rounding)
			if i != j {
				assert.InDelta(t, 0, turned[i][j], rounding*m.norm())
			}
		}
		if i > 0 {
			assert.LessOrEqual(t, turned[i][i], turned[i-1][i-1]+rounding*m.norm())
		}
	}
	return q.t()
}

// iterated is QR(P Q), with the columns of Q by falling qᵀPq, and their order.
func iterated(p, q dense) (next dense, order []int) {
	s := p.times(q)
	quotient := func(j int) (sum float64) {
		for i := range q {
			sum += q[i][j] * s[i][j]
		}
		return sum
	}
	for j := range q {
		order = append(order, j)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := quotient(a), quotient(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	rows := picked(s, order).t()
	for i := range rows {
		for range 3 { // again, against rounding
			for k := range i {
				var dot float64
				for j := range rows[i] {
					dot += rows[i][j] * rows[k][j]
				}
				for j := range rows[i] {
					rows[i][j] -= dot * rows[k][j]
				}
			}
			var ss float64
			for _, v := range rows[i] {
				ss += v * v
			}
			for j := range rows[i] {
				rows[i][j] /= math.Sqrt(ss)
			}
		}
	}
	return rows.t(), order
}
