package losses_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// hessian is H_L of one example by its closed form, from the mean p; of a DiagonalGaussian from its outputs.
func hessian(name string, p []float64, i, j int) float64 {
	if name == "gaussian" {
		switch half := len(p) / 2; {
		case i != j:
			return 0
		case i >= half:
			return 2
		default:
			return math.Exp(-2 * p[half+i])
		}
	}
	diagonal := map[string]float64{"softmax": p[i], "sigmoid": p[i] * (1 - p[i]), "squared": 1}[name]
	h := 0.0
	if i == j {
		h = diagonal
	}
	if name == "softmax" {
		h -= p[i] * p[j]
	}
	return h
}

// The columns f = B·e_c of the factor, put together, are H_L = Σ f fᵀ: by its
// closed form, and as the second differences of N times the cost. The transpose
// is the matrix's own, and HessianProduct their product. A DiagonalGaussian's second
// derivatives depend on the targets: H_L is their mean over the targets μ ± σ, which
// have the distribution's first two moments.
func TestFactorIsTheHessian(t *testing.T) {
	const n, c = 3, 4
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(6, 6))
			b := newBuilder(t, n, 1)
			z, zMem := input(t, b, make([]float64, n*c), n, c)
			zs := zMem.Float64s()
			for i := range zs {
				zs[i] = 1.5 * r.NormFloat64()
			}
			shape, err := l.TargetShape(z.Shape())
			require.NoError(t, err)
			y, yMem := input(t, b, randomTargets(r, name, n, c/outputsOf(name, 1)), shape...)
			unit, unitMem := input(t, b, make([]float64, n*c), n, c)
			factor, transpose := must(t)(l.FactorProduct(b, z, unit)), must(t)(l.FactorTransposeProduct(b, z, unit))
			product, mean := must(t)(losses.HessianProduct(b, l, z, unit)), must(t)(l.Mean(b, z))
			cost := must(t)(l.Build(b, z, y))

			// b[e][i][j] is element (i, j) of example e's B, from the column j.
			var factors, transposes, products [n][c][c]float64
			prog, err := b.Compile(must(t)(b.Snapshot(factor)), must(t)(b.Snapshot(transpose)), must(t)(b.Snapshot(product)))
			require.NoError(t, err)
			for j := range c {
				for e := range n {
					clear(unitMem.Float64s()[e*c : (e+1)*c])
					unitMem.Float64s()[e*c+j] = 1
				}
				require.NoError(t, prog.Run())
				for e := range n {
					for i := range c {
						factors[e][i][j] = values(factor)[e*c+i]
						transposes[e][j][i] = values(transpose)[e*c+i]
						products[e][i][j] = values(product)[e*c+i]
					}
				}
			}
			assert.InDeltaSlice(t, flat(factors[:]), flat(transposes[:]), 2e-16)
			costs := compute(t, b, cost)
			if name != "squared" { // whose mean is the input z
				compute(t, b, mean)
			}
			p := values(mean)
			sides := []float64{0}
			if name == "gaussian" {
				p, sides = values(z), []float64{-1, 1}
			}
			at := func(i int, di float64, j int, dj float64) float64 {
				kept, sum := slices.Clone(zs), 0.0
				zs[i] += di
				zs[j] += dj
				for _, side := range sides {
					for k := range yMem.DataSize() {
						if side != 0 {
							at := k/2*4 + k%2
							yMem.Float64s()[k] = p[at] + side*math.Exp(p[at+2])
						}
					}
					require.NoError(t, costs.Run())
					sum += values(cost)[0] / float64(len(sides))
				}
				copy(zs, kept)
				return sum
			}
			// Second differences err by h²·|f⁗|/6 ≈ 1e-8 and by 4·ε·|f|/(4h²) ≈
			// 3e-8, times N.
			const h, tolerance = 2e-4, 2e-7
			for e := range n {
				for i := range c {
					for j := range c {
						var sum float64
						for k := range c {
							sum += factors[e][i][k] * factors[e][j][k]
						}
						want := hessian(name, p[e*c:(e+1)*c], i, j)
						assert.InDelta(t, want, sum, 4e-16*max(1, want), "closed form")
						assert.InDelta(t, want, products[e][i][j], 4e-16*max(1, want), "product")
						a, b := e*c+i, e*c+j
						second := (at(a, h, b, h) - at(a, h, b, -h) - at(a, -h, b, h) + at(a, -h, b, -h)) / (4 * h * h)
						assert.InDelta(t, n*second, sum, tolerance, "second differences")
					}
				}
			}
		})
	}
}

func flat[R ~[4][4]float64](ms []R) (all []float64) {
	for _, m := range ms {
		for _, row := range m {
			all = append(all, row[:]...)
		}
	}
	return all
}

