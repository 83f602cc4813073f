package trainer_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// dictated is an objective whose gradients are given: optimizers are held against the
// equations of their papers on them.
type dictated struct {
	params []*graph.Param
	next   func(step, param, element int) float64
	step   int
}

func (d *dictated) Params() []*graph.Param { return d.params }
func (d *dictated) Loss() (float64, error) { return 1, nil }

func (d *dictated) Grad() (float64, error) {
	d.step++
	for i, p := range d.params {
		for j := range p.Size() {
			if v := d.next(d.step, i, j); p.Grad.Dtype() == graph.Float32 {
				p.Grad.Float32s()[j] = float32(v)
			} else {
				p.Grad.Float64s()[j] = v
			}
		}
	}
	return 1, nil
}

// shapesOfRivals: wide, square and tall matrices, a bias, weights of one row and of one
// column, and a last matrix.
var shapesOfRivals = [][]int{{3, 5}, {5}, {4, 4}, {4}, {1, 4}, {7, 2}, {3, 1}, {6, 3}}

func newDictated(dtype tensor.Dtype, seed uint64, scale float64) *dictated {
	d := &dictated{}
	r := rand.New(rand.NewPCG(seed, 1))
	for i, shape := range shapesOfRivals {
		p := graph.NewParam(string(rune('a'+i)), dtype, shape...)
		for j := range p.Size() {
			if v := r.NormFloat64(); dtype == graph.Float32 {
				p.Value.Float32s()[j] = float32(v)
			} else {
				p.Value.Float64s()[j] = v
			}
		}
		d.params = append(d.params, p)
	}
	d.params[2].Group = graph.Group{Rate: 0.5, WeightDecay: 3}
	d.next = func(step, param, element int) float64 {
		r := rand.New(rand.NewPCG(seed+uint64(step), uint64(1000*param+element)))
		return scale * (r.NormFloat64() + math.Sin(float64(param+element)))
	}
	return d
}

// dense is a matrix as rows of numbers, for equations written out in plain loops.
type dense [][]float64

func zeros(rows, cols int) dense {
	m := make(dense, rows)
	for i := range m {
		m[i] = make([]float64, cols)
	}
	return m
}

func (m dense) t() dense {
	n := zeros(len(m[0]), len(m))
	for i := range m {
		for j, v := range m[i] {
			n[j][i] = v
		}
	}
	return n
}

func (m dense) times(n dense) dense {
	p := zeros(len(m), len(n[0]))
	for i := range m {
		for j := range p[i] {
			for k, v := range m[i] {
				p[i][j] += v * n[k][j]
			}
		}
	}
	return p
}

// with is a·m + b·n.
func (m dense) with(a, b float64, n dense) dense {
	p := zeros(len(m), len(m[0]))
	for i := range m {
		for j, v := range m[i] {
			p[i][j] = a*v + b*n[i][j]
		}
	}
	return p
}

func (m dense) each(n dense, f func(a, b float64) float64) dense {
	p := zeros(len(m), len(m[0]))
	for i := range m {
		for j, v := range m[i] {
			p[i][j] = f(v, n[i][j])
		}
	}
	return p
}

func (m dense) norm() (n float64) {
	for _, row := range m {
		for _, v := range row {
			n += v * v
		}
	}
	return math.Sqrt(n)
}

// matrixFrom reads a parameter's values, in the last axis as columns.
func matrixFrom(p *graph.Param, values []float64) dense {
	cols := p.Value.Shape()[p.Value.Dims()-1]
	m := zeros(p.Size()/cols, cols)
	for i := range m {
		copy(m[i], values[i*cols:])
	}
	return m
}

// eigenvectors of a symmetric matrix as columns, the largest eigenvalue first: gonum's.
func eigenvectors(t *testing.T, m dense) (q dense, values []float64) {
	s := mat.NewSymDense(len(m), nil)
	for i := range m {
		for j := i; j < len(m); j++ {
			s.SetSym(i, j, (m[i][j]+m[j][i])/2)
		}
	}
	var e mat.EigenSym
	require.True(t, e.Factorize(s, true))
	var v mat.Dense
	e.VectorsTo(&v)
	ascending := e.Values(nil)
	q = zeros(len(m), len(m))
	for j := range m {
		values = append(values, ascending[len(m)-1-j])
		for i := range m {
			q[i][j] = v.At(i, len(m)-1-j)
		}
	}
	return q, values
}

// written is a rival's rule for one parameter, written out: it has its own state, and
// gives the step ∆ of W ← (1−αw)W + α∆ at step t from 1 on.
type written func(t int, w, g dense) dense

