package natural_test

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// hermite has the tensor grid of 5 Gauss–Hermite nodes per dimension for N(m, Σ): exact for f that
// is p(x|θ) times a polynomial of degree 9. The weights are over the density, computed here.
func hermite(m []float64, sigma *mat.SymDense) (xs [][]float64, weights []float64) {
	const n = 5
	z, w := make([]float64, n), make([]float64, n)
	quad.Hermite{}.FixedLocations(z, w, math.Inf(-1), math.Inf(1)) // weight exp(−z²)
	var c mat.Cholesky
	if !c.Factorize(sigma) {
		panic("nodes of a covariance that is not positive definite")
	}
	var l mat.TriDense
	c.LTo(&l)
	d := len(m)
	total := 1
	for range d {
		total *= n
	}
	for k := range total {
		x, white, weight, rest := append([]float64(nil), m...), make([]float64, d), math.Sqrt(c.Det()), k
		for i := range d {
			white[i] = math.Sqrt2 * z[rest%n]
			weight *= w[rest%n] / math.SqrtPi * math.Sqrt(2*math.Pi) * math.Exp(z[rest%n]*z[rest%n])
			rest /= n
		}
		for i := range d {
			for j := range i + 1 {
				x[i] += l.At(i, j) * white[j]
			}
		}
		xs, weights = append(xs, x), append(weights, weight)
	}
	return xs, weights
}

// onLine has the nodes of a family with mean and variance at(θ).
func onLine(at func(theta []float64) (mu, v float64)) func([]float64) ([][]float64, []float64) {
	return func(theta []float64) ([][]float64, []float64) {
		mu, v := at(theta)
		return hermite([]float64{mu}, mat.NewSymDense(1, []float64{v}))
	}
}

// dense is the symmetric matrix of packed elements times scale.
func dense(packed []float64, scale float64) *mat.SymDense {
	n := 0
	for n*(n+1)/2 < len(packed) {
		n++
	}
	s := mat.NewSymDense(n, nil)
	k := 0
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, scale*packed[k])
			k++
		}
	}
	return s
}

func inverse(a mat.Matrix) *mat.SymDense {
	var d mat.Dense
	if err := d.Inverse(a); err != nil {
		panic(err)
	}
	n, _ := d.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range n {
			s.SetSym(i, j, (d.At(i, j)+d.At(j, i))/2)
		}
	}
	return s
}

func gaussianRows() []row {
	nan, inf := math.NaN(), math.Inf(1)
	known := row{
		family:   natural.GaussianMean{Sigma: 1.7},
		points:   [][]float64{{0.3}, {0.5}, {-4}},
		extreme:  [][]float64{{1e300}, {-1e300}, {1e-300}},
		outside:  [][]float64{{nan}, {inf}},
		badMeans: [][]float64{{nan}, {-inf}},
		nodes:    onLine(func(theta []float64) (mu, v float64) { return theta[0], 1.7 * 1.7 }),
	}
	naturalRow := row{
		family:  natural.GaussianNatural{},
		points:  [][]float64{{0.3, -0.5}, {0.4, -0.4}, {-4, -2}, {0.2, -0.1}},
		extreme: [][]float64{{0, -1e-200}, {0, -1e200}, {1e300, -1}, {-1e150, -1e150}},
		outside: [][]float64{{0, 0}, {0, 1}, {nan, -1}, {0, nan}, {0, -inf}, {inf, -1}},
		// E[x²] is above E[x]².
		badMeans: [][]float64{{1, 1}, {2, 3}, {0, 0}, {0, -1}, {nan, 1}, {0, nan}, {0, inf}},
		nodes: onLine(func(theta []float64) (mu, v float64) {
			return -theta[0] / (2 * theta[1]), -1 / (2 * theta[1])
		}),
	}
	scales := [][]float64{{0, 0}, {0, -1}, {nan, 1}, {inf, 1}, {0, nan}, {0, inf}}
	return []row{known, expectationOf(known), naturalRow, expectationOf(naturalRow), {
		family:  natural.GaussianSigma{},
		points:  [][]float64{{0.3, 1.2}, {0.5, 1}, {-2, 0.4}, {1.5, 3}},
		extreme: [][]float64{{0, 1e-150}, {0, 1e150}, {1e300, 1}, {1e300, 1e-300}},
		outside: scales,
		nodes:   onLine(func(theta []float64) (mu, v float64) { return theta[0], theta[1] * theta[1] }),
	}, {
		family:  natural.GaussianLogSigma{},
		points:  [][]float64{{0.3, 0.2}, {0.5, 0}, {-2, -1}, {1.5, 1}},
		extreme: [][]float64{{0, -700}, {0, 700}, {1e300, 0}, {1e300, -700}},
		outside: [][]float64{{nan, 1}, {inf, 1}, {0, nan}, {0, inf}, {0, 710}, {0, -750}},
		nodes:   onLine(func(theta []float64) (mu, v float64) { return theta[0], math.Exp(2 * theta[1]) }),
	}, {
		family:  natural.GaussianVariance{},
		points:  [][]float64{{0.3, 1.4}, {0.5, 1}, {-2, 0.2}, {1.5, 9}},
		extreme: [][]float64{{0, 1e-300}, {0, 1e300}, {1e300, 1}, {1e300, 1e-300}},
		outside: scales,
		nodes:   onLine(func(theta []float64) (mu, v float64) { return theta[0], theta[1] }),
	}}
}

