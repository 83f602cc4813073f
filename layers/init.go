package layers

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// Initializer fills w, the initial values of a parameter of a layer with in
// inputs and out outputs. For a weight, w is in×out, row-major.
type Initializer func(r *rand.Rand, in, out int, w []float64)

func newParam(b *graph.Builder, name string, init Initializer, in, out int, shape ...int) (*graph.Param, error) {
	p, err := b.NewParam(name, shape...)
	if err != nil {
		return nil, err
	}
	if b.Limits != nil {
		return p, nil // its values come from a file
	}
	w := make([]float64, p.Size())
	init(b.Streams.Init, in, out, w)
	if b.DType == graph.Float32 {
		for i, v := range w {
			p.Value.Float32s()[i] = float32(v)
		}
	} else {
		copy(p.Value.Float64s(), w)
	}
	return p, nil
}

// GlorotUniform has variance 2/(in+out), which keeps the variance of both
// activations and gradients through linear layers (Glorot & Bengio 2010).
func GlorotUniform(r *rand.Rand, in, out int, w []float64) {
	uniform(r, w, 2/float64(in+out))
}

// GlorotNormal is GlorotUniform's variance with a normal distribution.
func GlorotNormal(r *rand.Rand, in, out int, w []float64) {
	normal(r, w, 2/float64(in+out))
}

// HeUniform has variance 2/in, which keeps the variance of activations
// through ReLU layers (He et al. 2015).
func HeUniform(r *rand.Rand, in, _ int, w []float64) { uniform(r, w, 2/float64(in)) }

// HeNormal is HeUniform's variance with a normal distribution.
func HeNormal(r *rand.Rand, in, _ int, w []float64) { normal(r, w, 2/float64(in)) }

// LeCunUniform has variance 1/in, which keeps the variance of activations
// through tanh layers (LeCun et al. 1998).
func LeCunUniform(r *rand.Rand, in, _ int, w []float64) { uniform(r, w, 1/float64(in)) }

// LeCunNormal is LeCunUniform's variance with a normal distribution.
func LeCunNormal(r *rand.Rand, in, _ int, w []float64) { normal(r, w, 1/float64(in)) }

// TorchUniform is uniform within ±1/√in, which is variance 1/(3·in): what
// PyTorch gives the weights of its linear layers.
func TorchUniform(r *rand.Rand, in, _ int, w []float64) { uniform(r, w, 1/(3*float64(in))) }

func uniform(r *rand.Rand, w []float64, variance float64) {
	limit := math.Sqrt(3 * variance)
	for i := range w {
		w[i] = limit * (2*r.Float64() - 1)
	}
}

func normal(r *rand.Rand, w []float64, variance float64) {
	std := math.Sqrt(variance)
	for i := range w {
		w[i] = std * r.NormFloat64()
	}
}

// Constant sets every element to v.
func Constant(v float64) Initializer {
	return func(_ *rand.Rand, _, _ int, w []float64) {
		for i := range w {
			w[i] = v
		}
	}
}

// Sparse gives each output unit k incoming weights from N(0, 1), at inputs
// drawn without replacement, and zeros elsewhere (Martens 2010, §5, who uses
// k = 15). A layer with fewer inputs is dense.
func Sparse(k int) Initializer {
	return func(r *rand.Rand, in, out int, w []float64) {
		clear(w)
		for j := range out {
			for _, i := range r.Perm(in)[:min(max(k, 0), in)] {
				w[i*out+j] = r.NormFloat64()
			}
		}
	}
}

// Orthogonal draws a matrix whose shorter side is orthonormal, from the Haar
// distribution, times gain (Saxe et al. 2014).
func Orthogonal(gain float64) Initializer {
	return func(r *rand.Rand, in, out int, w []float64) {
		rows, cols := max(in, out), min(in, out)
		a := mat.NewDense(rows, cols, nil)
		for i := range rows {
			for j := range cols {
				a.Set(i, j, r.NormFloat64())
			}
		}
		var qr mat.QR
		qr.Factorize(a)
		var q, t mat.Dense
		qr.QTo(&q)
		qr.RTo(&t)
		for i := range in {
			for j := range out {
				long, short := i, j
				if in < out {
					long, short = j, i
				}
				// Without the sign of R's diagonal Q is not Haar-distributed.
				w[i*out+j] = gain * q.At(long, short) * math.Copysign(1, t.At(short, short))
			}
		}
	}
}
