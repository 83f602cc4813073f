package policy

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

const testRows, testObservations = 40, 3

// testPolicy is a small policy, and a batch of its own actions whose log π_old is moved so
// that ratios lie within the clip and beyond it on both sides.
func testPolicy(t *testing.T, f Family, cost losses.Cost, dtype tensor.Dtype) (*Policy, *Batch) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 1))
	p, err := newPolicy(f, cost, Config{Hidden: []int{5}, DType: dtype, Seed: 2}, testObservations)
	require.NoError(t, err)
	for _, param := range p.Model.Params() { // far from the head's small weights
		graph.Direction{param.Value}.Scale(1.5)
	}
	graph.Direction{p.Model.Params()[2].Value}.Scale(60)
	b, err := newBatch(4, testRows/4, testObservations, f)
	require.NoError(t, err)
	for i := range b.Observations.Float64s() {
		b.Observations.Float64s()[i] = r.NormFloat64()
	}
	require.NoError(t, p.Outputs(b.Outputs, b.Observations))
	k, size := f.Outputs(), f.Size()
	for i := range testRows {
		z, a := b.Outputs.Float64s()[i*k:(i+1)*k], b.Actions.Float64s()[i*size:(i+1)*size]
		f.Sample(r, z, a)
		b.LogOld.Float64s()[i] = f.LogProbability(z, a)
		b.Advantages.Float64s()[i] = r.NormFloat64()
	}
	return p, b
}

func moveOld(b *Batch) {
	r := rand.New(rand.NewPCG(6, 1))
	for i := range b.LogOld.Float64s() {
		b.LogOld.Float64s()[i] += 0.3 * r.NormFloat64()
	}
}

// TestClipped compares cost and gradient with the formula and with central differences, and
// float32 with float64.
func TestClipped(t *testing.T) {
	for name, f := range families() {
		t.Run(name, func(t *testing.T) {
			cost := Clipped{Family: f, Clip: 0.2, Entropy: 0.05}
			p, b := testPolicy(t, f, cost, graph.Float64)
			moveOld(b)
			obj, err := p.Model.Batch(b.Observations, b.Actions, b.Advantages, b.LogOld)
			require.NoError(t, err)
			loss, err := obj.Grad()
			require.NoError(t, err)

			var want float64
			var within, beyond int
			k, size := f.Outputs(), f.Size()
			for i := range testRows {
				z, a := b.Outputs.Float64s()[i*k:(i+1)*k], b.Advantages.Float64s()[i]
				ratio := math.Exp(f.LogProbability(z, b.Actions.Float64s()[i*size:(i+1)*size]) - b.LogOld.Float64s()[i])
				gain := ratio * a
				switch {
				case ratio > 1.2 && a > 0:
					gain = 1.2 * a
					beyond++
				case ratio < 0.8 && a < 0:
					gain = 0.8 * a
					beyond++
				default:
					within++
				}
				want -= (gain + 0.05*f.Entropy(z)) / testRows
			}
			require.Greater(t, within, 10)
			require.Greater(t, beyond, 5)
			assert.InDelta(t, want, loss, 1e-13)
			checkGradient(t, p, obj.Loss, 1)

			p32, _ := testPolicy(t, f, cost, graph.Float32)
			for i, param := range p.Model.Params() {
				require.NoError(t, graph.CopyInto(p32.Model.Params()[i].Value, param.Value))
			}
			obj32, err := p32.Model.Batch(b.Observations, b.Actions, b.Advantages, b.LogOld)
			require.NoError(t, err)
			loss32, err := obj32.Grad()
			require.NoError(t, err)
			assert.InDelta(t, loss, loss32, 1e-5)
			for i, param := range p.Model.Params() {
				for j, g := range param.Grad.Float64s() {
					assert.InDelta(t, g, p32.Model.Params()[i].Grad.Float32s()[j], 1e-5)
				}
			}
		})
	}
}

// TestUnclipped: without a clip the cost is −L.
func TestUnclipped(t *testing.T) {
	for name, f := range families() {
		p, b := testPolicy(t, f, Clipped{Family: f, Clip: math.Inf(1)}, graph.Float64)
		moveOld(b)
		obj, err := p.Model.Batch(b.Observations, b.Actions, b.Advantages, b.LogOld)
		require.NoError(t, err)
		loss, err := obj.Grad()
		require.NoError(t, err)
		m, err := b.Measure(p)
		require.NoError(t, err)
		assert.InDelta(t, -m.Surrogate, loss, 1e-14, name)
		checkGradient(t, p, obj.Loss, 1)
	}
}

