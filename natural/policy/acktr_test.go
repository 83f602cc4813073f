package policy

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/natural/control"
)

func newACKTR(t *testing.T, cfg ACKTRConfig) *ACKTR {
	t.Helper()
	m, err := NewACKTR(cfg)
	require.NoError(t, err)
	return m
}

// oneLayer is a policy without hidden layers, and a batch of it. The Kronecker product is exact for a Gaussian whose
// deviations do not depend on the state, and for a categorical policy that takes all actions alike in every state.
func oneLayer(t *testing.T, f Family, m Method) (*Policy, *Batch) {
	t.Helper()
	p, err := newPolicy(f, m.Cost(f), Config{Hidden: []int{}, DType: graph.Float64, Seed: 3}, testObservations)
	require.NoError(t, err)
	if _, ok := f.(Categorical); ok {
		for _, param := range p.Model.Params() {
			param.Value.Zero()
		}
	}
	r := rand.New(rand.NewPCG(8, 1))
	b, err := newBatch(4, 10, testObservations, f)
	require.NoError(t, err)
	for i := range b.Observations.Float64s() {
		b.Observations.Float64s()[i] = 1 + r.NormFloat64()
	}
	require.NoError(t, p.Outputs(b.Outputs, b.Observations))
	k, size := f.Outputs(), f.Size()
	for i := range b.Rows() {
		z, a := b.Outputs.Float64s()[i*k:(i+1)*k], b.Actions.Float64s()[i*size:(i+1)*size]
		f.Sample(r, z, a)
		b.LogOld.Float64s()[i] = f.LogProbability(z, a)
		b.Advantages.Float64s()[i] = r.NormFloat64()
	}
	standardise(b.Advantages.Float64s())
	return p, b
}

// TestACKTRIsTheNaturalGradient where K-FAC is exact: the step is √(2δ/gᵀF⁺g)·F⁺g, and F⁺g itself where that is shorter,
// with F and g from scores that are written out.
func TestACKTRIsTheNaturalGradient(t *testing.T) {
	for name, f := range families() {
		for _, delta := range []float64{1e-5, 1e5} {
			m := newACKTR(t, ACKTRConfig{KL: delta, Damping: 1e-14, FactorDecay: graph.None})
			p, b := oneLayer(t, f, m)
			before := flat(t, graph.Values(p.Model.Params()))
			size, k := len(before), f.Outputs()
			g, fisher := mat.NewVecDense(size, nil), mat.NewSymDense(size, nil)
			_, err := b.Objective(p)
			require.NoError(t, err)
			for i := range b.Rows() {
				x := append(append([]float64{}, b.Observations.Float64s()[i*testObservations:(i+1)*testObservations]...), 1)
				z := b.Outputs.Float64s()[i*k : (i+1)*k]
				score := make([]float64, k)
				f.Score(score, z, b.Actions.Float64s()[i*f.Size():(i+1)*f.Size()])
				g.AddScaledVec(g, b.Advantages.Float64s()[i]/float64(b.Rows()), parameters(f, x, score))
				for _, w := range roots(f, z) { // Σ w wᵀ is the Fisher matrix of the distribution
					fisher.SymRankOne(fisher, 1/float64(b.Rows()), parameters(f, x, w))
				}
			}
			x := pseudoSolve(t, fisher, g)
			length := min(1, math.Sqrt(2*delta/mat.Dot(x, g)))

			step, err := m.Update(p, b, nil)
			require.NoError(t, err)
			assert.Equal(t, Step{Steps: 1}, step)
			after := flat(t, graph.Values(p.Model.Params()))
			for i := range after {
				assert.InDelta(t, before[i]+length*x.AtVec(i), after[i], 2e-6*length*mat.Norm(x, 2), "%s, δ %g, element %d", name, delta, i)
			}
			moved, err := b.Measure(p)
			require.NoError(t, err)
			if delta < 1 {
				assert.InEpsilon(t, delta, moved.KL, 0.02, "the exact KL divergence is the quadratic model's to the third order")
				assert.Positive(t, moved.Surrogate)
			}
		}
	}
}

// parameters is a derivative with respect to the outputs as one with respect to the parameters of a policy without hidden layers,
// whose means alone depend on the state x, 1.
func parameters(f Family, x, dz []float64) *mat.VecDense {
	c := len(dz)
	if _, gaussian := f.(*Gaussian); gaussian {
		c /= 2
	}
	var all []float64
	for _, v := range x { // the last row is the bias
		for _, d := range dz[:c] {
			all = append(all, v*d)
		}
	}
	all = append(all, dz[c:]...)
	return mat.NewVecDense(len(all), all)
}

// roots are vectors w with Σ wwᵀ = E[score scoreᵀ].
func roots(f Family, z []float64) (all [][]float64) {
	if g, ok := f.(*Gaussian); ok {
		for i := range z {
			w := make([]float64, len(z))
			if w[i] = math.Sqrt2; i < g.Size() {
				w[i] = math.Exp(-z[g.Size()+i])
			}
			all = append(all, w)
		}
		return all
	}
	for a := range z {
		w := make([]float64, len(z))
		f.Score(w, z, []float64{float64(a)})
		p := math.Exp(f.LogProbability(z, []float64{float64(a)}))
		for i := range w {
			w[i] *= math.Sqrt(p)
		}
		all = append(all, w)
	}
	return all
}

