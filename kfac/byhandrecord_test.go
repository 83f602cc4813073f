package kfac_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/trainer"
)

// recorder is a model's mini-batch that keeps what an optimizer sees: inputs and sampled
// gradients of each pass, and the gradients of the parameters.
type recorder struct {
	trainer.MiniBatch
	inputs  map[string][]float64
	sampled []map[string][]float64 // by pass
	loose   [][]float64            // of the last pass
	squares [][]float64            // N·Σ of their squares over the passes: the diagonal
	grads   map[*graph.Param][]float64
	loss    float64
}

func (r *recorder) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	if r.inputs != nil { // the second passes of EKFAC, with the same columns in Exact
		return r.MiniBatch.Curvature(est, visit)
	}
	r.inputs = map[string][]float64{}
	loss, err := r.MiniBatch.Curvature(est, func(c *graph.CurvaturePass) error {
		pass := map[string][]float64{}
		for _, t := range c.Taps {
			r.inputs[t.Name] = slices.Clone(t.A.Float64s())
			pass[t.Name] = slices.Clone(t.G.Float64s())
		}
		if c.Taps != nil {
			r.sampled = append(r.sampled, pass)
		}
		for i, g := range c.Loose {
			if len(r.loose) <= i {
				r.loose, r.squares = append(r.loose, nil), append(r.squares, make([]float64, g.DataSize()))
			}
			r.loose[i] = slices.Clone(g.Float64s())
			for j, v := range r.loose[i] {
				r.squares[i][j] += float64(r.Examples()) * v * v
			}
		}
		return visit(c)
	})
	r.keep(loss)
	return loss, err
}

func (r *recorder) Grad() (float64, error) {
	loss, err := r.MiniBatch.Grad()
	r.keep(loss)
	return loss, err
}

func (r *recorder) keep(loss float64) {
	r.loss, r.grads = loss, map[*graph.Param][]float64{}
	for _, p := range r.Params() {
		r.grads[p] = slices.Clone(p.Grad.Float64s())
	}
}

// replayed is a by-hand network with a part for each part of a model, which is given what a
// recorder has kept.
type replayed struct {
	net    *kfac.ByHand[float64]
	params []*graph.Param                          // the model's
	values map[*graph.Param][]float64              // of the by-hand network
	maps   map[*graph.Tap]*kfac.ByHandMap[float64] // by the model's tap
	others []*kfac.ByHandOther[float64]            // in the order of Loose
	loose  []*graph.Param
}

func newReplayed(t *testing.T, obj graph.CurvatureObjective) *replayed {
	t.Helper()
	r := &replayed{params: obj.Params(), values: map[*graph.Param][]float64{}, maps: map[*graph.Tap]*kfac.ByHandMap[float64]{}, loose: obj.Loose()}
	for _, p := range r.params {
		r.values[p] = slices.Clone(p.Value.Float64s())
	}
	var parts []kfac.ByHandPart[float64]
	for i, tap := range obj.Taps() {
		if slices.Contains(r.loose, tap.Weight) {
			continue
		}
		m := &kfac.ByHandMap[float64]{Name: tap.Name, In: tap.Weight.Value.Shape()[0], Out: tap.Weight.Value.Shape()[1],
			Locations: tap.Locations(), Weight: r.values[tap.Weight]}
		if tap.Bias != nil && !slices.Contains(r.loose, tap.Bias) {
			m.Bias = r.values[tap.Bias]
		}
		if i > 0 && graph.Consecutive(obj.Taps()[i-1], tap, obj.Taps()) {
			m.Previous = r.maps[obj.Taps()[i-1]]
		}
		r.maps[tap] = m
		parts = append(parts, m)
	}
	for i, p := range r.loose {
		o := &kfac.ByHandOther[float64]{Name: fmt.Sprint("loose", i), Value: r.values[p]}
		r.others = append(r.others, o)
		parts = append(parts, o)
	}
	var err error
	r.net, err = kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean, L2: obj.L2()}, parts...)
	require.NoError(t, err)
	return r
}