// covariances are means and packed covariances of d dimensions, the first two close.
func covariances(d int) [][]float64 {
	switch d {
	case 1:
		return [][]float64{{0.3, 1.4}, {0.5, 1}, {-2, 0.2}}
	case 2:
		return [][]float64{{0, 0, 2, 1, 2}, {0.2, -0.1, 2.1, 0.8, 1.7}, {1, -2, 0.5, -0.3, 4}}
	}
	return [][]float64{
		{0, 0.5, -1, 2, 1, 2, 0.3, -0.2, 1},
		{0.1, 0.3, -0.8, 1.8, 0.7, 2, 0.1, -0.3, 1.2},
		{2, -1, 0, 1, 0.9, 1, 0, 0.1, 3},
	}
}

func multivariateRows() (list []row) {
	nan := math.NaN()
	for d := 1; d <= 3; d++ {
		sigma := dense(covariances(d)[0][d:], 1)
		family, err := natural.NewGaussianKnownCovariance(sigma)
		if err != nil {
			panic(err)
		}
		known := row{family: family, outside: [][]float64{fillWith(d, nan)}, badMeans: [][]float64{fillWith(d, math.Inf(1))},
			nodes:   func(theta []float64) ([][]float64, []float64) { return hermite(theta, sigma) },
			extreme: [][]float64{fillWith(d, 1e150), fillWith(d, -1e-300)},
		}
		covariance := row{
			family: natural.GaussianCovariance{Dim: d}, points: covariances(d),
			nodes: func(theta []float64) ([][]float64, []float64) { return hermite(theta[:d], dense(theta[d:], 1)) },
		}
		precision := row{
			family: natural.GaussianPrecision{Dim: d},
			nodes: func(theta []float64) ([][]float64, []float64) {
				s := inverse(dense(theta[d:], -2))
				var m mat.VecDense
				m.MulVec(s, mat.NewVecDense(d, theta[:d]))
				return hermite(m.RawVector().Data, s)
			},
		}
		for _, theta := range covariances(d) {
			known.points = append(known.points, theta[:d])
			k := inverse(dense(theta[d:], 1))
			var h mat.VecDense
			h.MulVec(k, mat.NewVecDense(d, theta[:d]))
			k.ScaleSym(-0.5, k)
			point := make([]float64, len(theta))
			copy(point, h.RawVector().Data)
			natural.Pack(point[d:], k)
			precision.points = append(precision.points, point)
		}
		for _, scale := range []float64{1e-100, 1e100} {
			wide, narrow := make([]float64, d+d*(d+1)/2), make([]float64, d+d*(d+1)/2)
			for i := range d {
				at := d + (i+1)*(i+2)/2 - 1
				wide[at], narrow[at] = math.Pow(scale, float64(1-i)), -math.Pow(scale, float64(1-i))
			}
			covariance.extreme = append(covariance.extreme, wide)
			precision.extreme = append(precision.extreme, narrow)
		}
		for _, bad := range outsideCovariances(d) {
			covariance.outside = append(covariance.outside, bad)
			// A bad matrix is a bad precision, and a bad covariance where the mean is 0.
			minus := append([]float64(nil), bad...)
			for i := d; i < len(minus); i++ {
				minus[i] /= -2
			}
			precision.outside = append(precision.outside, minus)
			mean := append([]float64(nil), bad...)
			for i := range d {
				for j := range i {
					mean[d+i*(i+1)/2+j] *= 2
				}
			}
			precision.badMeans = append(precision.badMeans, mean)
		}
		list = append(list, known, expectationOf(known), covariance, precision, expectationOf(precision))
	}
	return list
}

