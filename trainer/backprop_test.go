package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The net of these tests, with its backward pass written out for one example:
//
//	s1 = xW1 + b1, u = tanh s1, s2 = uW2 + b2, v = u + s2, s3 = vW3 + b3
const handIn, handHidden, handOut = 4, 5, 3

func handModel(t testing.TB, loss losses.Loss) *trainer.Model {
	return newModel(t, layers.Sequential{
		&layers.Dense{Units: handHidden, BiasInit: 0.1}, layers.Tanh(),
		&residual{&layers.Dense{Units: handHidden}},
		&layers.Dense{Units: handOut},
	}, loss, handIn, 0)
}

// affine is xW + b.
func affine(x, w, b []float64) []float64 {
	s := append([]float64{}, b...)
	for i, v := range x {
		for j := range s {
			s[j] += v * w[i*len(b)+j]
		}
	}
	return s
}

// backAffine is gWᵀ.
func backAffine(g, w []float64) []float64 {
	x := make([]float64, len(w)/len(g))
	for i := range x {
		for j, v := range g {
			x[i] += v * w[i*len(g)+j]
		}
	}
	return x
}

// handForward is one example's layer inputs a, and the outputs z.
func handForward(ps []*graph.Param, x []float64) (a [3][]float64, z []float64) {
	p := func(i int) []float64 { return ps[i].Value.Float64s() }
	u := affine(x, p(0), p(1))
	for i, s := range u {
		u[i] = math.Tanh(s)
	}
	v := affine(u, p(2), p(3))
	for i := range v {
		v[i] += u[i]
	}
	return [3][]float64{x, u, v}, affine(v, p(4), p(5))
}

// handBackward is the gradient at each layer's s, given that at the outputs.
func handBackward(ps []*graph.Param, a [3][]float64, dz []float64) (g [3][]float64) {
	dv := backAffine(dz, ps[4].Value.Float64s())
	du := backAffine(dv, ps[2].Value.Float64s())
	ds := make([]float64, handHidden)
	for i, u := range a[1] {
		ds[i] = (du[i] + dv[i]) * (1 - u*u)
	}
	return [3][]float64{ds, dv, dz}
}

// softmaxOf is the class probabilities at logits z.
func softmaxOf(z []float64) []float64 {
	p := make([]float64, len(z))
	var sum float64
	for _, v := range z {
		sum += math.Exp(v)
	}
	for c, v := range z {
		p[c] = math.Exp(v) / sum
	}
	return p
}

// gram adds scale·ΣGᵀG to sum: G is N×out.
func gram(sum []float64, g []float64, out int, scale float64) {
	for ; len(g) > 0; g = g[out:] {
		for i := range out {
			for j := range out {
				sum[i*out+j] += scale * g[i] * g[j]
			}
		}
	}
}

// handSizes are the widths of s1, s2 and s3.
var handSizes = [3]int{handHidden, handHidden, handOut}

// Taps of the gradient pass against the hand-written one: A is the layer's
// input, G the gradient of the *mean* loss, residual use included, and AᵀG the
// weight's gradient.
func TestTapsOfTheGradient(t *testing.T) {
	const n = 6
	m := handModel(t, losses.SoftmaxCrossEntropy{})
	x, y := randomBatch(rand.New(rand.NewPCG(5, 5)), losses.SoftmaxCrossEntropy{}, n, handIn, handOut)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	var taps []*graph.Tap
	_, err = obj.Curvature(graph.Empirical, func(p *graph.CurvaturePass) error { taps = p.Taps; return nil })
	require.NoError(t, err)
	require.Len(t, taps, 3)
	ps := obj.Params()
	for e := range n {
		a, z := handForward(ps, x.Float64s()[e*handIn:(e+1)*handIn])
		dz := softmaxOf(z)
		dz[y.Int32s()[e]]--
		for i := range dz {
			dz[i] /= n
		}
		g := handBackward(ps, a, dz)
		for l, tap := range taps {
			in := len(a[l])
			assert.InDeltaSlice(t, a[l], tap.A.Float64s()[e*in:(e+1)*in], 1e-15)
			assert.InDeltaSlice(t, g[l], tap.G.Float64s()[e*handSizes[l]:(e+1)*handSizes[l]], 1e-15)
		}
	}
	for l, tap := range taps {
		assert.Equal(t, n, tap.Examples)
		assert.Same(t, ps[2*l], tap.Weight)
		assert.Same(t, ps[2*l+1], tap.Bias)
		in, out := tap.A.Shape()[1], tap.G.Shape()[1]
		dw, db := make([]float64, in*out), make([]float64, out)
		for e := range n {
			for j := range out {
				v := tap.G.Float64s()[e*out+j]
				db[j] += v
				for i := range in {
					dw[i*out+j] += tap.A.Float64s()[e*in+i] * v
				}
			}
		}
		assert.InDeltaSlice(t, dw, tap.Weight.Grad.Float64s(), 1e-15)
		assert.InDeltaSlice(t, db, tap.Bias.Grad.Float64s(), 1e-15)
	}
}