// adamWritten is Adam's rule (Kingma & Ba 2015, algorithm 1).
func adamWritten(b1, b2, eps float64) written {
	var m, v dense
	return func(t int, w, g dense) dense {
		if m == nil {
			m, v = zeros(len(g), len(g[0])), zeros(len(g), len(g[0]))
		}
		m = m.with(b1, 1-b1, g)
		v = v.each(g, func(v, g float64) float64 { return b2*v + (1-b2)*g*g })
		return m.each(v, func(m, v float64) float64 {
			return -m / (1 - math.Pow(b1, float64(t))) / (math.Sqrt(v/(1-math.Pow(b2, float64(t)))) + eps)
		})
	}
}

// holds compares an optimizer with rules over many steps with a changing rate, in
// float64 to 1e-12 of the numbers' size, and in float32.
func holds(t *testing.T, make func() trainer.Optimizer, decay float64, rule func(i int, p *graph.Param) written) {
	t.Helper()
	for _, scale := range []float64{1, 1e-3, 1e4} {
		// float32 differs by what rounding does to averages of few gradients, whose small
		// eigenvalues a root enlarges: a bound on gross mistakes.
		for dtype, tolerance := range map[tensor.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-2} {
			o, d := make(), newDictated(dtype, 7, scale)
			var rules []written
			var want []dense
			for i, p := range d.params {
				rules = append(rules, rule(i, p))
				want = append(want, matrixFrom(p, snapshot(d.params[i:i+1], false)))
			}
			for step := 1; step <= 12; step++ {
				alpha := 0.02 / float64(step)
				o.SetLearningRate(alpha)
				_, err := o.Step(d)
				require.NoError(t, err)
				for i, p := range d.params {
					var g []float64
					for j := range p.Size() {
						v := d.next(step, i, j)
						if dtype == graph.Float32 {
							v = float64(float32(v))
						}
						g = append(g, v)
					}
					want[i] = want[i].with(1-alpha*decay*p.DecayFactor(), alpha*p.RateFactor(), rules[i](step, want[i], matrixFrom(p, g)))
					assert.InDeltaSlice(t, slices.Concat(want[i]...), snapshot(d.params[i:i+1], false), tolerance, "%v, gradients of %g, step %d, %s", dtype, scale, step, p.Name)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
}

// TestMuonAgainstPaper: Jordan's iteration and the scale of Liu et al., with and without
// the look-ahead and the last layer.
func TestMuonAgainstPaper(t *testing.T) {
	for _, cfg := range []trainer.MuonConfig{{}, {HeavyBall: true, Momentum: 0.7}, {LastLayer: true, AdamRate: 0.25, Beta1: 0.5}, {Momentum: trainer.None}} {
		cfg.WeightDecay = 0.3
		o, err := trainer.NewMuon(cfg)
		require.NoError(t, err)
		c := o.Config()
		mu := max(c.Momentum, 0)
		holds(t, func() trainer.Optimizer { o, _ := trainer.NewMuon(cfg); return o }, 0.3, func(i int, p *graph.Param) written {
			orthogonal := p.Value.Dims() == 2 && p.Value.Shape()[0] > 1 && p.Value.Shape()[1] > 1
			if !orthogonal || i == len(shapesOfRivals)-1 && !cfg.LastLayer {
				adam := adamWritten(c.Beta1, c.Beta2, c.Epsilon)
				return func(t int, w, g dense) dense {
					step := adam(t, w, g)
					return step.with(c.AdamRate, 0, step)
				}
			}
			var b dense
			return func(_ int, w, g dense) dense {
				if b == nil {
					b = zeros(len(g), len(g[0]))
				}
				b = b.with(mu, 1, g)
				x := g.with(1, mu, b)
				if cfg.HeavyBall {
					x = b
				}
				x = x.with(1/(x.norm()+1e-7), 0, x)
				for range 5 { // X ← aX + b(XXᵀ)X + c(XXᵀ)²X
					xx := x.times(x.t())
					x = x.with(3.4445, 1, xx.times(x).with(-4.7750, 2.0315, xx.times(xx).times(x)))
				}
				return x.with(-0.2*math.Sqrt(float64(max(len(x), len(x[0])))), 0, x)
			}
		})
	}
}

// TestMuonOrthogonalizes: the singular values of a step are near one another, whatever
// the gradient's are.
func TestMuonOrthogonalizes(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, shape := range [][]int{{40, 17}, {17, 40}, {33, 33}} {
			r := rand.New(rand.NewPCG(1, 2))
			q, _ := eigenvectors(t, zeros(shape[0], shape[0]).each(zeros(shape[0], shape[0]), func(_, _ float64) float64 { return r.NormFloat64() }))
			s, _ := eigenvectors(t, zeros(shape[1], shape[1]).each(zeros(shape[1], shape[1]), func(_, _ float64) float64 { return r.NormFloat64() }))
			values := zeros(shape[0], shape[1])
			n := min(shape[0], shape[1])
			for i := range n {
				values[i][i] = math.Pow(0.02, float64(i)/float64(n)) // ‖·‖ is below 3: each is above the 0.002 that five steps raise
			}
			g := q.times(values).times(s.t())
			d := &dictated{params: []*graph.Param{graph.NewParam("w", dtype, shape...)}, next: func(_, _, j int) float64 { return g[j/shape[1]][j%shape[1]] }}
			o, err := trainer.NewMuon(trainer.MuonConfig{LearningRate: 1, LastLayer: true})
			require.NoError(t, err)
			_, err = o.Step(d)
			require.NoError(t, err)
			var svd mat.SVD
			require.True(t, svd.Factorize(mat.NewDense(shape[0], shape[1], snapshot(d.params, false)), mat.SVDNone))
			for _, v := range svd.Values(nil) {
				v /= 0.2 * math.Sqrt(float64(max(shape[0], shape[1])))
				assert.InDelta(t, 0.93, v, 0.28, "%v %v", dtype, shape)
			}
		}
	}
}

// TestShampooAgainstPaper: the equations of Gupta et al. with running averages, the
// roots by gonum's eigenvectors, and Adam's length.
func TestShampooAgainstPaper(t *testing.T) {
	for _, cfg := range []trainer.ShampooConfig{
		{UpdateSteps: 1, Epsilon: 1e-2}, {UpdateSteps: 4, Momentum: 0.6, Beta1: 0.5, Beta2: 0.8, Epsilon: 1e-2}, {UpdateSteps: 3, MaxDimension: 4, Epsilon: 1e-2},
		{UpdateSteps: 2, MaxDimension: 1}, {Beta1: trainer.None, Epsilon: 1e-2},
	} {
		cfg.WeightDecay = 0.3
		o, err := trainer.NewShampoo(cfg)
		require.NoError(t, err)
		c := o.Config()
		b1 := max(c.Beta1, 0)
		holds(t, func() trainer.Optimizer { o, _ := trainer.NewShampoo(cfg); return o }, 0.3, func(i int, p *graph.Param) written {
			adam := adamWritten(b1, c.Beta2, c.AdamEpsilon)
			var m, velocity, l, r, lroot, rroot dense
			return func(step int, w, g dense) dense {
				rows, cols := len(g), len(g[0])
				if m == nil {
					m, velocity, l, r = zeros(rows, cols), zeros(rows, cols), zeros(rows, rows), zeros(cols, cols)
				}
				m = m.with(b1, 1-b1, g)
				l, r = l.with(c.Beta2, 1-c.Beta2, g.times(g.t())), r.with(c.Beta2, 1-c.Beta2, g.t().times(g))
				matrix := rows > 1 && cols > 1
				left, right := matrix && rows <= c.MaxDimension, matrix && cols <= c.MaxDimension
				exponent := -0.25
				if left != right {
					exponent = -0.5
				}
				if (step-1)%c.UpdateSteps == 0 {
					lroot, rroot = rootOf(t, l, exponent, c.Epsilon, left), rootOf(t, r, exponent, c.Epsilon, right)
				}
				graft := adam(step, w, g)
				p := graft
				if left || right {
					p = lroot.times(m).times(rroot)
					p = p.with(-graft.norm()/p.norm(), 0, p)
				}
				velocity = velocity.with(c.Momentum, 1, p)
				return velocity
			}
		})
	}
}

// rootOf is (M + ε max(eigenvalue) I)^exponent.
func rootOf(t *testing.T, m dense, exponent, epsilon float64, wanted bool) dense {
	q, values := eigenvectors(t, m)
	powers := zeros(len(m), len(m))
	for i, v := range values {
		powers[i][i] = 1
		if wanted {
			powers[i][i] = math.Pow(max(v, 0)+epsilon*values[0], exponent)
		}
	}
	return q.times(powers).times(q.t())
}

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

func unit(n int) dense {
	m := zeros(n, n)
	for i := range m {
		m[i][i] = 1
	}
	return m
}

// picked are columns of m in another order.
func picked(m dense, order []int) dense {
	p := zeros(len(m), len(m[0]))
	for i := range m {
		for j, from := range order {
			p[i][j] = m[i][from]
		}
	}
	return p
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
