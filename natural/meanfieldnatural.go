package natural

import "gonum.org/v1/gonum/mat"

// IndependentExponential is [Independent] of an exponential family: one itself,
// whose statistics and expectation parameters are sorted as the parameters are.
type IndependentExponential struct {
	Independent
	of ExponentialFamily
}

var (
	_ ExponentialFamily = IndependentExponential{}
	_ Converter         = Independent{}
	_ Converter         = IndependentExponential{}
)

// NewIndependentExponential is n independent outcomes of an exponential family.
func NewIndependentExponential(of ExponentialFamily, n int) IndependentExponential {
	return IndependentExponential{Independent{of, n}, of}
}

func (f IndependentExponential) Statistics(dst, x []float64) {
	y, t := make([]float64, f.of.Size()), make([]float64, f.of.Params())
	result := make([]float64, len(dst))
	for i := range f.N {
		f.of.Statistics(t, gather(y, x, i, f.N))
		scatter(result, t, i, f.N)
	}
	copy(dst, result)
}

func (f IndependentExponential) LogPartition(theta []float64) float64 {
	p := make([]float64, f.of.Params())
	sum := 0.0
	for i := range f.N {
		sum += f.of.LogPartition(gather(p, theta, i, f.N))
	}
	return sum
}

func (f IndependentExponential) LogBase(x []float64) float64 {
	y := make([]float64, f.of.Size())
	sum := 0.0
	for i := range f.N {
		sum += f.of.LogBase(gather(y, x, i, f.N))
	}
	return sum
}

func (f IndependentExponential) Mean(dst, theta []float64) {
	p := make([]float64, f.of.Params())
	for i := range f.N {
		f.of.Mean(p, gather(p, theta, i, f.N))
		scatter(dst, p, i, f.N)
	}
}

func (f IndependentExponential) FromMean(dst, mu []float64) error {
	p := make([]float64, f.of.Params())
	result := make([]float64, len(dst))
	for i := range f.N {
		if err := f.of.FromMean(p, gather(p, mu, i, f.N)); err != nil {
			return f.at(i, err)
		}
		scatter(result, p, i, f.N)
	}
	copy(dst, result)
	return nil
}

// Conversions are those of the family, for each outcome.
func (f Independent) Conversions() []Conversion {
	of, ok := f.Of.(Converter)
	if !ok {
		return nil
	}
	var list []Conversion
	for _, c := range of.Conversions() {
		list = append(list, independent(c, f.N))
	}
	return list
}

// independent is the conversion c of each of n outcomes.
func independent(c Conversion, n int) Conversion {
	side := func(f Family) Family {
		if e, ok := f.(ExponentialFamily); ok {
			return NewIndependentExponential(e, n)
		}
		return Independent{f, n}
	}
	rows, columns := c.To.Params(), c.From.Params()
	return Conversion{
		From: side(c.From), To: side(c.To),
		Map: func(dst, theta []float64) {
			p, q := make([]float64, columns), make([]float64, rows)
			result := make([]float64, len(dst))
			for i := range n {
				c.Map(q, gather(p, theta, i, n))
				scatter(result, q, i, n)
			}
			copy(dst, result)
		},
		Jacobian: func(dst *mat.Dense, theta []float64) {
			p := make([]float64, columns)
			var block mat.Dense
			rectangular(dst, rows*n, columns*n)
			for i := range n {
				c.Jacobian(&block, gather(p, theta, i, n))
				for a := range rows {
					for b := range columns {
						dst.Set(a*n+i, b*n+i, block.At(a, b))
					}
				}
			}
		},
	}
}

// MeanFieldToCovariance is the map of a diagonal covariance, [MeanFieldVariance],
// into [GaussianCovariance], and its Jacobian. It has no inverse: F of the
// mean-field Gaussian is JᵀFJ, that of the plane of diagonal covariances.
func MeanFieldToCovariance(n int) Conversion {
	at := func(i int) int { return n + PackedSize(i+1) - 1 } // the place of Σᵢᵢ
	return Conversion{
		From: MeanFieldVariance(n), To: GaussianCovariance{n},
		Map: func(dst, theta []float64) {
			v := append([]float64(nil), theta[n:]...)
			copy(dst, theta[:n])
			clear(dst[n:])
			for i := range n {
				dst[at(i)] = v[i]
			}
		},
		Jacobian: func(dst *mat.Dense, theta []float64) {
			rectangular(dst, n+PackedSize(n), 2*n)
			for i := range n {
				dst.Set(i, i, 1)
				dst.Set(at(i), n+i, 1)
			}
		},
	}
}
