package trainer

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// costCase is a loss of three outputs with the Hessian of its cost at the outputs, C×C of example n without 1/N, by its
// formula: from the outputs, the first target and the further ones.
type costCase struct {
	loss      losses.Loss
	more      func(n int) []*tensor.Dense
	curvature func(n int, z []float64, y float64, more []*tensor.Dense) [][]float64
	// canonical costs are the negative log-likelihood of their distribution, without weights.
	canonical bool
}

// softmaxCurvature is c·(diag p − ppᵀ).
func softmaxCurvature(c float64, z []float64) [][]float64 {
	p, sum := make([]float64, len(z)), 0.0
	for i, v := range z {
		p[i] = math.Exp(v)
		sum += p[i]
	}
	h := make([][]float64, len(z))
	for i := range h {
		h[i] = make([]float64, len(z))
		for j := range h {
			h[i][j] = -c * p[i] * p[j] / sum / sum
		}
		h[i][i] += c * p[i] / sum
	}
	return h
}

// diagonalCurvature is c·diag(f(z)).
func diagonalCurvature(c float64, z []float64, f func(float64) float64) [][]float64 {
	h := make([][]float64, len(z))
	for i := range h {
		h[i] = make([]float64, len(z))
		h[i][i] = c * f(z[i])
	}
	return h
}

func one(float64) float64 { return 1 }
func bernoulliVariance(z float64) float64 {
	p := 1 / (1 + math.Exp(-z))
	return p * (1 - p)
}

func costCases() map[string]costCase {
	weights := func(n int) []*tensor.Dense { // of either sign
		w := make([]float64, n)
		for i := range w {
			w[i] = 1.5 - float64(i)
		}
		return []*tensor.Dense{tensor.New(tensor.WithShape(n), tensor.WithBacking(w))}
	}
	mixtures := func(n int) []*tensor.Dense {
		others, shares := make([]float64, n), make([]float64, n)
		for i := range n {
			others[i], shares[i] = float64((i+1)%3), float64(i)/float64(n)
		}
		return []*tensor.Dense{tensor.New(tensor.WithShape(n), tensor.WithBacking(others)), tensor.New(tensor.WithShape(n), tensor.WithBacking(shares))}
	}
	classes := []float64{0.5, 2, 1}
	weight := func(n int, more []*tensor.Dense) float64 { return more[0].Float64s()[n] }
	classCost := losses.With(&losses.ClassCost{Weights: classes, Smoothing: 0.2}, losses.SoftmaxCrossEntropy{})
	// total is Σ q, by which p is multiplied in the gradient.
	total := func(label int) float64 { return 0.8*classes[label] + 0.2*(classes[0]+classes[1]+classes[2])/3 }
	return map[string]costCase{
		"softmax": {loss: losses.SoftmaxCrossEntropy{}, canonical: true, curvature: func(_ int, z []float64, _ float64, _ []*tensor.Dense) [][]float64 { return softmaxCurvature(1, z) }},
		"squared": {loss: losses.SquaredError{}, canonical: true, curvature: func(_ int, z []float64, _ float64, _ []*tensor.Dense) [][]float64 {
			return diagonalCurvature(1, z, one)
		}},
		"sigmoid": {loss: losses.SigmoidCrossEntropy{}, canonical: true, curvature: func(_ int, z []float64, _ float64, _ []*tensor.Dense) [][]float64 {
			return diagonalCurvature(1, z, bernoulliVariance)
		}},
		"class cost": {loss: classCost, curvature: func(_ int, z []float64, y float64, _ []*tensor.Dense) [][]float64 {
			return softmaxCurvature(total(int(y)), z)
		}},
		"squared for Bernoulli": {loss: losses.With(losses.SquaredError{}, losses.SigmoidCrossEntropy{}), curvature: func(_ int, z []float64, _ float64, _ []*tensor.Dense) [][]float64 {
			return diagonalCurvature(1, z, one)
		}},
		"weighted softmax": {loss: losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}, more: weights, curvature: func(n int, z []float64, _ float64, more []*tensor.Dense) [][]float64 {
			return softmaxCurvature(weight(n, more), z)
		}},
		"weighted squared": {loss: losses.Weighted{Canonical: losses.SquaredError{}}, more: weights, curvature: func(n int, z []float64, _ float64, more []*tensor.Dense) [][]float64 {
			return diagonalCurvature(weight(n, more), z, one)
		}},
		"weighted sigmoid": {loss: losses.Weighted{Canonical: losses.SigmoidCrossEntropy{}}, more: weights, curvature: func(n int, z []float64, _ float64, more []*tensor.Dense) [][]float64 {
			return diagonalCurvature(weight(n, more), z, bernoulliVariance)
		}},
		"mixed softmax": {loss: losses.SoftmaxCrossEntropy{}, more: mixtures, canonical: true, curvature: func(_ int, z []float64, _ float64, _ []*tensor.Dense) [][]float64 {
			return softmaxCurvature(1, z)
		}},
		"mixed class cost": {loss: classCost, more: mixtures, curvature: func(n int, z []float64, y float64, more []*tensor.Dense) [][]float64 {
			share := more[1].Float64s()[n]
			return softmaxCurvature(share*total(int(y))+(1-share)*total(int(more[0].Float64s()[n])), z)
		}},
	}
}

