package variational

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// Posterior is a Gaussian q(w) = N(m, Σ) over D weights. It keeps Λ = Σ⁻¹ and a
// Cholesky factor. Its methods share workspace: one goroutine at a time.
type Posterior struct {
	structure Structure
	mean      []float64
	precision precision
	scratch   []float64 // D
}

// NewPosterior is N(0, I/precision) of dim weights.
func NewPosterior(structure Structure, dim int, precision float64) (*Posterior, error) {
	if dim < 1 {
		return nil, fmt.Errorf("variational: a posterior of %d weights: want at least one", dim)
	}
	if err := wantPositive("precision of a posterior", precision); err != nil {
		return nil, err
	}
	q := &Posterior{structure: structure, mean: make([]float64, dim), scratch: make([]float64, dim)}
	switch structure {
	case Full:
		q.precision = newFull(dim, precision)
	case MeanField:
		q.precision = newDiagonal(dim, precision)
	default:
		return nil, fmt.Errorf("variational: structure %d: choose Full or MeanField", structure)
	}
	return q, nil
}

// Clone is a copy that shares nothing.
func (q *Posterior) Clone() *Posterior {
	c, err := NewPosterior(q.structure, q.Dim(), 1)
	if err != nil {
		panic(err) // q has been made with the same arguments
	}
	copy(c.mean, q.mean)
	packed := make([]float64, q.precision.size())
	q.precision.packed(packed)
	c.precision.set(packed)
	return c
}

// Structure is Full or MeanField.
func (q *Posterior) Structure() Structure { return q.structure }

// Dim is D, the number of weights.
func (q *Posterior) Dim() int { return len(q.mean) }

// Mean is m, in the posterior's own memory.
func (q *Posterior) Mean() []float64 { return q.mean }

// Covariance sets dst, of order D or empty, to Σ.
func (q *Posterior) Covariance(dst *mat.SymDense) {
	if dst.IsEmpty() {
		dst.ReuseAsSym(q.Dim())
	}
	q.precision.covariance(dst)
}

// Family is the exponential family of which the posterior is a member:
// [natural.GaussianPrecision], or [natural.MeanFieldNatural].
func (q *Posterior) Family() natural.ExponentialFamily { return q.structure.family(q.Dim()) }

// Natural sets dst to the parameters θ of Family: Λm, then −½Λ packed, or its diagonal.
func (q *Posterior) Natural(dst []float64) {
	q.precision.multiply(q.scratch, q.mean)
	copy(dst, q.scratch)
	second := dst[q.Dim():]
	q.precision.packed(second)
	for i := range second {
		second[i] /= -2
	}
}

// SetNatural makes q the member θ of Family. It returns a [*natural.DomainError],
// and leaves q as it was, if there is none.
func (q *Posterior) SetNatural(theta []float64) error {
	if err := q.Family().Validate(theta); err != nil {
		return err
	}
	packed := make([]float64, q.precision.size())
	for i := range packed {
		packed[i] = -2 * theta[q.Dim()+i]
	}
	if !q.precision.set(packed) {
		return &natural.DomainError{Family: q.Family().String(), Problem: "precision: want a positive definite one"}
	}
	copy(q.mean, theta[:q.Dim()])
	q.precision.solve(q.mean)
	return nil
}

// Output is the mean xᵀm and the variance xᵀΣx of the output z = xᵀw.
func (q *Posterior) Output(x []float64) (mean, variance float64) {
	return dot(x, q.mean), q.precision.variance(x)
}

// Sample sets dst to weights drawn from q.
func (q *Posterior) Sample(dst []float64, rng *rand.Rand) {
	for i := range dst {
		dst[i] = rng.NormFloat64()
	}
	q.precision.colour(dst)
	for i, m := range q.mean {
		dst[i] += m
	}
}

// KL is KL(q ‖ N(0, I/τ)) in nats, ½(τ tr Σ + τ‖m‖² − D + log det Λ − D log τ).
func (q *Posterior) KL(tau float64) float64 {
	d := float64(q.Dim())
	return (tau*q.precision.trace() + tau*dot(q.mean, q.mean) - d + q.precision.logDet() - d*math.Log(tau)) / 2
}

// finite is whether the mean is, which no check of Λ sees.
func (q *Posterior) finite() bool {
	for _, m := range q.mean {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			return false
		}
	}
	return true
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

func wantPositive(what string, v float64) error {
	if !(v > 0 && v <= math.MaxFloat64) {
		return fmt.Errorf("variational: %s %g: want a positive finite number", what, v)
	}
	return nil
}