// H_L of any vectors by its closed form, in both float types: with probabilities
// near 0 and 1, a common offset of the vector that softmax takes off, and one
// class alone.
func TestHessianProductOfVectors(t *testing.T) {
	for name, l := range all {
		shapes := [][2]int{{3, 3}, {9, 1}}
		z, v0 := []float64{30, 0, -30, 0.5, 0, 1, -2, 2, 2}, []float64{0.3, -1, 2, 1, 0, 0, -0.5, 0.25, 4}
		if name == "gaussian" { // deviations from e^−0.5 on: 1/σ² is below 3
			shapes = [][2]int{{2, 4}, {4, 2}}
			z, v0 = []float64{30, 0, 0, 0.5, 0, -0.25, 20, 2}, v0[:8]
		}
		for _, shape := range shapes {
			for _, offset := range []float64{0, 1000} {
				n, c := shape[0], shape[1]
				v := slices.Clone(v0)
				for i := range v {
					v[i] += offset
				}
				var p []float64
				for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
					b := typedBuilder(t, dtype, n, 1)
					zn, _ := input(t, b, z, n, c)
					vn, _ := input(t, b, v, n, c)
					product, mean := must(t)(losses.HessianProduct(b, l, zn, vn)), must(t)(l.Mean(b, zn))
					compute(t, b, must(t)(b.Snapshot(product)), must(t)(b.Snapshot(mean)))
					if dtype == graph.Float64 {
						p = values(mean)
						if name == "gaussian" {
							p = z
						}
					}
					// Roundings of an offset vector, and of p near 1.
					tolerance := 8 * (5 + offset) * map[tensor.Dtype]float64{graph.Float64: 2.3e-16, graph.Float32: 1.2e-7}[dtype]
					for e := range n {
						for i := range c {
							var want float64
							for j := range c {
								want += hessian(name, p[e*c:(e+1)*c], i, j) * v[e*c+j]
							}
							assert.InDelta(t, want, values(product)[e*c+i], tolerance, "%s %v offset %v %v", name, shape, offset, dtype)
						}
					}
				}
			}
		}
	}
}

func TestFactorErrors(t *testing.T) {
	for name, l := range all {
		b := newBuilder(t, 2, 1)
		z, wrong := b.Ones(2, 4), b.Ones(2, 3)
		for _, call := range []func(z, v *graph.Node) (*graph.Node, error){
			func(z, v *graph.Node) (*graph.Node, error) { return l.FactorProduct(b, z, v) },
			func(z, v *graph.Node) (*graph.Node, error) { return l.FactorTransposeProduct(b, z, v) },
			func(z, v *graph.Node) (*graph.Node, error) { return losses.HessianProduct(b, l, z, v) },
		} {
			for want, in := range map[string][2]*graph.Node{
				"vectors of shape (2, 3) for outputs of shape (2, 4)": {z, wrong},
				"a node is nil":         {z, nil},
				"want a matrix N×units": {b.Ones(2), b.Ones(2)},
			} {
				_, err := call(in[0], in[1])
				assert.ErrorContains(t, err, want, name)
			}
		}
	}
}

// Signs are ±scale, seeded, balanced and drawn anew by every run: five standard
// deviations of a binomial count, and of the correlation of neighbours.
func TestRandomSigns(t *testing.T) {
	const n, c, scale = 200, 130, 0.25
	run := func(seed uint64) (first, second []float64) {
		b := newBuilder(t, n, seed)
		z, _ := input(t, b, make([]float64, n*c), n, c)
		s := must(t)(losses.RandomSigns(b, z, scale))
		p := compute(t, b, s)
		first = values(s)
		require.NoError(t, p.Run())
		return first, values(s)
	}
	first, second := run(1)
	again, _ := run(1)
	other, _ := run(2)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, other)
	assert.NotEqual(t, first, second)
	var sum, neighbours, column float64
	for i, v := range first {
		if v != scale && v != -scale {
			t.Fatalf("%v is neither sign", v)
		}
		sum += v / scale
		if i > 0 {
			neighbours += v * first[i-1] / (scale * scale)
		}
		if i >= c {
			column += v * first[i-c] / (scale * scale)
		}
	}
	assert.InDelta(t, 0, sum, 5*math.Sqrt(n*c))
	assert.InDelta(t, 0, neighbours, 5*math.Sqrt(n*c))
	assert.InDelta(t, 0, column, 5*math.Sqrt(n*c))
}

// Sampled targets and the factor are constants: no gradient flows through.
func TestSamplesAreConstants(t *testing.T) {
	for name, l := range all {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(t, 2, 1)
			z, _ := input(t, b, []float64{1, 2, 3, 4}, 2, 2)
			v, _ := input(t, b, []float64{1, 0, -1, 2}, 2, 2)
			sample, factor := must(t)(l.Sample(b, z)), must(t)(l.FactorProduct(b, z, v))
			g, err := b.Backward(sample, b.Ones(sample.Shape()...), z)
			require.NoError(t, err)
			assert.Nil(t, g[0])
			g, err = b.Backward(factor, b.Ones(2, 2), z)
			require.NoError(t, err)
			assert.Nil(t, g[0])
			for _, n := range []*graph.Node{sample, factor} {
				dot, err := b.Forward(n, []*graph.Node{z}, []*graph.Node{b.Ones(2, 2)})
				require.NoError(t, err)
				assert.Nil(t, dot)
			}
		})
	}
}

// Two losses on one output keep their own means.
func TestMeansAreNotShared(t *testing.T) {
	b := newBuilder(t, 1, 1)
	z, _ := input(t, b, []float64{0, 0, 0, 0}, 1, 4)
	soft, sig := must(t)(losses.SoftmaxCrossEntropy{}.Mean(b, z)), must(t)(losses.SigmoidCrossEntropy{}.Mean(b, z))
	again := must(t)(losses.SoftmaxCrossEntropy{}.Mean(b, z))
	assert.Same(t, soft, again, "one loss computes its mean once")
	compute(t, b, soft, sig)
	assert.InDeltaSlice(t, []float64{0.25, 0.25, 0.25, 0.25}, values(soft), 1e-16)
	assert.Equal(t, []float64{0.5, 0.5, 0.5, 0.5}, values(sig))
}
