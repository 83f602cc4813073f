package trainer

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// placed is a model with masks, and a mini-batch of seven examples for it.
type placed struct {
	*Model
	t    *testing.T
	x, y *tensor.Dense
}

const placedExamples, placedInputs, placedClasses = 7, 6, 5

func newPlaced(t *testing.T) *placed {
	t.Helper()
	net := layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dropout{Rate: 0.5}, &layers.Dense{Units: 16}, layers.Tanh(), &layers.Dropout{Rate: 0.3}, &layers.Dense{Units: placedClasses}}
	m, err := NewModel(net, losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{placedInputs}, DType: graph.Float64, Seed: 4})
	require.NoError(t, err)
	m.places = graph.Places{Active: true, Seed: 11, Step: 3, Pass: 1, Stride: 1}
	p := &placed{Model: m, t: t, x: graph.NewDense(graph.Float64, placedExamples, placedInputs), y: graph.NewDense(graph.Float64, placedExamples)}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range p.x.Float64s() {
		p.x.Float64s()[i] = r.NormFloat64()
	}
	for i := range p.y.Float64s() {
		p.y.Float64s()[i] = float64(r.IntN(placedClasses))
	}
	return p
}

// share binds the examples first, first + stride, … below end.
func (p *placed) share(first, stride, end int, more ...*tensor.Dense) MiniBatch {
	p.t.Helper()
	var x, y []float64
	for n := first; n < end; n += stride {
		x = append(x, p.x.Float64s()[n*placedInputs:][:placedInputs]...)
		y = append(y, p.y.Float64s()[n])
	}
	p.places.First, p.places.Stride = first, stride
	active := p.places.Active // Batch of a model by itself ends it
	obj, err := p.Batch(tensor.New(tensor.WithShape(len(y), placedInputs), tensor.WithBacking(x)), tensor.New(tensor.WithShape(len(y)), tensor.WithBacking(y)), more...)
	require.NoError(p.t, err)
	p.places.Active = active
	return obj
}

// rows are, by example, the taps' inputs, which show the masks, and N times their
// gradients, which show the targets.
func (p *placed) rows(obj MiniBatch, est graph.FisherEstimator) [][]float64 {
	p.t.Helper()
	all := make([][]float64, obj.Examples())
	_, err := obj.Curvature(est, func(c *graph.CurvaturePass) error {
		for _, tap := range c.Taps {
			for n := range all {
				a, g := tap.A.Float64s(), tap.G.Float64s()
				all[n] = append(all[n], a[n*len(a)/len(all):][:len(a)/len(all)]...)
				for _, v := range g[n*len(g)/len(all):][:len(g)/len(all)] {
					all[n] = append(all[n], v*float64(len(all)))
				}
			}
		}
		return nil
	})
	require.NoError(p.t, err)
	return all
}

// Values of order 1 by some hundred operations of float64. Another mask or target changes
// them by 0.01 and more.
const placedRounding = 1e-12

// Shares have the masks and targets of the whole mini-batch, in whatever order programs
// are built: those of another estimator, of products, of a loss, of other batch sizes.
func TestSharesDrawWhatTheWholeDraws(t *testing.T) {
	for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
		whole := newPlaced(t)
		want := whole.rows(whole.share(0, 1, placedExamples), est)
		for _, size := range []int{2, 3} {
			for rank := range size {
				t.Run(fmt.Sprintf("%s, share %d of %d", est, rank, size), func(t *testing.T) {
					p := newPlaced(t)
					obj := p.share(rank, size, placedExamples)
					_, err := obj.Loss()
					require.NoError(t, err)
					for _, other := range []graph.FisherEstimator{graph.GGN, graph.Exact, graph.MC} {
						if other != est {
							p.rows(obj, other)
						}
					}
					_, err = obj.Products(1, graph.Gradients(obj.Params()))
					require.NoError(t, err)
					for i, got := range p.rows(obj, est) {
						assert.InDeltaSlice(t, want[rank+i*size], got, placedRounding, "example %d", i)
					}
				})
			}
		}
		obj := whole.share(0, 1, placedExamples)
		whole.places.Pass++
		assert.NotEqual(t, want, whole.rows(obj, est), "another pass")
		whole.places.Pass--
		assert.Equal(t, want, whole.rows(obj, est), "the pass again")
		whole.places.Step++
		assert.NotEqual(t, want, whole.rows(whole.share(0, 1, placedExamples), est), "another mini-batch")
	}
}

// A graph for mixed examples has the same draws.
func TestMixedExamplesDrawTheSame(t *testing.T) {
	p := newPlaced(t)
	want := p.rows(p.share(0, 1, placedExamples), graph.MC)
	shares := graph.NewDense(graph.Float64, placedExamples)
	shares.Memset(0.5)
	got := p.rows(p.share(0, 1, placedExamples, p.y, shares), graph.MC)
	for i := range want {
		assert.InDeltaSlice(t, want[i], got[i], placedRounding)
	}
}

// Products over the leading examples have their masks.
func TestProductsOverAPartHaveItsMasks(t *testing.T) {
	const part = 3
	p := newPlaced(t)
	obj := p.share(0, 1, part)
	_, err := obj.Grad()
	require.NoError(t, err)
	u := graph.NewDirection(obj.Params())
	u.Copy(graph.Gradients(obj.Params()))
	of := func(obj MiniBatch, examples int) float64 {
		q, err := obj.Products(examples, u)
		require.NoError(t, err)
		return q.At(0, 0)
	}
	want := of(obj, 0)
	assert.InEpsilon(t, want, of(p.share(0, 1, placedExamples), part), placedRounding)
	p.places.Step++
	assert.NotEqual(t, want, of(p.share(0, 1, placedExamples), part))
}

// Nothing is drawn from the model's streams while places are active.
func TestPlacesLeaveTheStreamsAlone(t *testing.T) {
	p := newPlaced(t)
	dropout, sample := *p.dropout, *p.sample
	obj := p.share(0, 1, placedExamples)
	for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
		p.rows(obj, est)
	}
	_, err := obj.Products(2, graph.Gradients(obj.Params()))
	require.NoError(t, err)
	assert.Equal(t, dropout, *p.dropout)
	assert.Equal(t, sample, *p.sample)
	p.places.Active = false
	p.rows(p.share(0, 1, placedExamples), graph.MC)
	assert.NotEqual(t, dropout, *p.dropout)
	assert.NotEqual(t, sample, *p.sample)
}
