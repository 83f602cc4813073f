package losstest_test

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

func seedless(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n, err := losses.SquaredError{}.Build(b, z, y)
	if err != nil {
		return nil, err
	}
	return op(b, n.Shape(), func(out []float64, in [][]float64) { copy(out, in[0]) }, func(d *graph.Diff) ([]*graph.Node, error) {
		return []*graph.Node{d.Ones(1)}, nil
	}, n)
}

// bentMean is right, and has twice its tangent.
func bentMean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	n, err := losses.SigmoidCrossEntropy{}.Mean(b, z)
	if err != nil {
		return nil, err
	}
	return scaled(b, n, 1, 2)
}

func mostProbable(_ *rand.Rand, out, z []float64) {
	c := len(z) / len(out)
	for i := range out {
		best := 0
		for j, v := range z[i*c : (i+1)*c] {
			if v > z[i*c+best] {
				best = j
			}
		}
		out[i] = float64(best)
	}
}

// throughSample is z + ε, and the gradient flows to z.
func throughSample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	r := b.Streams.Sample
	return op(b, z.Shape(), func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = v + r.NormFloat64()
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil }, z)
}

// distance is the mean of Σ f(z − y), with the gradient of Σ slope(z − y).
func distance(b *graph.Builder, z, y *graph.Node, f, slope func(d float64) float64, both bool) (*graph.Node, error) {
	n := float64(z.Shape()[0])
	return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
		sum := 0.0
		for i, v := range in[0] {
			sum += f(v - in[1][i])
		}
		out[0] = sum / n
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		dz, err := op(d.Builder, z.Shape(), func(out []float64, in [][]float64) {
			for i, v := range in[0] {
				out[i] = slope(v-in[1][i]) / n * in[2][0]
			}
		}, nil, d.In[0], d.In[1], d.Grad)
		if err != nil || !both {
			return []*graph.Node{dz, nil}, err
		}
		dy, err := scaled(d.Builder, dz, -1, -1)
		return []*graph.Node{dz, dy}, err
	}, z, y)
}

func half(d float64) float64  { return d * d / 2 }
func ident(d float64) float64 { return d }

func bothWays(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	return distance(b, z, z0, half, ident, true)
}

func shifted(b *graph.Builder, z0, z *graph.Node, by float64) (*graph.Node, error) {
	return distance(b, z, z0, func(d float64) float64 { return half(d) + by }, ident, false)
}

func shiftedBy(b *graph.Builder, z *graph.Node, by float64) (*graph.Node, error) {
	return op(b, z.Shape(), func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] = v + by
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil }, z)
}

// reversed is the Bernoullis' KL(z‖z₀), with its gradient.
func reversed(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	n := float64(z.Shape()[0])
	return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
		sum := 0.0
		for i, v := range in[0] {
			w := in[1][i]
			sum += softplus(w) - softplus(v) + (v-w)/(1+math.Exp(-v))
		}
		out[0] = sum / n
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		dz, err := op(d.Builder, z.Shape(), func(out []float64, in [][]float64) {
			for i, v := range in[0] {
				p := 1 / (1 + math.Exp(-v))
				out[i] = (v - in[1][i]) * p * (1 - p) / n * in[2][0]
			}
		}, nil, d.In[0], d.In[1], d.Grad)
		return []*graph.Node{dz, nil}, err
	}, z, z0)
}

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func naiveSoftplus(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := float64(z.Shape()[0])
	return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
		sum := 0.0
		for i, v := range in[0] {
			sum += math.Log(1+math.Exp(v)) - v*in[1][i]
		}
		out[0] = sum / n
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		dz, err := op(d.Builder, z.Shape(), func(out []float64, in [][]float64) {
			for i, v := range in[0] {
				out[i] = (1/(1+math.Exp(-v)) - in[1][i]) / n * in[2][0]
			}
		}, nil, d.In[0], d.In[1], d.Grad)
		return []*graph.Node{dz, nil}, err
	}, z, y)
}

