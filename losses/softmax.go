package losses

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// SoftmaxCrossEntropy is −log softmax(z)_y for integer class labels y, of
// shape N, below the number of outputs C.
type SoftmaxCrossEntropy struct{}

var _ Loss = SoftmaxCrossEntropy{}

func (SoftmaxCrossEntropy) String() string { return "softmax cross-entropy" }

// TargetShape is (N): one label per example. It refuses a single output unit,
// whose probability is 1 whatever the network says, so that nothing is learned.
func (l SoftmaxCrossEntropy) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if err := checkOutputs(l.String(), out); err != nil {
		return nil, err
	}
	if out[1] < 2 {
		return nil, fmt.Errorf("losses: %s: %d output unit: its probability is always 1, and nothing can be learned: "+
			"give the last layer a unit for each class, 2 or more, or take SigmoidCrossEntropy for one yes or no", l, out[1])
	}
	return tensor.Shape{out[0]}, nil
}

// Validate checks that labels are whole numbers in 0…C−1.
func (SoftmaxCrossEntropy) Validate(y *tensor.Dense, outputs int) error {
	i, v := firstBad(y, func(v float64) bool { return v >= 0 && v < float64(outputs) && v == math.Trunc(v) })
	if i >= 0 {
		return fmt.Errorf("losses: label %v of example %d: want a whole number from 0 to %d", v, i, outputs-1)
	}
	return nil
}

// Build adds (1/N) Σ_n log Σ_c exp(z_nc) − z_{n,y_n}.
func (l SoftmaxCrossEntropy) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n, c := z.Shape()[0], z.Shape()[1]
	return b.Once(likelihoodKey{l, z, y}, func() (*graph.Node, error) {
		return lossOp(b, graph.Op{
			Name: "softmax-cross-entropy",
			F32:  crossEntropy[float32](n, c),
			F64:  crossEntropy[float64](n, c),
		}, func(d *graph.Diff) (*graph.Node, error) {
			p, err := l.Mean(d.Builder, d.In[0])
			if err != nil {
				return nil, err
			}
			return softmaxResidual(d.Builder, p, d.In[1], d.Grad)
		}, z, y)
	})
}

// softmaxResidual adds (p − e_y)·seed/N, the cost's gradient.
func softmaxResidual(b *graph.Builder, p, y, seed *graph.Node) (*graph.Node, error) {
	n, c := p.Shape()[0], p.Shape()[1]
	return b.Apply(graph.Op{
		Name:    "softmax-cross-entropy-gradient",
		Shape:   p.Shape().Clone(),
		F32:     crossEntropyGrad[float32](n, c),
		F64:     crossEntropyGrad[float64](n, c),
		Tangent: residualTangent(softmaxResidual),
	}, p, y, seed)
}

// Mean adds the class probabilities softmax(z).
func (l SoftmaxCrossEntropy) Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	return b.Once(meanKey{l, z}, func() (*graph.Node, error) {
		c := z.Shape()[1]
		return b.Apply(graph.Op{
			Name: "softmax", Shape: z.Shape().Clone(), F32: softmax[float32](c), F64: softmax[float64](c),
			Tangent: func(t *graph.Tangent) (*graph.Node, error) {
				return t.Apply(graph.Op{
					Name: "softmax-tangent", Shape: z.Shape().Clone(), F32: softmaxTangent[float32](c), F64: softmaxTangent[float64](c),
				}, t.Out, t.Dot[0])
			},
		}, z)
	})
}

// Sample adds labels drawn from softmax(z).
func (l SoftmaxCrossEntropy) Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error) {
	p, err := l.Mean(b, z)
	if err != nil {
		return nil, err
	}
	n, c := z.Shape()[0], z.Shape()[1]
	draws := b.DrawsOf(graph.Targets)
	return b.Apply(graph.Op{
		Name:  "categorical-sample",
		Shape: tensor.Shape{n},
		F32:   graph.ByExample(draws, func(r *rand.Rand, out, p []float32) { categorical(r.Float64, c, out, p) }),
		F64:   graph.ByExample(draws, func(r *rand.Rand, out, p []float64) { categorical(r.Float64, c, out, p) }),
		Const: true,
	}, p)
}

// FactorProduct adds √p∘r − p·(√pᵀr): B = diag(√p) − p√pᵀ.
func (l SoftmaxCrossEntropy) FactorProduct(b *graph.Builder, z, r *graph.Node) (*graph.Node, error) {
	return l.factor(b, "softmax-factor", softmaxFactor[float32], softmaxFactor[float64], z, r)
}

// FactorTransposeProduct adds √p∘(t − pᵀt).
func (l SoftmaxCrossEntropy) FactorTransposeProduct(b *graph.Builder, z, t *graph.Node) (*graph.Node, error) {
	return l.factor(b, "softmax-factor-transpose", softmaxFactorTranspose[float32], softmaxFactorTranspose[float64], z, t)
}

func (l SoftmaxCrossEntropy) factor(b *graph.Builder, name string, f32 func(c int) func(out []float32, in [][]float32), f64 func(c int) func(out []float64, in [][]float64), z, t *graph.Node) (*graph.Node, error) {
	if err := checkVectors(l, z, t); err != nil {
		return nil, err
	}
	p, err := l.Mean(b, z)
	if err != nil {
		return nil, err
	}
	c := z.Shape()[1]
	return factorOp(b, name, f32(c), f64(c), p, t)
}

func crossEntropy[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		out[0] = T(elementwise.SoftmaxCrossEntropy(in[0], in[1], c) / float64(n))
	}
}

func crossEntropyGrad[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		p, y, scale := in[0], in[1], in[2][0]/T(n)
		for i, v := range p {
			out[i] = v * scale
		}
		for i := range n {
			out[i*c+int(y[i])] -= scale
		}
	}
}

func softmax[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) { elementwise.Softmax(out, in[0], c) }
}

// softmaxTangent is p∘(t − pᵀt).
func softmaxTangent[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		p, t := in[0], in[1]
		for i := 0; i < len(out); i += c {
			mean := rowMean(p[i:i+c], t[i:i+c])
			for j := i; j < i+c; j++ {
				out[j] = p[j] * T(float64(t[j])-mean)
			}
		}
	}
}

// rowMean is pᵀt, in float64.
func rowMean[T graph.Float](p, t []T) float64 {
	var mean float64
	for j, v := range p {
		mean += float64(v) * float64(t[j])
	}
	return mean
}

func categorical[T graph.Float](uniform func() float64, c int, out, p []T) {
	for i := range out {
		u := uniform()
		last := 0 // class that can be drawn: rounded, p may sum to less than u
		for k, v := range p[i*c : (i+1)*c] {
			if v > 0 {
				last = k
			}
			if u -= float64(v); u < 0 {
				break
			}
		}
		out[i] = T(last)
	}
}