// outsideCovariances are means 0 with a matrix that is not positive definite, and one bad mean.
func outsideCovariances(d int) (list [][]float64) {
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		theta := append(make([]float64, d), covariances(d)[0][d:]...)
		theta[len(theta)-1] = v
		list = append(list, theta)
	}
	mean := append([]float64(nil), covariances(d)[0]...)
	mean[d-1] = math.NaN()
	list = append(list, mean)
	if d > 1 {
		theta := append(make([]float64, d), covariances(d)[0][d:]...)
		theta[d+1] = 3 // above √(2·2): a correlation above 1
		list = append(list, theta)
	}
	return list
}

func fillWith(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func meanFieldRows() []row {
	nodes := func(variance func(float64) float64) func([]float64) ([][]float64, []float64) {
		return func(theta []float64) ([][]float64, []float64) {
			n := len(theta) / 2
			s := mat.NewSymDense(n, nil)
			for i := range n {
				s.SetSym(i, i, variance(theta[n+i]))
			}
			return hermite(theta[:n], s)
		}
	}
	nan := math.NaN()
	naturalRow := row{
		family:   natural.MeanFieldNatural(2),
		points:   [][]float64{{0.3, 1, -0.5, -0.3}, {0.4, 0.8, -0.4, -0.4}, {-1, 0, -2, -0.1}},
		outside:  [][]float64{{0, 0, -1, 0}, {0, nan, -1, -1}},
		badMeans: [][]float64{{0, 1, 1, 1}, {0, 0, -1, 1}},
		nodes: func(theta []float64) ([][]float64, []float64) {
			return hermite([]float64{-theta[0] / theta[2] / 2, -theta[1] / theta[3] / 2},
				mat.NewSymDense(2, []float64{-0.5 / theta[2], 0, 0, -0.5 / theta[3]}))
		},
	}
	scales := [][]float64{{0.3, 1, 1.2, 0.7}, {0.5, 0.8, 1, 0.8}, {-2, 3, 0.4, 4}}
	return []row{naturalRow, expectationOf(naturalRow), {
		family: natural.MeanFieldSigma(2), points: scales,
		outside: [][]float64{{0, 0, 1, -1}, {0, nan, 1, 1}},
		extreme: [][]float64{{0, 0, 1e-150, 1e150}},
		nodes:   nodes(func(s float64) float64 { return s * s }),
	}, {
		family: natural.MeanFieldLogSigma(2), points: [][]float64{{0.3, 1, 0.2, -0.4}, {0.5, 0.8, 0, -0.2}, {-2, 3, 1, -1}},
		outside: [][]float64{{0, 0, nan, 1}},
		extreme: [][]float64{{0, 0, -700, 700}},
		nodes:   nodes(func(rho float64) float64 { return math.Exp(2 * rho) }),
	}, {
		family: natural.MeanFieldVariance(2), points: scales,
		outside: [][]float64{{0, 0, 1, 0}},
		nodes:   nodes(func(v float64) float64 { return v }),
	}}
}
