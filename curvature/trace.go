package curvature

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/gokfac/gokfac/internal/setting"
)

// TraceConfig are the settings of an estimate of a trace: 0 means the default.
type TraceConfig struct {
	Products int    // with A; default 100
	Seed     uint64 // of the random vectors
}

func (c *TraceConfig) numbers(least float64) setting.Numbers {
	return setting.Numbers{setting.Of("products", &c.Products, 100, setting.Range{Low: least, Below: math.Inf(1)})}
}

// Validate returns an error that names a setting out of its range. HutchPlusPlus wants 6 products
// or more.
func (c TraceConfig) Validate() error {
	_, err := c.resolved(2)
	return err
}

func (c TraceConfig) resolved(least float64) (TraceConfig, error) {
	n := c.numbers(least)
	n.Resolve()
	if err := n.Check(); err != nil {
		return c, &taskError{"trace", err}
	}
	return c, nil
}

// Estimate is the mean of independent unbiased estimates.
type Estimate struct {
	Value float64
	// StandardError is the estimated standard deviation of Value: that of the single
	// estimates over the root of their number.
	StandardError float64
	Products      int // products with A that were taken
}

// estimate overwrites the samples.
func estimate(samples []float64, products int) Estimate {
	_, exponent := math.Frexp(floats.Norm(samples, math.Inf(1)))
	ldexp(samples, -exponent) // for their squares not to vanish
	mean, sd := stat.MeanStdDev(samples, nil)
	return Estimate{
		Value:         math.Ldexp(mean, exponent),
		StandardError: math.Ldexp(sd/math.Sqrt(float64(len(samples))), exponent),
		Products:      products,
	}
}

// Hutchinson estimates tr A by the mean of zᵀAz over vectors z of random signs (Hutchinson
// 1990). The standard deviation of one zᵀAz is √2 times the Frobenius norm of A without
// its diagonal. It takes 2 products or more.
func Hutchinson(a Operator, cfg TraceConfig) (Estimate, error) {
	cfg, err := cfg.resolved(2)
	if err != nil {
		return Estimate{}, err
	}
	n, err := order(a)
	if err != nil {
		return Estimate{}, err
	}
	samples, err := signSamples(a, &basis{n: n}, cfg.Products, generator(cfg.Seed, 't'))
	if err != nil {
		return Estimate{}, &taskError{"trace", err}
	}
	return estimate(samples, cfg.Products), nil
}

// signSamples are zᵀAz of random signs z, less their part in the span of q.
func signSamples(a Operator, q *basis, count int, rng *rand.Rand) ([]float64, error) {
	samples := make([]float64, count)
	z, az := mat.NewVecDense(q.n, nil), mat.NewVecDense(q.n, nil)
	unused := make([]float64, q.count)
	for i := range samples {
		signs(z.RawVector().Data, rng)
		q.remove(z.RawVector().Data, unused)
		if err := Multiply(a, az, z); err != nil {
			return nil, err
		}
		samples[i] = mat.Dot(z, az)
	}
	return samples, nil
}
