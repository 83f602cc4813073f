package policy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/natural/control"
)

func newTRPO(t *testing.T, cfg TRPOConfig) *TRPO {
	t.Helper()
	m, err := NewTRPO(cfg)
	require.NoError(t, err)
	return m
}

// TestTRPOStep: an update keeps the KL divergence of the batch within δ, makes more of the surrogate, and goes far enough
// to be of use; all of this for both families and both types of numbers, and for products over a part of the batch.
func TestTRPOStep(t *testing.T) {
	for name, f := range families() {
		for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
			for _, fraction := range []float64{1, 0.25} {
				for _, delta := range []float64{1e-4, 0.01, 0.1} {
					t.Run(fmt.Sprint(name, dtype, fraction, delta), func(t *testing.T) {
						m := newTRPO(t, TRPOConfig{KL: delta, Fraction: fraction})
						p, b := testPolicy(t, f, m.Cost(f), dtype)
						r := rand.New(rand.NewPCG(1, 1))
						before, err := b.Measure(p)
						require.NoError(t, err)
						step, err := m.Update(p, b, r)
						require.NoError(t, err)
						assert.Equal(t, 1, step.Steps)
						after, err := b.Measure(p)
						require.NoError(t, err)
						assert.LessOrEqual(t, after.KL, delta)
						assert.Greater(t, after.KL, delta/20)
						assert.Greater(t, after.Surrogate, before.Surrogate)
						assert.InDelta(t, mean(b.Advantages.Float64s()), before.Surrogate, 1e-6)
					})
				}
			}
		}
	}
}

// TestTRPOBacktracks: as many tries are made again as are allowed, and not one less.
func TestTRPOBacktracks(t *testing.T) {
	f := families()["categorical"]
	update := func(cfg TRPOConfig) Step {
		cfg.KL, cfg.Shrink, cfg.Damping = 1, 0.97, graph.None // far beyond where KL is quadratic
		m := newTRPO(t, cfg)
		p, b := testPolicy(t, f, m.Cost(f), graph.Float64)
		step, err := m.Update(p, b, rand.New(rand.NewPCG(1, 1)))
		require.NoError(t, err)
		return step
	}
	step := update(TRPOConfig{Backtracks: 50})
	require.Equal(t, 1, step.Steps)
	require.Greater(t, step.Backtracks, 1)
	assert.Equal(t, step, update(TRPOConfig{Backtracks: step.Backtracks}))
	assert.Equal(t, Step{Backtracks: step.Backtracks - 1}, update(TRPOConfig{Backtracks: step.Backtracks - 1}))
}

// TestTRPORefuses: without advantages there is no direction, and with a batch whose log π_old no step near π_old improves
// on, all tries are refused. The policy stays what it was, to the bit.
func TestTRPORefuses(t *testing.T) {
	for name, f := range families() {
		m := newTRPO(t, TRPOConfig{})
		p, b := testPolicy(t, f, m.Cost(f), graph.Float64)
		kept := append([]float64{}, b.Advantages.Float64s()...)
		check := func(want Step) {
			t.Helper()
			before := flat(t, graph.Values(p.Model.Params()))
			step, err := m.Update(p, b, rand.New(rand.NewPCG(1, 1)))
			require.NoError(t, err)
			assert.Equal(t, want, step, name)
			assert.Equal(t, before, flat(t, graph.Values(p.Model.Params())), name)
		}
		clear(b.Advantages.Float64s())
		check(Step{})
		copy(b.Advantages.Float64s(), kept)
		old := append([]float64{}, b.LogOld.Float64s()...)
		for i, a := range kept { // actions that paid are 20 nats rarer than they were: L is far below 0
			b.LogOld.Float64s()[i] = old[i] + math.Copysign(20, a)
		}
		check(Step{Backtracks: 10})
		copy(b.LogOld.Float64s(), old)
		step, err := m.Update(p, b, rand.New(rand.NewPCG(1, 1)))
		require.NoError(t, err)
		assert.Equal(t, 1, step.Steps, "what was refused leaves no trace")
	}
}

