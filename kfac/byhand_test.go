package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// TestByHandIsTheModel: 20 steps on a network in slices are those on the model of layers,
// with every optimizer, structure, scale and layout. The mini-batches are of several sizes.
func TestByHandIsTheModel(t *testing.T) {
	const in, hidden, out = 5, 7, 3
	for name, optimizer := range handOptimizers(t) {
		for variant := range 4 {
			m, theta := handModel(t, in, hidden, out)
			scale, layout := kfac.PerExample, kfac.InOut
			if variant%2 == 1 {
				scale = kfac.OfMean
			}
			if variant > 1 {
				layout = kfac.OutIn
			}
			t.Run(fmt.Sprintf("%s %s %s", name, scale, layout), func(t *testing.T) {
				h := newHandMLP[float64](t, scale, layout, theta, in, hidden, out)
				h.trueOnly = variant%3 == 0
				native, hand := optimizer(), optimizer()
				for k := range 20 {
					x, y := handBatch(k, []int{12, 12, 9, 12, 20}[k%5], in, out)
					want := step(t, m, native, x, y)
					got := h.begin(x.Float64s(), y.Int32s())
					if hand.CurvatureDue() {
						h.exact()
					}
					err := h.net.Step(hand, got)
					require.NoError(t, err, "step %d", k)
					assert.InDelta(t, want, got, 1e-9*max(1, want), "step %d", k)
					near(t, flat(m.Params(), values), h.theta(), 1e-9, name, k)
				}
			})
		}
	}
}

// TestByHandFloat32: the steps in float32 are those in float64 up to rounding.
func TestByHandFloat32(t *testing.T) {
	const in, hidden, out = 5, 7, 3
	_, theta := handModel(t, in, hidden, out)
	double := newHandMLP[float64](t, kfac.PerExample, kfac.InOut, theta, in, hidden, out)
	single := newHandMLP[float32](t, kfac.OfMean, kfac.OutIn, theta, in, hidden, out)
	cfg := kfac.Config{Mode: kfac.Fixed, Estimator: graph.Exact, LearningRate: 0.1}
	o64, o32 := newOptimizer(t, cfg), newOptimizer(t, cfg)
	for k := range 20 {
		x, y := handBatch(k, 12, in, out)
		loss := double.begin(x.Float64s(), y.Int32s())
		double.exact()
		err := double.net.Step(o64, loss)
		require.NoError(t, err)
		x32 := make([]float32, len(x.Float64s()))
		for i, v := range x.Float64s() {
			x32[i] = float32(v)
		}
		loss = single.begin(x32, y.Int32s())
		single.exact()
		err = single.net.Step(o32, loss)
		require.NoError(t, err)
	}
	// 20 steps of a damped method multiply a rounding of 6e-8 by about as much as 100.
	near(t, double.theta(), single.theta(), 1e-5)
}
