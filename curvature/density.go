package curvature

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/setting"
)

// DensityConfig are the settings of a spectral density: 0 means the default.
type DensityConfig struct {
	Vectors int    // random vectors; default 10
	Steps   int    // of the Lanczos method, and products, with each; default 80
	Seed    uint64 // of the random vectors
}

func (c *DensityConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("vectors", &c.Vectors, 10, setting.Period),
		setting.Of("steps", &c.Steps, 80, setting.Period),
	}
}

// Validate returns an error that names a setting out of its range.
func (c DensityConfig) Validate() error {
	n := c.numbers()
	n.Resolve()
	if err := n.Check(); err != nil {
		return &taskError{"spectral density", err}
	}
	return nil
}

// Density is an estimate of how the n eigenvalues of A are spread,
//
//	φ(λ) = (1/n) Σᵢ δ(λ − λᵢ) ≈ Σₖ Weights[k]·δ(λ − Nodes[k]),
//
// the mean of the Gaussian quadratures of its random vectors.
type Density struct {
	Nodes    []float64 // ascending
	Weights  []float64 // > 0, of sum 1
	Order    int       // n
	Vectors  int       // random vectors
	Products int       // products with A that were taken

	vector []int // the random vector of each node
}

// NewDensity estimates the density of a spectrum by stochastic Lanczos quadrature (Lin, Saad &
// Yang 2016; Ghorbani, Krishnan & Xiao 2019). For each of the random vectors z/√n, with
// signs z, the method's m steps give the nodes and weights for which Σ w·θᵖ is zᵀAᵖz/n for
// all powers p < 2m. The mean over z of these is tr Aᵖ/n. Eigenvalues far from the others
// become nodes themselves; many close together are represented by few nodes. All vectors
// of the steps are kept orthogonal, which takes m vectors of length n.
func NewDensity(a Operator, cfg DensityConfig) (*Density, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.numbers().Resolve()
	n, err := order(a)
	if err != nil {
		return nil, err
	}
	d := &Density{Order: n, Vectors: cfg.Vectors}
	rng := generator(cfg.Seed, 'd')
	z := make([]float64, d.Order)
	for i := range cfg.Vectors {
		signs(z, rng)
		l := newLanczos(a, &basis{n: d.Order}, cfg.Steps, rng, &d.Products)
		l.begin(z)
		for range min(cfg.Steps, d.Order) {
			if _, err := l.extend(); err != nil {
				return nil, &taskError{"spectral density", err}
			}
			if l.beta == 0 { // the quadrature is exact
				break
			}
		}
		if err := d.add(l, i); err != nil {
			return nil, &taskError{"spectral density", err}
		}
	}
	d.sort()
	return d, nil
}

// add takes in the quadrature of a vector: the Ritz values, and the squares of the first
// elements of H's eigenvectors.
func (d *Density) add(l *lanczos, vector int) error {
	r, ok := l.ritz(func(value float64) float64 { return value })
	if !ok {
		return errDecomposition
	}
	sum := 0.0
	for i := range r.values {
		sum += r.vectors.At(i, 0) * r.vectors.At(i, 0)
	}
	for i, value := range r.values {
		first := r.vectors.At(i, 0)
		if first == 0 { // has no share
			continue
		}
		d.Nodes = append(d.Nodes, value)
		d.Weights = append(d.Weights, first*first/sum/float64(d.Vectors))
		d.vector = append(d.vector, vector)
	}
	return nil
}

func (d *Density) sort() {
	nodes, weights, vector := slices.Clone(d.Nodes), slices.Clone(d.Weights), slices.Clone(d.vector)
	for to, i := range descending(len(nodes), func(i int) float64 { return -nodes[i] }) {
		d.Nodes[to], d.Weights[to], d.vector[to] = nodes[i], weights[i], vector[i]
	}
}

// Trace estimates tr f(A) = n·∫f(λ)φ(λ)dλ: with the logarithm that of the determinant, with
// 1 for λ above a bound the number of such eigenvalues. The standard error is from the
// spread over the random vectors, NaN for a single one. It holds nothing of the error that few
// steps make for an f that is no polynomial.
func (d *Density) Trace(f func(lambda float64) float64) Estimate {
	samples := make([]float64, d.Vectors)
	for i, node := range d.Nodes {
		samples[d.vector[i]] += d.Weights[i] * float64(d.Order) * float64(d.Vectors) * f(node)
	}
	if len(samples) == 1 {
		return Estimate{Value: samples[0], StandardError: math.NaN(), Products: d.Products}
	}
	return estimate(samples, d.Products)
}

// LogDet estimates log det(A + λI), for an A + λI that is positive definite; otherwise it
// is NaN or −∞.
func (d *Density) LogDet(lambda float64) Estimate {
	return d.Trace(func(x float64) float64 { return math.Log(x + lambda) })
}

// At is the density at λ, per unit of λ, with each node broadened to a Gaussian of the standard
// deviation sigma > 0.
func (d *Density) At(lambda, sigma float64) float64 {
	sum := 0.0
	for i, node := range d.Nodes {
		x := (lambda - node) / sigma
		sum += d.Weights[i] * math.Exp(-x*x/2)
	}
	return sum / sigma / math.Sqrt(2*math.Pi)
}

// Cumulative is the share of eigenvalues that are at most λ: the sum of the weights of such
// nodes.
func (d *Density) Cumulative(lambda float64) float64 {
	sum := 0.0
	for i, node := range d.Nodes {
		if node <= lambda {
			sum += d.Weights[i]
		}
	}
	return sum
}
