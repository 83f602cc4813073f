package trainer

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// oursPerStep is what a step may allocate: nothing, since its programs are of kernels alone.
const oursPerStep = 0

// endless is one mini-batch for ever.
type endless struct{ x, y *tensor.Dense }

func (endless) Steps() int                            { return 1 << 20 }
func (s endless) Next() (x, y *tensor.Dense, ok bool) { return s.x, s.y, true }

func allocations(f func()) float64 { return testing.AllocsPerRun(100, f) }

func TestStepAllocatesNothing(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64} {
		t.Run(name, func(t *testing.T) {
			m, err := NewModel(layers.Sequential{
				&layers.Dense{Units: 8}, layers.ReLU(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 3},
			}, losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{4}, L2: 0.1, DType: dtype})
			require.NoError(t, err)
			x, y := graph.NewDense(graph.Float32, 5, 4), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(5))
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			o := obj.(*objective)
			sgd, err := NewSGD(SGDConfig{Momentum: 0.9, WeightDecay: 0.1})
			require.NoError(t, err)
			adam, err := NewAdam(AdamConfig{WeightDecay: 0.1})
			require.NoError(t, err)
			visit := func(*graph.CurvaturePass) error { return nil }
			for _, opt := range []Optimizer{sgd, adam} { // warm-up
				_, err := opt.Step(obj)
				require.NoError(t, err)
			}
			_, err = obj.Curvature(graph.MC, visit)
			require.NoError(t, err)
			_, err = obj.Loss()
			require.NoError(t, err)
			u, v := graph.Values(m.params), graph.NewDirection(m.params)
			dirs := []graph.Direction{u, v}
			for _, est := range []graph.FisherEstimator{graph.GGN, graph.Exact} {
				_, err = obj.Curvature(est, visit)
				require.NoError(t, err)
			}
			for _, examples := range []int{0, 2} {
				_, err = obj.Products(examples, dirs...)
				require.NoError(t, err)
			}

			// Two directions, and two exchanged, whose binding copies shapes.
			const gorgoniaPerBinding = 2
			products := allocations(func() {
				for _, s := range o.c.slots {
					s.program.Resume()
				}
			})
			bindings := float64(gorgoniaPerBinding * len(dirs) * len(m.params))
			exact := allocations(func() { o.grad.Run() }) + 3*allocations(func() { o.columns.program.Resume() })
			grad := allocations(func() { o.grad.Run() })
			curvature := allocations(func() { o.drawn[graph.MC].program.Run() })
			forward := allocations(func() { o.c.forward.Run() })
			clip := ClipNorm(obj, 1e-3)
			for _, c := range []struct {
				name string
				base float64
				call func()
			}{
				{"Batch", 0, func() { m.Batch(x, y) }},
				{"Loss", forward, func() { obj.Loss() }},
				{"Grad", grad, func() { obj.Grad() }},
				{"Curvature", curvature, func() { obj.Curvature(graph.MC, visit) }},
				{"Curvature by random signs", allocations(func() { o.drawn[graph.GGN].program.Run() }), func() { obj.Curvature(graph.GGN, visit) }},
				{"Curvature by columns", exact, func() { obj.Curvature(graph.Exact, visit) }},
				{"Products", products, func() { obj.Products(0, dirs...) }},
				{"Products of part", products, func() { obj.Products(2, dirs...) }},
				{"Products of others", products + bindings, func() { dirs[0], dirs[1] = dirs[1], dirs[0]; obj.Products(0, dirs...) }},
				{"Norm", 0, func() { GradNorm(m.params) }},
				{"clipped Grad", grad, func() { clip.Grad() }},
				{"SGD", grad, func() { sgd.Step(obj) }},
				{"Adam", grad, func() { adam.Step(obj) }},
			} {
				assert.LessOrEqual(t, allocations(c.call)-c.base, float64(oursPerStep), c.name)
			}
			assert.Zero(t, grad+forward+curvature+exact+products, "runs of programs")

			fit := func(steps int) float64 {
				run := &Trainer{Model: m, Optimizer: sgd, MaxSteps: steps, ClipNorm: 1, Callbacks: []Callback{func(*Event) error { return nil }}}
				return testing.AllocsPerRun(3, func() { run.Fit(context.Background(), endless{x, y}) })
			}
			// What a run allocates once cancels, the look at its end included; half an object per step is room
			// for a garbage collection that empties gorgonia's pools, after which some 200 objects are made anew.
			const steps = 1000
			assert.Less(t, fit(2*steps)-fit(steps), steps*(grad+oursPerStep+0.5))
		})
	}
}
