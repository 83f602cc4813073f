package natural

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

var (
	_ Converter = GaussianMean{}
	_ Converter = GaussianSigma{}
	_ Converter = GaussianLogSigma{}
	_ Converter = GaussianVariance{}
	_ Converter = GaussianNatural{}
	_ Converter = (*GaussianKnownCovariance)(nil)
	_ Converter = GaussianCovariance{}
	_ Converter = GaussianPrecision{}
)

// Conversions has the expectation parameter μ/σ².
func (f GaussianMean) Conversions() []Conversion { return []Conversion{ToMean(f)} }

// Conversions has the expectation parameters Σ⁻¹m.
func (f *GaussianKnownCovariance) Conversions() []Conversion { return []Conversion{ToMean(f)} }

// Conversions has log σ and σ².
func (f GaussianSigma) Conversions() []Conversion {
	return []Conversion{
		scaleConversion(f, GaussianLogSigma{}, math.Log, func(sigma float64) float64 { return 1 / sigma }),
		scaleConversion(f, GaussianVariance{},
			func(sigma float64) float64 { return sigma * sigma }, func(sigma float64) float64 { return 2 * sigma }),
	}
}

// Conversions has σ.
func (f GaussianLogSigma) Conversions() []Conversion {
	return []Conversion{scaleConversion(f, GaussianSigma{}, math.Exp, math.Exp)}
}

// Conversions has σ and the natural parameters.
func (f GaussianVariance) Conversions() []Conversion {
	return []Conversion{
		scaleConversion(f, GaussianSigma{}, math.Sqrt, func(v float64) float64 { return 0.5 / math.Sqrt(v) }),
		{
			From: f, To: GaussianNatural{},
			Map: func(dst, theta []float64) {
				mu, v := theta[0], theta[1]
				dst[0], dst[1] = mu/v, -0.5/v
			},
			Jacobian: func(dst *mat.Dense, theta []float64) {
				mu, v := theta[0], theta[1]
				rectangular(dst, 2, 2)
				dst.SetRow(0, []float64{1 / v, -mu / v / v})
				dst.SetRow(1, []float64{0, 0.5 / v / v})
			},
		},
	}
}

// Conversions has mean and variance, and the expectation parameters.
func (f GaussianNatural) Conversions() []Conversion {
	return []Conversion{
		{
			From: f, To: GaussianVariance{},
			Map: func(dst, theta []float64) { dst[0], dst[1] = f.moments(theta) },
			Jacobian: func(dst *mat.Dense, theta []float64) {
				mu, v := f.moments(theta)
				rectangular(dst, 2, 2)
				dst.SetRow(0, []float64{v, 2 * mu * v})
				dst.SetRow(1, []float64{0, 2 * v * v})
			},
		},
		ToMean(f),
	}
}

// Conversions has the natural parameters.
func (f GaussianCovariance) Conversions() []Conversion {
	n := f.Dim
	return []Conversion{{
		From: f, To: GaussianPrecision{n},
		Map: func(dst, theta []float64) {
			m, l := f.factor(theta)
			l.natural(dst, append([]float64(nil), m...))
		},
		// d(Σ⁻¹m) = Σ⁻¹(dm − dΣΣ⁻¹m), d(−½Σ⁻¹) = ½Σ⁻¹dΣΣ⁻¹
		Jacobian: func(dst *mat.Dense, theta []float64) {
			m, l := f.factor(theta)
			k := l.inverse()
			h := append([]float64(nil), m...)
			l.solve(h)
			inverseJacobian(dst, k, h, -1, 0.5)
		},
	}}
}

// Conversions has mean and covariance, and the expectation parameters.
func (f GaussianPrecision) Conversions() []Conversion {
	n := f.Dim
	return []Conversion{
		{
			From: f, To: GaussianCovariance{n},
			Map: func(dst, theta []float64) {
				m, c := f.factor(theta)
				copy(dst, m)
				Pack(dst[n:], c.inverse())
			},
			// With H = −½Σ⁻¹: dm = Σ(dh + 2dH·m), dΣ = 2ΣdHΣ
			Jacobian: func(dst *mat.Dense, theta []float64) {
				m, c := f.factor(theta)
				inverseJacobian(dst, c.inverse(), m, 2, 2)
			},
		},
		ToMean(f),
	}
}

// inverseJacobian sets dst to the Jacobian of (u, S) ↦ (v, T) with dv = K(du + a·dS·w), dT = b·K·dS·K, the symmetric
// matrices packed.
func inverseJacobian(dst *mat.Dense, k *mat.SymDense, w []float64, a, b float64) {
	n := len(w)
	rectangular(dst, n+PackedSize(n), n+PackedSize(n))
	for i := range n {
		for j := range n {
			dst.Set(i, j, k.At(i, j))
		}
	}
	column := n
	for c := range n {
		for d := range c + 1 {
			half := 1.0
			if c == d {
				half = 0.5
			}
			for i := range n {
				dst.Set(i, column, a*half*(k.At(i, c)*w[d]+k.At(i, d)*w[c]))
			}
			row := n
			for i := range n {
				for j := range i + 1 {
					dst.Set(row, column, b*half*(k.At(i, c)*k.At(d, j)+k.At(i, d)*k.At(c, j)))
					row++
				}
			}
			column++
		}
	}
}

// scaleConversion is the conversion of (μ, scale) to (μ, f(scale)).
func scaleConversion(from, to Family, f, slope func(float64) float64) Conversion {
	return Conversion{
		From: from, To: to,
		Map: func(dst, theta []float64) { dst[0], dst[1] = theta[0], f(theta[1]) },
		Jacobian: func(dst *mat.Dense, theta []float64) {
			rectangular(dst, 2, 2)
			dst.Set(0, 0, 1)
			dst.Set(1, 1, slope(theta[1]))
		},
	}
}
