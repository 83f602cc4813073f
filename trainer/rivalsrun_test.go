package trainer_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// rivals makes each of the three.
var rivals = map[string]func(rate float64) (statefulOptimizer, error){
	"Muon": func(rate float64) (statefulOptimizer, error) {
		return trainer.NewMuon(trainer.MuonConfig{LearningRate: rate})
	},
	"Shampoo": func(rate float64) (statefulOptimizer, error) {
		return trainer.NewShampoo(trainer.ShampooConfig{LearningRate: rate, UpdateSteps: 2})
	},
	"SOAP": func(rate float64) (statefulOptimizer, error) {
		return trainer.NewSOAP(trainer.SOAPConfig{LearningRate: rate, UpdateSteps: 2})
	},
}

// TestRivalsUnderAverage: an average of their iterates resumes to the bit in the middle
// of a run with a schedule and clipping.
func TestRivalsUnderAverage(t *testing.T) {
	for name, make := range rivals {
		build := func(seed uint64) *wholeRun {
			r := newWhole(t, "SGD", seed)
			inner, err := make(0.01 * float64(seed))
			require.NoError(t, err)
			r.rig.optimizer, err = trainer.NewEMA(inner, trainer.EMAConfig{})
			require.NoError(t, err)
			r.trainer.Optimizer = r.rig.optimizer
			return r
		}
		plain := build(1)
		var state []byte
		plain.trainer.Callbacks = append(plain.trainer.Callbacks, func(e *trainer.Event) (err error) {
			if e.Step == 7 && e.Kind == trainer.StepDone {
				state, err = plain.trainer.MarshalBinary()
			}
			return err
		})
		want, err := plain.trainer.Fit(context.Background(), plain.loader)
		require.NoError(t, err, name)
		again := build(2)
		require.NoError(t, again.trainer.UnmarshalBinary(state))
		got, err := again.trainer.Fit(context.Background(), again.loader)
		require.NoError(t, err, name)
		assert.Equal(t, history(want), history(got), name)
		same(t, plain.save(t), again.save(t))
	}
}

// TestRivalsOverflow: gradients whose squares are not finite move nothing to what is
// not finite, whatever the optimizer says of them.
func TestRivalsOverflow(t *testing.T) {
	for name, make := range rivals {
		for _, scale := range []float64{0, 1e-30, 1e30} {
			o, err := make(0.01)
			require.NoError(t, err)
			d := newDictated(graph.Float32, 3, scale)
			for range 6 {
				before := snapshot(d.params, false)
				if _, err := o.Step(d); err != nil {
					var nonFinite *graph.NonFiniteError
					require.ErrorAs(t, err, &nonFinite, name)
					assert.Equal(t, before, snapshot(d.params, false), name)
				}
			}
			for _, v := range snapshot(d.params, false) {
				assert.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%s, gradients of %g", name, scale)
			}
		}
	}
}

// TestRivalsLearn: each ends below a tenth of the loss at the start on a quadratic whose
// curvature spans five decades, with a rate that falls to zero.
func TestRivalsLearn(t *testing.T) {
	for name, make := range rivals {
		o, err := make(0.05)
		require.NoError(t, err)
		b := newBowl()
		first, err := b.Loss()
		require.NoError(t, err)
		for i := range 200 {
			o.SetLearningRate(0.05 * (1 - float64(i)/200))
			_, err := o.Step(b)
			require.NoError(t, err)
		}
		last, err := b.Loss()
		require.NoError(t, err)
		assert.Less(t, last, 0.1*first, name)
	}
}

// bowl is h(W, U) = ½‖A(W − 1)B‖² + ½‖U − 1‖², W and U of 6×4.
type bowl struct {
	params []*graph.Param
	a, b   *mat.DiagDense
}

func newBowl() *bowl {
	return &bowl{
		params: []*graph.Param{graph.NewParam("w", graph.Float64, 6, 4), graph.NewParam("u", graph.Float64, 6, 4)},
		a:      mat.NewDiagDense(6, []float64{10, 5, 2, 1, 0.5, 0.2}), b: mat.NewDiagDense(4, []float64{3, 1, 0.5, 0.3}),
	}
}

func (b *bowl) Params() []*graph.Param { return b.params }

func (b *bowl) Loss() (h float64, err error) {
	for i := range 6 {
		for j := range 4 {
			s := b.a.At(i, i) * b.b.At(j, j)
			w, u := b.params[0].Value.Float64s()[4*i+j]-1, b.params[1].Value.Float64s()[4*i+j]-1
			h += s*s*w*w/2 + u*u/2
		}
	}
	return h, nil
}

func (b *bowl) Grad() (float64, error) {
	for i := range 6 {
		for j := range 4 {
			s := b.a.At(i, i) * b.b.At(j, j)
			b.params[0].Grad.Float64s()[4*i+j] = s * s * (b.params[0].Value.Float64s()[4*i+j] - 1)
			b.params[1].Grad.Float64s()[4*i+j] = b.params[1].Value.Float64s()[4*i+j] - 1
		}
	}
	return b.Loss()
}