func pseudoSolve(t *testing.T, f *mat.SymDense, g *mat.VecDense) *mat.VecDense {
	t.Helper()
	var eigen mat.EigenSym
	require.True(t, eigen.Factorize(f, true))
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	x := mat.NewVecDense(g.Len(), nil)
	for i, v := range eigen.Values(nil) {
		if u := vectors.ColView(i); v > 1e-10 {
			x.AddScaledVec(x, mat.Dot(u, g)/v, u)
		}
	}
	return x
}

// TestACKTRAndTRPOAgree where K-FAC is exact: their steps are one, for a bound that is small.
func TestACKTRAndTRPOAgree(t *testing.T) {
	for name, f := range families() {
		const delta = 1e-6
		k, tr := newACKTR(t, ACKTRConfig{KL: delta, Damping: 1e-14}), newTRPO(t, TRPOConfig{KL: delta, Damping: graph.None, Iterations: 100, Tolerance: 1e-12})
		p, b := oneLayer(t, f, k)
		before := flat(t, graph.Values(p.Model.Params()))
		_, err := k.Update(p, b, nil)
		require.NoError(t, err)
		one := flat(t, graph.Values(p.Model.Params()))
		require.NoError(t, curvature.Unflatten(graph.Values(p.Model.Params()), before))
		step, err := tr.Update(p, b, rand.New(rand.NewPCG(1, 1)))
		require.NoError(t, err)
		two := flat(t, graph.Values(p.Model.Params()))
		shrunk := math.Pow(0.8, float64(step.Backtracks))
		var size float64
		for i := range one {
			size = max(size, math.Abs(one[i]-before[i]))
		}
		for i := range one {
			assert.InDelta(t, shrunk*(one[i]-before[i]), two[i]-before[i], 1e-5*size, name)
		}
	}
}

// TestACKTRValue: the optimizer of a value network without hidden layers takes the Gauss–Newton step, which solves least squares
// at once where the bound allows it.
func TestACKTRValue(t *testing.T) {
	opt, err := ACKTRConfig{KL: 1e6, Damping: 1e-14}.Value()
	require.NoError(t, err)
	cfg, err := Config{Hidden: []int{}, Value: ValueConfig{Epochs: 1, Batch: 40, New: ACKTRConfig{}.Value}}.resolved()
	require.NoError(t, err)
	v, err := newValue(cfg, testObservations, 40)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(2, 2))
	x, y := graph.NewDense(graph.Float64, 40, testObservations), graph.NewDense(graph.Float64, 40, 1)
	a, b := mat.NewDense(40, testObservations+1, nil), mat.NewVecDense(40, nil)
	for i := range 40 {
		for j := range testObservations {
			u := r.NormFloat64()
			x.Float64s()[i*testObservations+j] = u
			a.Set(i, j, u)
		}
		a.Set(i, testObservations, 1)
		y.Float64s()[i] = r.NormFloat64()
		b.SetVec(i, y.Float64s()[i])
	}
	var want mat.VecDense
	require.NoError(t, want.SolveVec(a, b))
	obj, err := v.model.Batch(x, y)
	require.NoError(t, err)
	_, err = opt.Step(obj)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.RawVector().Data, flat(t, graph.Values(v.model.Params())), 1e-6)
	_, err = ACKTRConfig{KL: -3}.Value()
	assert.ErrorContains(t, err, "policy: ACKTR: KL -3")
}

// TestACKTRConfig: settings survive, and those out of range are named.
func TestACKTRConfig(t *testing.T) {
	for _, cfg := range []ACKTRConfig{{}, {KL: 0.1, LearningRate: 0.2, Momentum: 0.9, Damping: 1, FactorDecay: graph.None, Estimator: graph.MC}} {
		m := newACKTR(t, cfg)
		assert.Equal(t, m.cfg, newACKTR(t, m.Config()).cfg)
	}
	for want, cfg := range map[string]ACKTRConfig{
		"KL -1": {KL: graph.None}, "learning rate -2": {LearningRate: -2}, "momentum 1": {Momentum: 1}, "damping -1": {Damping: -1},
		"factor decay 2": {FactorDecay: 2}, "unknown Fisher estimator": {Estimator: "x"},
	} {
		_, err := NewACKTR(cfg)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "policy: ACKTR: ")
	}
}

// TestACKTRLearns an acting policy on CartPole, whose average return it raises.
func TestACKTRLearns(t *testing.T) {
	k, err := Find("acktr")
	require.NoError(t, err)
	m, err := k.New()
	require.NoError(t, err)
	cfg := k.Config
	cfg.Environments, cfg.Steps, cfg.Seed = 4, 128, 1
	a, err := New(func() control.Environment { return control.NewCartPole() }, m, cfg)
	require.NoError(t, err)
	var first, last Record
	for i := range 12 {
		last, err = a.Update()
		require.NoError(t, err)
		if i == 0 {
			first = last
		}
	}
	assert.Greater(t, last.Average, 1.5*first.Average)
}