// batchOf is a model over 4 inputs, not a linear one unless asked for, with a mini-batch of n examples.
func (k costCase) batchOf(t *testing.T, net layers.Layer, n int, dtype tensor.Dtype, l2 float64) (*Model, *objective, []float64, []*tensor.Dense) {
	t.Helper()
	m, err := NewModel(net, k.loss, ModelConfig{Input: []int{4}, DType: dtype, Seed: 5, L2: l2})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(2, 2))
	x := graph.NewDense(graph.Float64, n, 4)
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
	shape, err := k.loss.TargetShape(tensor.Shape{n, 3})
	require.NoError(t, err)
	y := graph.NewDense(graph.Float64, shape...)
	for i := range y.Float64s() {
		if shape.Dims() == 1 {
			y.Float64s()[i] = float64(r.IntN(3))
		} else {
			y.Float64s()[i] = r.Float64()
		}
	}
	var more []*tensor.Dense
	if k.more != nil {
		more = k.more(n)
	}
	obj, err := m.Batch(x, y, more...)
	require.NoError(t, err)
	return m, obj.(*objective), y.Float64s(), more
}

func bentNet() layers.Layer {
	return layers.Sequential{&layers.Dense{Units: 5, BiasInit: 0.1}, layers.Tanh(), &layers.Dense{Units: 3}}
}

func normalDirection(r *rand.Rand, params []*graph.Param) graph.Direction {
	d := graph.NewDirection(params)
	for _, x := range d {
		for i := range x.DataSize() {
			if v := r.NormFloat64(); x.Dtype() == graph.Float32 {
				x.Float32s()[i] = float32(v)
			} else {
				x.Float64s()[i] = v
			}
		}
	}
	return d
}

func productWith(t *testing.T, o *objective, m graph.Matrix, v graph.Direction) (all []float64) {
	t.Helper()
	dst := graph.NewDirection(o.Params())
	require.NoError(t, o.Multiply(m, dst, v))
	for _, x := range dst {
		if x.Dtype() == graph.Float64 {
			all = append(all, x.Float64s()...)
			continue
		}
		for _, f := range x.Float32s() {
			all = append(all, float64(f))
		}
	}
	return all
}

// near fails unless got is want, within tolerance of want's greatest element.
func near(t *testing.T, want, got []float64, tolerance float64, msg ...any) {
	t.Helper()
	require.Len(t, got, len(want))
	var size, gap float64
	for i, w := range want {
		size, gap = max(size, math.Abs(w)), max(gap, math.Abs(w-got[i]))
	}
	require.Positive(t, size, msg...)
	assert.LessOrEqual(t, gap, tolerance*size, msg...)
}