// checkGradient compares gradients with sign·f's central differences, for every parameter.
func checkGradient(t *testing.T, p *Policy, f func() (float64, error), sign float64) {
	t.Helper()
	const h = 1e-6
	for _, param := range p.Model.Params() {
		values := param.Value.Float64s()
		for i, v := range values {
			grad := param.Grad.Float64s()[i]
			values[i] = v + h
			up, err := f()
			require.NoError(t, err)
			values[i] = v - h
			down, err := f()
			require.NoError(t, err)
			values[i] = v
			require.InDelta(t, sign*(up-down)/(2*h), grad, 1e-8, "%s[%d]", param.Name, i)
		}
	}
}

// TestSurrogates: at the policy that acted, the gradients of the weighted loss and of the
// clipped surrogate are the gradient of −L, E[π/π_old·A].
func TestSurrogates(t *testing.T) {
	for name, f := range families() {
		t.Run(name, func(t *testing.T) {
			p, b := testPolicy(t, f, losses.Weighted{Canonical: f.Loss()}, graph.Float64)
			obj, err := b.Objective(p)
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			checkGradient(t, p, func() (float64, error) {
				m, err := b.Measure(p)
				return m.Surrogate, err
			}, -1)
			c, _ := testPolicy(t, f, Clipped{Family: f, Clip: 0.2}, graph.Float64)
			clipped, err := c.Model.Batch(b.Observations, b.Actions, b.Advantages, b.LogOld)
			require.NoError(t, err)
			_, err = clipped.Grad()
			require.NoError(t, err)
			for i, param := range p.Model.Params() {
				assert.InDeltaSlice(t, param.Grad.Float64s(), c.Model.Params()[i].Grad.Float64s(), 1e-14, param.Name)
			}
		})
	}
}

// TestMeasureKL: for small steps the mean KL is half of the step's square in the Fisher
// matrix, which the model's products have exactly.
func TestMeasureKL(t *testing.T) {
	for name, f := range families() {
		p, b := testPolicy(t, f, losses.Weighted{Canonical: f.Loss()}, graph.Float64)
		obj, err := b.Objective(p)
		require.NoError(t, err)
		_, err = obj.Grad()
		require.NoError(t, err)
		params := obj.Params()
		d := graph.NewDirection(params)
		r := rand.New(rand.NewPCG(3, 3))
		for _, x := range d {
			for i := range x.Float64s() {
				x.Float64s()[i] = 1e-4 * r.NormFloat64()
			}
		}
		products, err := obj.Products(0, d)
		require.NoError(t, err)
		graph.Values(params).AddScaled(1, d)
		m, err := b.Measure(p)
		require.NoError(t, err)
		assert.InEpsilon(t, products.At(0, 0)/2, m.KL, 1e-3, name)
	}
}

func TestClippedErrors(t *testing.T) {
	_, err := Clipped{}.TargetShape(tensor.Shape{3, 2})
	assert.EqualError(t, err, "policy: the clipped surrogate needs a family of distributions")
	c := Clipped{Family: Categorical{3}, Clip: 0.2}
	_, err = c.TargetShape(tensor.Shape{3, 2})
	assert.EqualError(t, err, "policy: outputs of shape (3, 2): clipped surrogate of categorical of 3 takes N×3")
	p, b := testPolicy(t, Categorical{3}, c, graph.Float64)
	b.Advantages.Float64s()[4] = math.NaN()
	_, err = p.Model.Batch(b.Observations, b.Actions, b.Advantages, b.LogOld)
	assert.EqualError(t, err, "policy: advantage NaN of row 4: want a finite number")
	b.Advantages.Float64s()[4] = 0
	b.LogOld.Float64s()[7] = math.Inf(-1)
	_, err = p.Model.Batch(b.Observations, b.Actions, b.Advantages, b.LogOld)
	assert.EqualError(t, err, "policy: old log probability -Inf of row 7: want a finite number")
	_, err = p.Model.Batch(b.Observations, b.Actions, b.Advantages)
	assert.ErrorContains(t, err, "2 targets: the loss takes 3")
}
