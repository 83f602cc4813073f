package kfac

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// wide is a model in training whose factors have low-rank forms, one of which the damping
// makes dense.
type wide struct {
	t         *testing.T
	model     *trainer.Model
	optimizer *Optimizer
}

func newWide(t *testing.T, dtype tensor.Dtype, cfg Config) *wide {
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 150}, layers.Tanh(), &layers.Dense{Units: 4}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{200}, DType: dtype, Seed: 1})
	require.NoError(t, err)
	return &wide{t, m, newOptimizer(t, cfg)}
}

func (w *wide) step(k int) { require.NoError(w.t, w.attempt(k)) }

// attempt is a step with the mini-batch of a number.
func (w *wide) attempt(k int) error {
	rng, x, y := random(uint64(k)), graph.NewDense(graph.Float64, 40, 200), make([]int32, 40)
	scale := make([]float64, 200)
	for j := range scale {
		scale[j] = math.Pow(float64(j+1), 0.6)
	}
	for i := range x.Float64s() {
		x.Float64s()[i] = rng.NormFloat64() / scale[i%200]
	}
	for i := range y {
		y[i] = int32(rng.IntN(4))
	}
	obj, err := w.model.Batch(x, tensor.New(tensor.WithShape(40), tensor.WithBacking(y)))
	if err != nil {
		return err
	}
	_, err = w.optimizer.Step(obj)
	return err
}

func (w *wide) values() string {
	all := ""
	for _, p := range w.model.Params() {
		all += fmt.Sprintln(p.Value.Data())
	}
	return all
}

// TestLowRankResumes: a state saved after any step goes on with the same bits, whatever the
// forms of its inverses, and in an optimizer whose forms are others.
func TestLowRankResumes(t *testing.T) {
	dense, low := false, false
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, mode := range Modes() {
			cfg := Config{Mode: mode, FactorUpdateSteps: 2, InverseUpdateSteps: 4, DampingUpdateSteps: 3, Damping: 1, MinDamping: None}
			if mode == Adaptive {
				cfg.GammaUpdateSteps = 3
			}
			whole := newWide(t, dtype, cfg)
			for cut := 1; cut <= 12; cut++ {
				whole.step(cut)
				if cut == 6 { // less damping, and dense inverses
					whole.optimizer.lambda = 1e-7
				}
				a := whole.optimizer.pre.inverses[0].(interface{ forms() (bool, bool) })
				isDense, _ := a.forms()
				dense, low = dense || isDense, low || !isDense
				model, err := whole.model.MarshalBinary()
				require.NoError(t, err)
				state, err := whole.optimizer.MarshalBinary()
				require.NoError(t, err)

				other := newWide(t, dtype, cfg)
				other.step(99)
				require.NoError(t, other.model.UnmarshalBinary(model))
				require.NoError(t, other.optimizer.UnmarshalBinary(state))
				for k := range 3 {
					other.step(cut + 1 + k)
				}
				same := newWide(t, dtype, cfg)
				require.NoError(t, same.model.UnmarshalBinary(model))
				require.NoError(t, same.optimizer.UnmarshalBinary(state))
				for k := range 3 {
					same.step(cut + 1 + k)
				}
				assert.Equal(t, same.values(), other.values(), "%v %s after step %d", dtype, mode, cut)
				if cut == 9 {
					assert.Equal(t, followed(t, whole, model, state, cut), same.values())
				}
			}
		}
	}
	assert.True(t, dense && low, "both forms were tried")
}

// followed is what the run itself comes to three steps after cut. The run is put back then.
func followed(t *testing.T, w *wide, model, state []byte, cut int) string {
	for k := range 3 {
		w.step(cut + 1 + k)
	}
	values := w.values()
	require.NoError(t, w.model.UnmarshalBinary(model))
	require.NoError(t, w.optimizer.UnmarshalBinary(state))
	return values
}

// forms reports which of the two inverses are dense.
func (v *kroneckerInverse[T]) forms() (a, g bool) { return v.a.full(), v.g.full() }

// TestLowRankAllocations: renewed eigenvectors and products with them allocate nothing.
func TestLowRankAllocations(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("gonum's matrix products allocate")
	}
	n := newNetwork[float32](t, 8, 300, affine{in: 200, out: 150, bias: true})
	fading(n, 1)
	b := newLowRankKronecker[float32](n.layers[0])
	n.measure(t, b)
	v := inverseOf(t, b, 0.3).(*kroneckerInverse[float32])
	require.False(t, v.a.full() || v.g.full())
	w := newWorkspace()
	step := func() {
		b.Fold(0.5)
		for _, j := range v.Prepare(0.3) {
			j.run(w)
		}
		v.Apply(n.u, n.grad)
	}
	step()
	assert.Zero(t, testing.AllocsPerRun(5, step))
}