func flat(t *testing.T, d graph.Direction) []float64 {
	t.Helper()
	x := make([]float64, curvature.Len(d))
	require.NoError(t, curvature.Flatten(x, d))
	return x
}

// chain is a decision process that is small enough to be written out: state 0, then state 1 after action 0 or state 2 after
// action 1, then the end. Observations are unit vectors.
type chain struct{ reward [3][2]float64 }

// logits are those of π(a|s), one row for each state: all probabilities are whole numbers of quarters.
var chainLogits = [3][2]float64{{0, math.Log(3)}, {0, 0}, {math.Log(3), 0}}

// probability is π(a|s) for weights W, 3×2, and biases b, 2, one after the other.
func (chain) probability(theta []float64, s, a int) float64 {
	z := [2]float64{theta[2*s] + theta[6], theta[2*s+1] + theta[7]}
	return math.Exp(z[a]) / (math.Exp(z[0]) + math.Exp(z[1]))
}

// J is the expected return, by enumeration of the paths.
func (c chain) J(theta []float64) (sum float64) {
	for a0 := range 2 {
		for a1 := range 2 {
			s := 1 + a0
			sum += c.probability(theta, 0, a0) * c.probability(theta, s, a1) * (c.reward[0][a0] + c.reward[s][a1])
		}
	}
	return sum
}

// score is ∇log π(a|s).
func (c chain) score(theta []float64, s, a int) []float64 {
	g := make([]float64, 8)
	for k := range 2 {
		d := -c.probability(theta, s, k)
		if k == a {
			d++
		}
		g[2*s+k], g[6+k] = d, d
	}
	return g
}

// fisher is Σ_s d(s) Σ_a π(a|s) ∇log π ∇log πᵀ, with d the share of a path's two steps that are in s.
func (c chain) fisher(theta []float64) *mat.SymDense {
	f := mat.NewSymDense(8, nil)
	d := []float64{0.5, 0.5 * c.probability(theta, 0, 0), 0.5 * c.probability(theta, 0, 1)}
	for s, share := range d {
		for a := range 2 {
			f.SymRankOne(f, share*c.probability(theta, s, a), mat.NewVecDense(8, c.score(theta, s, a)))
		}
	}
	return f
}

// batch has every path as often as its probability is sixteenths, and each step's exact advantage Q(s,a) − V(s).
func (c chain) batch(t *testing.T, p *Policy) *Batch {
	t.Helper()
	theta := flat(t, graph.Values(p.Model.Params()))
	b, err := newBatch(16, 2, 3, p.Family)
	require.NoError(t, err)
	value := func(s int) float64 {
		return c.probability(theta, s, 0)*c.reward[s][0] + c.probability(theta, s, 1)*c.reward[s][1]
	}
	first := c.probability(theta, 0, 0)*(c.reward[0][0]+value(1)) + c.probability(theta, 0, 1)*(c.reward[0][1]+value(2))
	row := 0
	add := func(s, a int, advantage float64) {
		b.Observations.Float64s()[3*row+s] = 1
		b.Actions.Float64s()[row] = float64(a)
		b.Advantages.Float64s()[row] = advantage
		b.LogOld.Float64s()[row] = math.Log(c.probability(theta, s, a))
		row++
	}
	for a0 := range 2 {
		for a1 := range 2 {
			s := 1 + a0
			times := math.Round(16 * c.probability(theta, 0, a0) * c.probability(theta, s, a1))
			for range int(times) {
				add(0, a0, c.reward[0][a0]+value(s)-first)
				add(s, a1, c.reward[s][a1]-value(s))
			}
		}
	}
	require.Equal(t, 32, row)
	require.NoError(t, p.Outputs(b.Outputs, b.Observations))
	return b
}

