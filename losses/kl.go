package losses

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
)

// KL adds (1/N) Σ_n Σ_c p₀(z₀_c − z_c) + log Σ exp z − log Σ exp z₀, p₀ = softmax(z₀).
func (l SoftmaxCrossEntropy) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	return divergence(b, l, z0, z, categoricalKL[float32], categoricalKL[float64])
}

// KL adds (1/2N) Σ_n ‖z₀ − z‖².
func (l SquaredError) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	return divergence(b, l, z0, z, gaussianKL[float32], gaussianKL[float64])
}

// KL adds (1/N) Σ p₀(z₀ − z) + log(1 + exp z) − log(1 + exp z₀), p₀ = σ(z₀).
func (l SigmoidCrossEntropy) KL(b *graph.Builder, z0, z *graph.Node) (*graph.Node, error) {
	return divergence(b, l, z0, z, bernoulliKL[float32], bernoulliKL[float64])
}

// divergence adds a mean over examples whose gradient with respect to z is
// (mean(z) − mean(z₀))/N, as in each exponential family whose parameter is z.
func divergence(b *graph.Builder, l interface {
	Distribution
	fmt.Stringer
}, z0, z *graph.Node, f32 func(out []float32, in [][]float32, c int), f64 func(out []float64, in [][]float64, c int)) (*graph.Node, error) {
	if err := checkVectors(l, z, z0); err != nil {
		return nil, err
	}
	c := z.Shape()[1]
	return lossOp(b, graph.Op{
		Name: "kl-divergence",
		F32:  func(out []float32, in [][]float32) { f32(out, in, c) },
		F64:  func(out []float64, in [][]float64) { f64(out, in, c) },
	}, func(d *graph.Diff) (*graph.Node, error) {
		p, err := l.Mean(d.Builder, d.In[0])
		if err != nil {
			return nil, err
		}
		p0, err := l.Mean(d.Builder, d.In[1])
		if err != nil {
			return nil, err
		}
		return residual(d.Builder, p, p0, d.Grad)
	}, z, z0)
}

func categoricalKL[T graph.Float](out []T, in [][]T, c int) {
	var sum float64
	for i := 0; i < len(in[0]); i += c {
		z, z0 := in[0][i:i+c], in[1][i:i+c]
		total, total0 := logSumExp(z), logSumExp(z0)
		for j, v := range z0 {
			log0 := float64(v) - total0
			sum += math.Exp(log0) * (log0 - (float64(z[j]) - total))
		}
	}
	out[0] = T(sum / float64(len(in[0])/c))
}

// logSumExp is log Σ exp z, in float64.
func logSumExp[T graph.Float](z []T) float64 {
	most := math.Inf(-1)
	for _, v := range z {
		most = max(most, float64(v))
	}
	var sum float64
	for _, v := range z {
		sum += math.Exp(float64(v) - most)
	}
	return most + math.Log(sum)
}

func gaussianKL[T graph.Float](out []T, in [][]T, c int) {
	var sum float64
	for i, v := range in[0] {
		d := float64(v) - float64(in[1][i])
		sum += d * d
	}
	out[0] = T(sum / 2 / float64(len(in[0])/c))
}

func bernoulliKL[T graph.Float](out []T, in [][]T, c int) {
	var sum float64
	for i, v := range in[0] {
		z, z0 := float64(v), float64(in[1][i])
		// log p₀ − log p and log(1 − p₀) − log(1 − p), each weighed by its probability.
		sum += (softplus(-z) - softplus(-z0)) / (1 + math.Exp(-z0))
		sum += (softplus(z) - softplus(z0)) / (1 + math.Exp(z0))
	}
	out[0] = T(sum / float64(len(in[0])/c))
}

// softplus is log(1 + exp x).
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