// twoFormulas has a ½ in float64 alone.
func twoFormulas(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n, err := losses.SquaredError{}.Build(b, z, y)
	if err != nil {
		return nil, err
	}
	return b.Apply(graph.Op{
		Name: "two-formulas", Shape: tensor.Shape{1},
		F64:  func(out []float64, in [][]float64) { out[0] = in[0][0] },
		F32:  func(out []float32, in [][]float32) { out[0] = 2 * in[0][0] },
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil },
	}, n)
}

func inPlace(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := z.Shape()[0]
	return b.Apply(graph.Op{
		Name: "in-place", Shape: tensor.Shape{1},
		F32: overwrites[float32](n), F64: overwrites[float64](n),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dz, err := scaled(d.Builder, d.In[0], 1/float64(n), 1)
			return []*graph.Node{dz, nil}, err
		},
	}, z, y)
}

// overwrites leaves z − y in the place of z.
func overwrites[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		out[0] = 0
		for i := range in[0] {
			in[0][i] -= in[1][i]
			out[0] += in[0][i] * in[0][i] / 2 / T(n)
		}
	}
}

func accumulates(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return op(b, z.Shape(), func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			out[i] += v
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil }, z)
}

var sink []float64

func allocates(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return op(b, z.Shape(), func(out []float64, in [][]float64) {
		sink = append([]float64{}, in[0]...)
		copy(out, sink)
	}, func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil }, z)
}

func throughFactor(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return op(b, z.Shape(), func(out []float64, in [][]float64) { copy(out, in[1]) }, func(d *graph.Diff) ([]*graph.Node, error) {
		return []*graph.Node{d.Grad, nil}, nil
	}, z, r)
}

// smoothed has smoothed labels in Build, and the softmax's BuildMixed.
type smoothed struct{ losses.SoftmaxCrossEntropy }

func (smoothed) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return (&losses.ClassCost{Smoothing: 0.1}).Build(b, z, y)
}

// robust has log cosh in Build, and the weighted squared error in BuildMore.
type robust struct{ losses.Weighted }

func (robust) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return distance(b, z, y, func(d float64) float64 { return math.Abs(d) + math.Log1p(math.Exp(-2*math.Abs(d))) - math.Ln2 }, math.Tanh, false)
}

// variances is σ(1−σ)∘r, where its root is wanted.
func variances(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return constantOp(b, z.Shape(), func(out []float64, in [][]float64) {
		for i, v := range in[0] {
			p := 1 / (1 + math.Exp(-v))
			out[i] = p * (1 - p) * in[1][i]
		}
	}, z, r)
}

// overBatch is a softmax over all examples' outputs together.
func overBatch(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return constantOp(b, z.Shape(), func(out []float64, in [][]float64) {
		sum := 0.0
		for i, v := range in[0] {
			out[i] = math.Exp(v)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
	}, z)
}

func constantGradient(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := float64(z.Shape()[0])
	return op(b, tensor.Shape{1}, func(out []float64, in [][]float64) {
		out[0] = 0
		for i, v := range in[0] {
			out[0] += half(v-in[1][i]) / n
		}
	}, func(d *graph.Diff) ([]*graph.Node, error) {
		dz, err := constantOp(d.Builder, z.Shape(), func(out []float64, in [][]float64) {
			for i, v := range in[0] {
				out[i] = (v - in[1][i]) / n * in[2][0]
			}
		}, d.In[0], d.In[1], d.Grad)
		return []*graph.Node{dz, nil}, err
	}, z, y)
}

// throughFloat32 has float32's digits in float64.
func throughFloat32(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n, err := losses.SquaredError{}.Build(b, z, y)
	if err != nil {
		return nil, err
	}
	return op(b, n.Shape(), func(out []float64, in [][]float64) { out[0] = float64(float32(in[0][0])) }, func(d *graph.Diff) ([]*graph.Node, error) {
		return []*graph.Node{d.Grad}, nil
	}, n)
}