// TestGaussNewtonIsJHJ: products with the Gauss–Newton matrix from the Jacobian of reverse mode and the Hessian of each
// cost by its formula; and products with the Fisher matrix are the same where the cost is the distribution's own, and
// others elsewhere.
func TestGaussNewtonIsJHJ(t *testing.T) {
	const n = 5
	for name, k := range costCases() {
		t.Run(name, func(t *testing.T) {
			m, o, y, more := k.batchOf(t, bentNet(), n, graph.Float64, 0.25)
			_, err := o.Grad()
			require.NoError(t, err)
			v := normalDirection(rand.New(rand.NewPCG(1, 1)), m.params)
			got := productWith(t, o, graph.GaussNewton, v)
			fisher := productWith(t, o, graph.Fisher, v)

			rows := jacobian(t, o.c)
			z := append([]float64{}, graph.Value(o.c.out).Float64s()...)
			jv := times(rows, v)
			want := make([]float64, len(got))
			for e := range n {
				h := k.curvature(e, z[3*e:3*e+3], y[e*len(y)/n], more)
				for i := range 3 {
					var hjv float64
					for j := range 3 {
						hjv += h[i][j] * jv[3*e+j]
					}
					for p, d := range rows[3*e+i] {
						want[p] += d * hjv / n
					}
				}
			}
			near(t, want, got, 1e-12)
			if k.canonical {
				near(t, want, fisher, 1e-12, "the Fisher matrix")
			} else {
				far := 0.0
				for i, w := range want {
					far = max(far, math.Abs(w-fisher[i]))
				}
				assert.Greater(t, far, 1e-3, "the Fisher matrix is the distribution's")
			}
		})
	}
}

// TestHessianOfEveryCost: products with the Hessian are central differences of the gradient of h, less η·v; they are
// symmetric, and the same in float32 up to rounding. For a linear network they are those of the Gauss–Newton matrix.
func TestHessianOfEveryCost(t *testing.T) {
	const n, eta = 5, 0.25
	for name, k := range costCases() {
		t.Run(name, func(t *testing.T) {
			m, o, _, _ := k.batchOf(t, bentNet(), n, graph.Float64, eta)
			r := rand.New(rand.NewPCG(1, 1))
			u, v := normalDirection(r, m.params), normalDirection(r, m.params)
			got := productWith(t, o, graph.Hessian, v)
			want := gradientDifference(t, o, v)
			at := 0
			for _, x := range v {
				for _, f := range x.Float64s() {
					want[at] -= eta * f
					at++
				}
			}
			near(t, want, got, 1e-8) // h²·f‴/6 and ε·f/h, both about 1e-10
			_, err := o.Loss()
			require.NoError(t, err)
			got = productWith(t, o, graph.Hessian, v) // at the parameters to the bit
			assert.InDelta(t, along(u, got), along(v, productWith(t, o, graph.Hessian, u)), 1e-12)
			bent := productWith(t, o, graph.GaussNewton, v)
			assert.Greater(t, math.Abs(along(v, got)-along(v, bent)), 1e-4, "the network's own curvature")

			s, single, _, _ := k.batchOf(t, bentNet(), n, graph.Float32, eta)
			w := graph.NewDirection(s.params)
			for i := range w {
				require.NoError(t, graph.CopyInto(w[i], v[i]))
			}
			for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian} {
				near(t, productWith(t, o, matrix, v), productWith(t, single, matrix, w), 2e-6, matrix) // some dozen roundings of 6e-8
			}

			l, linear, _, _ := k.batchOf(t, &layers.Dense{Units: 3}, n, graph.Float64, eta)
			v = normalDirection(r, l.params)
			near(t, productWith(t, linear, graph.GaussNewton, v), productWith(t, linear, graph.Hessian, v), 1e-13, "a linear network")
		})
	}
}

// along is ⟨d, x⟩.
func along(d graph.Direction, x []float64) (sum float64) {
	for _, t := range d {
		for i, v := range t.Float64s() {
			sum += v * x[i]
		}
		x = x[t.DataSize():]
	}
	return sum
}

// gradientDifference is the central difference of the gradient along v. Parameters come back to within rounding.
func gradientDifference(t *testing.T, o *objective, v graph.Direction) []float64 {
	t.Helper()
	const h = 1e-5
	theta := graph.Values(o.Params())
	gradient := func() (all []float64) {
		_, err := o.Grad()
		require.NoError(t, err)
		for _, p := range o.Params() {
			all = append(all, p.Grad.Float64s()...)
		}
		return all
	}
	theta.AddScaled(h, v)
	up := gradient()
	theta.AddScaled(-2*h, v)
	down := gradient()
	theta.AddScaled(h, v)
	for i := range up {
		up[i] = (up[i] - down[i]) / (2 * h)
	}
	return up
}
