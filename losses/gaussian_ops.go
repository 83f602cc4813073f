package losses

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// The kernels of DiagonalGaussian compute in float64, in which e^(−2s) of every s that is of use in a float32 network has
// room. A row of z is [μ, s] of c units each, s = log σ.

// unit holds the numbers of one output unit: its own, those it is compared with, and a displacement.
type unit struct {
	m, s   float64 // μ and s of z
	m0, s0 float64 // a target and 0, or μ and s of z₀
	dm, ds float64 // of z
}

// unitKernel gives what belongs to μ and what belongs to s.
type unitKernel func(u unit) (m, s float64)

// over is x·e^(−s): 0 for x = 0 even where e^(−s) overflows.
func over(x, s float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Exp(-s)
}

// costSlope is the gradient of a unit's s + ½r², r = (y − μ)/σ: −r/σ and 1 − r².
func costSlope(u unit) (m, s float64) {
	r := over(u.m0-u.m, u.s)
	return over(-r, u.s), 1 - r*r
}

// costBend is the Hessian [[1/σ², 2r/σ], [2r/σ, 2r²]] times the displacement.
func costBend(u unit) (m, s float64) {
	r := over(u.m0-u.m, u.s)
	d := over(u.dm, u.s)
	return over(d+2*r*u.ds, u.s), 2 * r * (d + r*u.ds)
}

// klSlope is the gradient of a unit's KL divergence: with d = (μ − μ₀)/σ and q = σ₀²/σ² it is d/σ and 1 − q − d².
func klSlope(u unit) (m, s float64) {
	d := over(u.m-u.m0, u.s)
	return over(d, u.s), -math.Expm1(2*(u.s0-u.s)) - d*d
}

// klBend is the Hessian [[1/σ², −2d/σ], [−2d/σ, 2q + 2d²]] times the displacement.
func klBend(u unit) (m, s float64) {
	d, q := over(u.m-u.m0, u.s), math.Exp(2*(u.s0-u.s))
	e := over(u.dm, u.s)
	return over(e-2*d*u.ds, u.s), 2*q*u.ds - 2*d*(e-d*u.ds)
}

// gaussianGradient adds slope of each unit of z, N×2C, times seed/N: the gradient of a mean over examples. bend is what
// its tangent is made of. compared is a constant, targets N×C or outputs N×2C.
func gaussianGradient(b *graph.Builder, name string, slope, bend unitKernel, z, compared, seed *graph.Node) (*graph.Node, error) {
	shape := z.Shape().Clone()
	return b.Apply(graph.Op{
		Name: name, Shape: shape, F32: onUnits[float32](shape, slope), F64: onUnits[float64](shape, slope),
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			var bent, scaled *graph.Node
			var err error
			if t.Dot[0] != nil {
				if bent, err = t.Apply(graph.Op{
					Name: name + "-tangent", Shape: shape, F32: onUnits[float32](shape, bend), F64: onUnits[float64](shape, bend),
				}, t.In[0], t.In[1], t.In[2], t.Dot[0]); err != nil {
					return nil, err
				}
			}
			if t.Dot[2] != nil {
				if scaled, err = gaussianGradient(t.Builder, name, slope, bend, t.In[0], t.In[1], t.Dot[2]); err != nil {
					return nil, err
				}
			}
			return t.Total(bent, scaled)
		},
	}, z, compared, seed)
}

// onUnits applies f to each unit of z and of what it is compared with, and of a displacement where there is one.
func onUnits[T graph.Float](shape tensor.Shape, f unitKernel) func(out []T, in [][]T) {
	n, c := shape[0], shape[1]/2
	return func(out []T, in [][]T) {
		z, compared, factor := in[0], in[1], float64(in[2][0])/float64(n)
		width := len(compared) / n
		for row := range n {
			for i := row * 2 * c; i < row*2*c+c; i++ {
				j := row*width + i - row*2*c
				u := unit{m: float64(z[i]), s: float64(z[i+c]), m0: float64(compared[j])}
				if width > c {
					u.s0 = float64(compared[j+c])
				}
				if len(in) > 3 {
					u.dm, u.ds = float64(in[3][i]), float64(in[3][i+c])
				}
				m, s := f(u)
				out[i], out[i+c] = T(m*factor), T(s*factor)
			}
		}
	}
}

// gaussianExample is an example's cost Σ s + ½r².
func gaussianExample[T graph.Float](z, y []T) (sum float64) {
	for i, v := range y {
		s := float64(z[len(y)+i])
		r := over(float64(v)-float64(z[i]), s)
		sum += s + r*r/2
	}
	return sum
}

func gaussianCost[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		var sum float64
		for i := range n {
			sum += gaussianExample(in[0][i*2*c:(i+1)*2*c], in[1][i*c:(i+1)*c])
		}
		out[0] = T(sum / float64(n))
	}
}

func deviationsKL[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		var sum float64
		for row := range n {
			z, z0 := in[0][row*2*c:(row+1)*2*c], in[1][row*2*c:(row+1)*2*c]
			for i := range c {
				s := float64(z[c+i])
				d := over(float64(z[i])-float64(z0[i]), s)
				sum += (expLess(2*(float64(z0[c+i])-s)) + d*d) / 2
			}
		}
		out[0] = T(sum / float64(n))
	}
}

// expLess is e^x − 1 − x. Near 0 it is its Taylor series, of which the difference has no digits left.
func expLess(x float64) float64 {
	if math.Abs(x) > 0.25 {
		return math.Expm1(x) - x
	}
	term, sum := x*x/2, 0.0
	for k := 3.0; sum+term != sum; k++ {
		sum += term
		term *= x / k
	}
	return sum
}

// gaussianFactor is [r/σ, √2·r]: B is diagonal.
func gaussianFactor[T graph.Float](c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		z, r := in[0], in[1]
		for row := 0; row < len(out); row += 2 * c {
			for i := row; i < row+c; i++ {
				out[i] = T(over(float64(r[i]), float64(z[i+c])))
				out[i+c] = T(math.Sqrt2 * float64(r[i+c]))
			}
		}
	}
}

// gaussianSample is μ + σε, or the greatest number of the type where that overflows.
func gaussianSample[T graph.Float](normal func() float64, c int, out, z []T) {
	for i := range out {
		at := i/c*2*c + i%c
		v := T(float64(z[at]) + math.Exp(float64(z[at+c]))*normal())
		if math.IsInf(float64(v), 0) {
			v = T(math.Copysign(greatest[T](), float64(v)))
		}
		out[i] = v
	}
}

// greatest is the greatest finite number of a type.
func greatest[T graph.Float]() float64 {
	var x T
	if _, single := any(x).(float32); single {
		return math.MaxFloat32
	}
	return math.MaxFloat64
}