// hand hands over what was recorded: inputs, and sampled gradients, one location after the
// other, or all at once.
func (r *replayed) hand(kept *recorder, inputsAt, sampledAt bool) {
	r.net.Begin(kept.Examples())
	give := func(m *kfac.ByHandMap[float64], byLocation bool, x []float64, cols int, all func([]float64), at func(int, []float64)) {
		if !byLocation {
			all(x)
			return
		}
		for t := m.Locations - 1; t >= 0; t-- {
			var one []float64
			for i := t * cols; i < len(x); i += m.Locations * cols {
				one = append(one, x[i:i+cols]...)
			}
			at(t, one)
		}
	}
	for tap, m := range r.maps {
		var bias []float64
		if m.Bias != nil {
			bias = kept.grads[tap.Bias]
		}
		m.Gradients(kept.grads[tap.Weight], bias)
		if a := kept.inputs[tap.Name]; a != nil {
			give(m, inputsAt, a, m.In, m.Inputs, m.InputsAt)
		}
	}
	for i, o := range r.others {
		o.Gradient(kept.grads[r.loose[i]])
	}
	for pass, sampled := range kept.sampled {
		if pass > 0 {
			r.net.Pass()
		}
		for tap, m := range r.maps {
			give(m, sampledAt, sampled[tap.Name], m.Out, m.Sampled, m.SampledAt)
		}
	}
	for i, o := range r.others {
		switch {
		case kept.loose == nil:
		case len(kept.sampled) > 1: // of estimator Exact a model has passes of its own for them
			o.SampledSquares(kept.squares[i])
		default:
			o.Sampled(kept.loose[i])
		}
	}
}

// flat is the by-hand network's parameters, in the model's order.
func (r *replayed) flat() []float64 {
	var all []float64
	for _, p := range r.params {
		all = append(all, r.values[p]...)
	}
	return all
}

// TestByHandReplaysModels: with the targets that a model has drawn, in the maps of a
// convolution at all its locations, in weights under no map and with a penalty, 20 steps of a
// by-hand network are those of the model.
func TestByHandReplaysModels(t *testing.T) {
	type example struct {
		model *trainer.Model
		batch func(k int) (x, y *tensor.Dense)
	}
	models := map[string]func() example{
		"conv": func() example {
			return example{imageModel(t, convNet(&layers.Conv2D{Filters: 3, Kernel: [2]int{2, 3}}), 4, 5, 2), func(k int) (x, y *tensor.Dense) {
				n := []int{6, 6, 4}[k%3]
				ys := make([]int32, n)
				for i := range ys {
					ys[i] = int32(i+k) % convClasses
				}
				return normal(uint64(k+50), n, 4, 5, 2), labels(ys...)
			}}
		},
	}
	for _, name := range []string{"gains", "tied", "no bias"} {
		models[name] = func() example {
			n := looseNets()[name]
			n.l2 = 0.05
			return example{n.model(t, n.theta(1)), func(k int) (x, y *tensor.Dense) { return n.data(uint64(k), 5+k%2).tensors(n.loss) }}
		}
	}
	for name, build := range models {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact} {
			optimizers := map[string]func() handOptimizer{
				"adam": func() handOptimizer {
					adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.02})
					require.NoError(t, err)
					o, err := kfac.NewPreconditioned(adam, kfac.PreconditionedConfig{Preconditioner: kfac.PreconditionerConfig{Estimator: est, Sharing: kfac.Reduce}})
					require.NoError(t, err)
					return o
				},
			}
			for _, s := range kfac.Structures() {
				if s == kfac.EKFAC && est == graph.MC {
					continue // the model draws other targets for the diagonals in the new bases
				}
				optimizers[string(s)] = func() handOptimizer {
					return newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Structure: s, Estimator: est, LearningRate: 0.1, DampingUpdateSteps: kfac.None, InverseUpdateSteps: 4})
				}
			}
			for o, optimizer := range optimizers {
				t.Run(fmt.Sprintf("%s %s %s", name, est, o), func(t *testing.T) {
					e := build()
					native, hand := optimizer(), optimizer()
					var r *replayed
					for k := range 20 {
						obj, err := e.model.Batch(e.batch(k))
						require.NoError(t, err)
						if r == nil {
							r = newReplayed(t, obj)
						}
						kept := &recorder{MiniBatch: obj}
						due := hand.CurvatureDue()
						_, err = native.Step(kept)
						require.NoError(t, err)
						require.Equal(t, due, kept.sampled != nil, "step %d: CurvatureDue", k)
						if o == "adam" { // the model's gradients are U by now, and the recorder has kept V
							require.NotEqual(t, kept.grads[r.params[0]], r.params[0].Grad.Float64s())
						}
						r.hand(kept, k%2 == 1, k%3 == 1)
						require.NoError(t, r.net.Step(hand, kept.loss))
						near(t, flat(e.model.Params(), values), r.flat(), 1e-9, k)
					}
				})
			}
		}
	}
}
