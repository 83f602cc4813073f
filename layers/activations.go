package layers

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// ReLU is max(x, 0), with derivative 0 at 0.
func ReLU() *Activation {
	return &Activation{name: "ReLU", single: reluRules[float32](), double: reluRules[float64]()}
}

func reluRules[T graph.Float]() rules[T] {
	return rules[T]{elementwise.ReLU[T], elementwise.ReLUGrad[T]}
}

// Tanh is the hyperbolic tangent.
func Tanh() *Activation {
	return &Activation{name: "Tanh", single: tanhRules[float32](), double: tanhRules[float64](),
		bend: func(y float64) float64 { return -2 * y }} // ψ = 1 − y²
}

func tanhRules[T graph.Float]() rules[T] {
	return rules[T]{elementwise.Tanh[T], elementwise.TanhGrad[T]}
}

// Sigmoid is 1/(1+e⁻ˣ).
func Sigmoid() *Activation {
	return &Activation{name: "Sigmoid", single: sigmoidRules[float32](), double: sigmoidRules[float64](),
		bend: func(y float64) float64 { return 1 - 2*y }} // ψ = y(1 − y)
}

func sigmoidRules[T graph.Float]() rules[T] {
	return rules[T]{elementwise.Sigmoid[T], elementwise.SigmoidGrad[T]}
}

const identity = "Identity"

// Identity passes its input on.
func Identity() *Activation { return &Activation{name: identity} }

// LeakyReLU is x where x > 0 and slope·x elsewhere, with derivative slope at 0 (Maas et
// al. 2013). slope is at least 0; 0.01 is usual, and PyTorch's default.
func LeakyReLU(slope float64) *Activation {
	return &Activation{name: "LeakyReLU", setting: "slope", parameter: slope, ofInput: true,
		single: leakyReLURules(float32(slope)), double: leakyReLURules(slope)}
}

func leakyReLURules[T graph.Float](slope T) rules[T] {
	return rules[T]{
		func(y, x []T) { elementwise.LeakyReLU(y, x, slope) },
		func(dx, x, d []T) { elementwise.LeakyReLUGrad(dx, x, d, slope) },
	}
}

// ELU is x where x > 0 and alpha·(eˣ − 1) elsewhere, with derivative alpha at 0 (Clevert
// et al. 2016). alpha is at least 0; 1 is usual, and makes the derivative continuous.
func ELU(alpha float64) *Activation {
	return &Activation{name: "ELU", setting: "alpha", parameter: alpha,
		single: eluRules(float32(alpha)), double: eluRules(alpha),
		bend: func(y float64) float64 { // ψ = y + α below 0
			if y > 0 {
				return 0
			}
			return 1
		}}
}

func eluRules[T graph.Float](alpha T) rules[T] {
	return rules[T]{
		func(y, x []T) { elementwise.ELU(y, x, alpha) },
		func(dx, y, d []T) { elementwise.ELUGrad(dx, y, d, alpha) },
	}
}

// Softplus is log(1+eˣ), computed as max(x, 0) + log(1+e^−|x|), which does not overflow.
func Softplus() *Activation {
	return &Activation{name: "Softplus", ofInput: true, single: softplusRules[float32](), double: softplusRules[float64](),
		bend: func(x float64) float64 { s := logistic(x); return s * (1 - s) }}
}

func softplusRules[T graph.Float]() rules[T] {
	return rules[T]{elementwise.Softplus[T], elementwise.SoftplusGrad[T]}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// SiLU is x/(1+e⁻ˣ), which is called Swish as well (Hendrycks & Gimpel 2016; Ramachandran
// et al. 2017).
func SiLU() *Activation {
	return &Activation{name: "SiLU", ofInput: true, single: siluRules[float32](), double: siluRules[float64](),
		bend: func(x float64) float64 { s := logistic(x); return s * (1 - s) * (2 + x*(1-2*s)) }}
}

func siluRules[T graph.Float]() rules[T] {
	return rules[T]{elementwise.SiLU[T], elementwise.SiLUGrad[T]}
}

// GELU is x·Φ(x), Φ the distribution function of N(0, 1) (Hendrycks & Gimpel 2016):
// the function itself, x·(1 + erf(x/√2))/2. [GELUTanh] is its approximation.
func GELU() *Activation {
	return &Activation{name: "GELU", ofInput: true, single: geluRules[float32](), double: geluRules[float64](),
		bend: func(x float64) float64 { return (2 - x*x) * math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }}
}

func geluRules[T graph.Float]() rules[T] {
	return rules[T]{elementwise.GELU[T], elementwise.GELUGrad[T]}
}

// GELUTanh is x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³), an approximation of
// [GELU] (Hendrycks & Gimpel 2016) that GPT-2 was trained with: they differ by at most
// 0.0005.
func GELUTanh() *Activation {
	return &Activation{name: "GELUTanh", ofInput: true, single: geluTanhRules[float32](), double: geluTanhRules[float64](), bend: geluTanhBend}
}

const (
	geluScale = 0.797884560802865355879892119868763737 // √(2/π)
	geluCube  = 0.044715
)

func geluTanhRules[T graph.Float]() rules[T] {
	return rules[T]{geluTanh[T], geluTanhSlope[T]}
}

func geluTanh[T graph.Float](y, x []T) {
	for i, v := range x {
		y[i] = geluScale * v * (1 + geluCube*v*v)
	}
	elementwise.Tanh(y, y)
	for i, v := range x {
		y[i] = v * ((1 + y[i]) / 2) // in this order v may be the greatest number there is
	}
}

// geluFlat is beyond where tanh u is ±1 to the last bit, in float64 as well. x is cut there
// so that no power of it overflows beside a factor of 0.
const geluFlat = 10

// geluTanhSlope: ((1 + t) + x·(1 − t²)·u')/2 with t = tanh u.
func geluTanhSlope[T graph.Float](dx, x, d []T) {
	for i, v := range x {
		v = min(max(v, -geluFlat), geluFlat)
		dx[i] = geluScale * v * (1 + geluCube*v*v)
	}
	elementwise.Tanh(dx, dx)
	for i, v := range x {
		v = min(max(v, -geluFlat), geluFlat)
		t := dx[i]
		dx[i] = d[i] * (1 + t) * (1 + v*(1-t)*geluScale*(1+3*geluCube*v*v)) / 2
	}
}

// geluTanhBend: t' + x·t”/2, with t' = (1 − t²)·u' and t” = (1 − t²)·(u” − 2·t·u'²).
func geluTanhBend(x float64) float64 {
	x = min(max(x, -geluFlat), geluFlat)
	t := math.Tanh(geluScale * x * (1 + geluCube*x*x))
	u1, u2 := geluScale*(1+3*geluCube*x*x), geluScale*6*geluCube*x
	return (1 - t*t) * (u1 + x*(u2-2*t*u1*u1)/2)
}
