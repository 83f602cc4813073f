package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// tappedGain is a layer of a user's own, s = x∘c, which declares a tap of a kind of
// its own.
type tappedGain struct{ gain }

func (l *tappedGain) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	s, err := l.gain.Build(b, x)
	if err == nil {
		b.Tap(l.c.Name, x, s, l.c, nil).Kind = "gain"
	}
	return s, err
}

// gainBlock is the Fisher block of the gains, in full: the mean of vvᵀ with
// v = x∘g for the gradient g of an example at s.
type gainBlock struct {
	at          kfac.Place
	n           int
	batch, mean []float64
}

func newGainBlock(at kfac.Place, t *graph.Tap) (kfac.Block, error) {
	n := t.Weight.Size()
	return &gainBlock{at: at, n: n, batch: make([]float64, n*n), mean: make([]float64, n*n)}, nil
}

func (b *gainBlock) Accumulate(p *kfac.Pass) bool {
	if p.Taps == nil {
		return true
	}
	if p.FirstTaps {
		clear(b.batch)
	}
	t := p.Taps[b.at.Tap]
	x, g, examples := t.A.Float64s(), t.G.Float64s(), float64(t.Examples)
	for r := 0; r < len(x); r += b.n {
		for i := range b.n {
			for j := range b.n { // a row of G is 1/N of an example's gradient
				b.batch[i*b.n+j] += examples * x[r+i] * g[r+i] * x[r+j] * g[r+j]
			}
		}
	}
	return true
}

func (b *gainBlock) Statistics(s *kfac.Statistics) { s.Float64 = append(s.Float64, b.batch) }

func (b *gainBlock) Fold(keep float64) {
	for i, v := range b.batch {
		b.mean[i] = keep*b.mean[i] + (1-keep)*v
	}
}

func (b *gainBlock) State() []kfac.Field {
	return []kfac.Field{{Name: b.at.Name + " gains", Value: b.mean}}
}

func (b *gainBlock) NewInverse() kfac.Inverse {
	v := &gainInverse{gainBlock: b, inverse: make([]float64, b.n*b.n)}
	v.todo = []*kfac.Decomposition{kfac.NewDecomposition(b.n, v.invert)}
	return v
}

type gainInverse struct {
	*gainBlock
	damping   float64
	inverse   []float64
	condition float64
	todo      []*kfac.Decomposition
}

func (v *gainInverse) Prepare(gamma float64) []*kfac.Decomposition {
	v.damping = gamma * gamma
	return v.todo
}

func (v *gainInverse) invert(raise float64) bool {
	m := mat.NewSymDense(v.n, append([]float64{}, v.mean...))
	for i := range v.n {
		m.SetSym(i, i, m.At(i, i)+raise*v.damping)
	}
	var c mat.Cholesky
	if !c.Factorize(m) {
		return false
	}
	v.condition = c.Cond()
	var inverse mat.SymDense
	if c.InverseTo(&inverse) != nil {
		return false
	}
	for i := range v.n {
		for j := range v.n {
			v.inverse[i*v.n+j] = inverse.At(i, j)
		}
	}
	return true
}

func (v *gainInverse) Apply(u graph.Direction, g *kfac.Gradient) {
	from := mat.NewVecDense(v.n, g.Direction[v.at.Weight].Float64s())
	mat.NewVecDense(v.n, u[v.at.Weight].Float64s()).MulVec(mat.NewDense(v.n, v.n, v.inverse), from)
}

func (v *gainInverse) Condition() float64 { return v.condition }

func (v *gainInverse) State() []kfac.Field {
	return []kfac.Field{{Name: v.at.Name + " inverse", Value: v.inverse}, {Name: v.at.Name + " condition", Value: &v.condition}}
}

func tappedGains(t *testing.T, n net, theta []float64) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(layers.Sequential{
		&tappedGain{}, &layers.Dense{Units: 3}, layers.Tanh(), &tappedGain{}, &layers.Dense{Units: 3},
	}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{n.in}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	restore(m.Params(), theta)
	return m
}

// TestRegisteredBlock: a block for a user's own kind of layer is measured,
// inverted, applied and saved with the others. Its step is that of the dense
// Fisher block, enumerated and written out.
func TestRegisteredBlock(t *testing.T) {
	n := looseNets()["gains"]
	theta, b := n.theta(1), n.data(2, 5)
	_, grad := n.objective(theta, b)
	fisher := n.factors(n.exact(theta, b)).fisher
	for _, structure := range kfac.Structures() {
		cfg := plain(stepDamping, 1)
		cfg.Structure = structure
		o := newOptimizer(t, cfg)
		require.NoError(t, o.Preconditioner().Register("gain", newGainBlock))
		m := tappedGains(t, n, theta)
		obj := n.batch(t, m, b)
		require.Empty(t, obj.Loose())
		_, err := o.Step(obj)
		require.NoError(t, err)
		at := 0
		for _, p := range m.Params() {
			if p.Value.Dims() == 1 && p.Name[:4] == "gain" {
				size := p.Size()
				damped := mat.NewSymDense(size, nil)
				for i := range size {
					for j := range i + 1 {
						damped.SetSym(i, j, fisher.At(at+i, at+j))
					}
					damped.SetSym(i, i, damped.At(i, i)+stepDamping)
				}
				var want mat.VecDense
				require.NoError(t, want.SolveVec(damped, mat.NewVecDense(size, grad[at:at+size])))
				for i, v := range p.Value.Float64s() {
					assert.InEpsilon(t, want.AtVec(i), theta[at+i]-v, stepTolerance, "%s %s", structure, p.Name)
				}
			}
			at += p.Size()
		}

		state, err := o.MarshalBinary()
		require.NoError(t, err)
		saved, err := m.MarshalBinary()
		require.NoError(t, err)
		_, err = o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		resumed, again := newOptimizer(t, cfg), tappedGains(t, n, theta)
		require.NoError(t, resumed.Preconditioner().Register("gain", newGainBlock))
		require.NoError(t, resumed.UnmarshalBinary(state))
		require.NoError(t, again.UnmarshalBinary(saved))
		_, err = resumed.Step(n.batch(t, again, b))
		require.NoError(t, err)
		assert.Equal(t, flat(m.Params(), values), flat(again.Params(), values), structure)
	}
}

// TestUnregisteredKind names the tap and says what to do; nothing is preconditioned
// by a block that does not fit.
func TestUnregisteredKind(t *testing.T) {
	n := looseNets()["gains"]
	m := tappedGains(t, n, n.theta(1))
	o := newOptimizer(t, kfac.Config{})
	_, err := o.Step(n.batch(t, m, n.data(2, 5)))
	require.ErrorContains(t, err, `tap gain1 is of kind "gain", and no block is registered for it`)
	require.Error(t, o.Preconditioner().Register("", newGainBlock))
	require.Error(t, o.Preconditioner().Register("gain", nil))
	require.NoError(t, o.Preconditioner().Register("gain", newGainBlock), "not too late: nothing was built")
	_, err = o.Step(n.batch(t, m, n.data(2, 5)))
	require.NoError(t, err)
	require.ErrorContains(t, o.Preconditioner().Register("other", newGainBlock), "too late")
}