// TestTRPOIsTheNaturalGradient: on a decision process that is written out, the gradient of L is that of the expected return
// over the path's length, and an update is √(2δ/xᵀFx)·x with x = (F + λI)⁻¹g by dense algebra; for λ = 0, where F is
// singular, with the pseudo-inverse. It raises the expected return.
func TestTRPOIsTheNaturalGradient(t *testing.T) {
	c := chain{[3][2]float64{{1, 0}, {2, -1}, {3, 0.5}}}
	for _, damping := range []float64{graph.None, 0.05} {
		const delta = 1e-6
		m := newTRPO(t, TRPOConfig{KL: delta, Damping: damping, Iterations: 50, Tolerance: 1e-12})
		p, err := newPolicy(Categorical{2}, m.Cost(Categorical{2}), Config{Hidden: []int{}, DType: graph.Float64}, 3)
		require.NoError(t, err)
		for s, row := range chainLogits {
			copy(p.Model.Params()[0].Value.Float64s()[2*s:], row[:])
		}
		theta := flat(t, graph.Values(p.Model.Params()))
		b := c.batch(t, p)

		g := mat.NewVecDense(8, nil)
		const h = 1e-5
		for i := range theta {
			up, down := append([]float64{}, theta...), append([]float64{}, theta...)
			up[i] += h
			down[i] -= h
			g.SetVec(i, (c.J(up)-c.J(down))/(2*h)/2) // a path has two steps
		}
		f := c.fisher(theta)
		var eigen mat.EigenSym
		require.True(t, eigen.Factorize(f, true))
		var vectors mat.Dense
		eigen.VectorsTo(&vectors)
		x := mat.NewVecDense(8, nil)
		zeros := 0
		for i, v := range eigen.Values(nil) {
			if v += max(damping, 0); v < 1e-12 {
				zeros++
				continue
			}
			u := vectors.ColView(i)
			x.AddScaledVec(x, mat.Dot(u, g)/v, u)
		}
		if damping < 0 {
			assert.Equal(t, 5, zeros, "a logit of each of three states is free, the rest follows")
		}
		var fx mat.VecDense
		fx.MulVec(f, x)
		length := math.Sqrt(2 * delta / mat.Dot(x, &fx))

		step, err := m.Update(p, b, rand.New(rand.NewPCG(1, 1)))
		require.NoError(t, err)
		require.Equal(t, 1, step.Steps)
		length *= math.Pow(0.8, float64(step.Backtracks))
		after := flat(t, graph.Values(p.Model.Params()))
		for i := range after {
			assert.InDelta(t, g.AtVec(i), m.g.AtVec(i), 1e-10)
			assert.InDelta(t, theta[i]+length*x.AtVec(i), after[i], 1e-9*length*mat.Norm(x, 2), "element %d", i)
		}
		assert.Greater(t, c.J(after), c.J(theta))
	}
}

// TestTRPOConfig: settings survive, and those out of range are named.
func TestTRPOConfig(t *testing.T) {
	for _, cfg := range []TRPOConfig{{}, {KL: 0.1, Damping: graph.None, Iterations: 3, Tolerance: 1e-3, Fraction: 0.5, Shrink: 0.25, Backtracks: 1}} {
		m := newTRPO(t, cfg)
		assert.Equal(t, m.cfg, newTRPO(t, m.Config()).cfg)
	}
	for want, cfg := range map[string]TRPOConfig{
		"KL -1": {KL: graph.None}, "damping -2": {Damping: -2}, "iterations -3": {Iterations: -3}, "fraction 1.5": {Fraction: 1.5},
		"shrink 1": {Shrink: 1}, "backtracks -1": {Backtracks: -1}, "tolerance 2": {Tolerance: 2},
	} {
		_, err := NewTRPO(cfg)
		assert.ErrorContains(t, err, "policy: TRPO: "+want)
	}
}

// TestTRPOLearns an acting policy on CartPole, whose average return it raises.
func TestTRPOLearns(t *testing.T) {
	a, err := New(func() control.Environment { return control.NewCartPole() }, newTRPO(t, TRPOConfig{}), Config{Environments: 4, Steps: 128, Seed: 1})
	require.NoError(t, err)
	var first, last Record
	for i := range 12 {
		last, err = a.Update()
		require.NoError(t, err)
		assert.LessOrEqual(t, last.KL, 0.02)
		if i == 0 {
			first = last
		}
	}
	assert.Greater(t, last.Average, 1.5*first.Average)
}
