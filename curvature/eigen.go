package curvature

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/internal/setting"
)

// End is the part of a spectrum that is asked for.
type End string

// The ends.
const (
	Largest          End = "largest"
	Smallest         End = "smallest" // the most negative first
	LargestMagnitude End = "largest magnitude"
)

// rank is greater for eigenvalues that come first.
func (e End) rank(value float64) float64 {
	switch e {
	case Smallest:
		return -value
	case LargestMagnitude:
		return math.Abs(value)
	}
	return value
}

// EigenConfig are the settings of a search for eigenvalues: 0 means the default.
type EigenConfig struct {
	Count int // k, the number of pairs; default 1
	End   End // default Largest
	// Tolerance is the ‖Av − λv‖/‖A‖ at which a pair is good enough; default 1e-8, but not
	// below 8 times the precision of the products. The error of an eigenvalue is at most
	// as great, and of the order of its square where eigenvalues are apart.
	Tolerance float64
	// Products is the greatest number of products with A; default 100·(k + 10).
	Products int
	// Basis is the number of vectors of length n that are kept; default 2k + 30. More
	// vectors take fewer products.
	Basis int
	// Distinct leaves out the second search; see Eigen.
	Distinct bool
	Seed     uint64 // of the random vectors
}

func (c *EigenConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("count", &c.Count, 1, setting.Period),
		setting.Of("tolerance", &c.Tolerance, 1e-8, setting.Range{Low: math.SmallestNonzeroFloat64, Below: 1}),
		setting.Of("products", &c.Products, 0, setting.Period),
		setting.Of("basis", &c.Basis, 0, setting.Period),
	}
}

// Validate returns an error that names a setting out of its range.
func (c EigenConfig) Validate() error {
	_, err := c.resolved()
	return err
}

func (c EigenConfig) resolved() (EigenConfig, error) {
	if c.End == "" {
		c.End = Largest
	}
	n := c.numbers()
	n.Resolve()
	if err := n.Check(); err != nil {
		return c, &taskError{"eigenvalues", err}
	}
	switch c.End {
	case Largest, Smallest, LargestMagnitude:
	default:
		return c, fmt.Errorf("curvature: eigenvalues: unknown end %q: want %q, %q or %q", c.End, Largest, Smallest, LargestMagnitude)
	}
	if c.Products == 0 {
		c.Products = 100 * (c.Count + 10)
	}
	if c.Basis == 0 {
		c.Basis = 2*c.Count + 30
	}
	if c.Basis < c.Count+2 {
		return c, fmt.Errorf("curvature: eigenvalues: a basis of %d vectors for %d pairs: want %d or more", c.Basis, c.Count, c.Count+2)
	}
	return c, nil
}

// Eigenpairs are eigenvalues λ and eigenvectors v of A.
type Eigenpairs struct {
	Values    []float64  // from the end that was asked for
	Vectors   *mat.Dense // n×k, in columns, orthonormal; the element of greatest magnitude is positive
	Residuals []float64  // ‖Av − λv‖, each by a product of its own
	// Converged says that all pairs are within the tolerance, and that no further eigenvalue
	// belongs among them. If not, Products are used up, and the pairs are the best so far; or
	// Residuals are far above the tolerance, which shows a matrix that is not symmetric.
	Converged bool
	Products  int // products with A that were taken
}

// Eigen returns k eigenpairs at an end of the spectrum, by the Lanczos method with full
// reorthogonalisation and thick restarts (Wu & Simon 2000).
//
// One starting vector sees one eigenvector of each eigenvalue only, and may miss those it
// is nearly orthogonal to. So a second search, from a random vector in the complement of
// the pairs found, goes on until it has found an eigenvalue that belongs among them, or
// until the probability that there is one is below 1 % (Kuczyński & Woźniakowski 1992). It
// takes about as many products as one pair.
func Eigen(a Operator, cfg EigenConfig) (*Eigenpairs, error) {
	cfg, err := cfg.resolved()
	if err != nil {
		return nil, err
	}
	n, err := order(a)
	if err != nil {
		return nil, err
	}
	if cfg.Count > n {
		return nil, fmt.Errorf("curvature: eigenvalues: %d pairs of a matrix of order %d: want at most %d", cfg.Count, n, n)
	}
	s := &search{a: a, cfg: cfg, rng: generator(cfg.Seed, 'e'), found: &basis{n: n}}
	pairs, err := s.run()
	if err != nil {
		return nil, &taskError{"eigenvalues", err}
	}
	return pairs, nil
}

var errDecomposition = errors.New("the decomposition of the projected matrix failed")
