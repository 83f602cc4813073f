package curvature

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/internal/setting"
)

// SolverConfig are the settings of conjugate gradients: 0 means the default.
type SolverConfig struct {
	// Tolerance is the ‖b − Ax‖/‖b‖ at which x is good enough; default 1e-8. [graph.None]
	// goes on until the residual is 0 or the iterations are used up, as TRPO does with
	// ten of them.
	Tolerance float64
	// Iterations is the greatest number of products with A; default 10n.
	Iterations int
	// Preconditioner is P⁻¹ as an operator, symmetric and positive definite, near
	// A⁻¹; default the identity.
	Preconditioner Operator
}

func (c *SolverConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("tolerance", &c.Tolerance, 1e-8, setting.Range{Low: math.SmallestNonzeroFloat64, Below: 1, None: true}),
		setting.Of("iterations", &c.Iterations, 0, setting.Period),
	}
}

// Validate returns an error that names a setting out of its range.
func (c SolverConfig) Validate() error {
	n := c.numbers()
	n.Resolve()
	if err := n.Check(); err != nil {
		return &taskError{"conjugate gradients", err}
	}
	return nil
}

// Outcome is the reason why conjugate gradients stopped.
type Outcome int

const (
	// Converged: the residual is within the tolerance.
	Converged Outcome = iota
	// IterationLimit: the iterations are used up.
	IterationLimit
	// NegativeCurvature: pᵀAp < 0 along a search direction p, by more than rounding
	// explains. A is not positive definite, and ½xᵀAx − bᵀx has no minimum.
	NegativeCurvature
	// NoCurvature: pᵀAp is 0 up to rounding along a search direction p, along which b
	// asks for a step. A is singular, and b not of its range.
	NoCurvature
)

func (o Outcome) String() string {
	switch o {
	case Converged:
		return "converged"
	case IterationLimit:
		return "iteration limit"
	case NegativeCurvature:
		return "negative curvature"
	case NoCurvature:
		return "no curvature"
	}
	return fmt.Sprintf("Outcome(%d)", int(o))
}

// Solution describes the x that a Solver found.
type Solution struct {
	Outcome    Outcome
	Iterations int     // steps taken: x is the best of its Krylov space of this dimension
	Residual   float64 // ‖b − Ax‖/‖b‖, by the recurrence
	// Curvature is pᵀAp/pᵀp of the last search direction, that of Direction if the
	// outcome is NegativeCurvature or NoCurvature.
	Curvature float64
	// Direction is the p of such an outcome, else nil. It is the solver's own and
	// valid until its next call.
	Direction *mat.VecDense
}

// Solver solves Ax = b for a symmetric positive definite A by conjugate gradients
// (Hestenes & Stiefel 1952), with one product with A in an iteration. It keeps its four
// vectors of length n for the next call, which allocates nothing. It is not for
// concurrent use.
type Solver struct {
	cfg        SolverConfig
	r, p, z, q mat.VecDense // residual, search direction, P⁻¹r, Ap
}

// NewSolver returns a solver, or an error that names a setting out of its range.
func NewSolver(cfg SolverConfig) (*Solver, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.numbers().Resolve()
	return &Solver{cfg: cfg}, nil
}

// Solve makes dst the solution x, from x = 0. Whatever the outcome, dst is the x of the
// steps that were taken: on NegativeCurvature and NoCurvature those before the
// direction in question. xᵀAx is xᵀb, since x is orthogonal to the residual.
//
// An error is one of the operator, of numbers that are not finite, or of a preconditioner
// that is not positive definite; dst is then zero. Shapes that do not fit are an error that
// leaves dst as it is. dst may be b.
func (s *Solver) Solve(dst *mat.VecDense, a Operator, b *mat.VecDense) (Solution, error) {
	return s.solve(dst, a, b, false)
}

// SolveFrom is Solve from x = dst, at the price of one more product.
func (s *Solver) SolveFrom(dst *mat.VecDense, a Operator, b *mat.VecDense) (Solution, error) {
	return s.solve(dst, a, b, true)
}

func (s *Solver) solve(x *mat.VecDense, a Operator, b *mat.VecDense, warm bool) (Solution, error) {
	n, err := order(a)
	if err != nil {
		return Solution{}, err
	}
	if b.Len() != n || x.Len() != n && (warm || !x.IsEmpty()) {
		return Solution{}, fmt.Errorf("curvature: conjugate gradients: a matrix of order %d, b of length %d, x of length %d", n, b.Len(), x.Len())
	}
	if m := s.cfg.Preconditioner; m != nil && m.SymmetricDim() != n {
		return Solution{}, fmt.Errorf("curvature: conjugate gradients: a preconditioner of order %d for a matrix of order %d", m.SymmetricDim(), n)
	}
	if s.r.Len() != n {
		for _, v := range []*mat.VecDense{&s.r, &s.p, &s.z, &s.q} {
			v.Reset()
			v.ReuseAsVec(n)
		}
	}
	if x.IsEmpty() {
		x.ReuseAsVec(n)
	}
	size := mat.Norm(b, 2)
	if math.IsNaN(size) || math.IsInf(size, 0) {
		x.Zero()
		return Solution{}, errors.New("curvature: conjugate gradients: b is not finite")
	}
	// The system is solved for b/2^e, whose length is 1/2 to 1, so that squares of a
	// tiny b do not vanish. A power of two rounds nothing.
	fraction, e := math.Frexp(size)
	scale(&s.r, -e, b)
	if warm {
		scale(x, -e, x)
	} else {
		x.Zero()
	}
	solution, err := s.iterate(x, a, fraction, warm)
	if err != nil {
		x.Zero()
		return Solution{}, &taskError{"conjugate gradients", err}
	}
	scale(x, e, x)
	if size := mat.Norm(x, math.Inf(1)); math.IsNaN(size) || math.IsInf(size, 0) {
		x.Zero()
		return Solution{}, errors.New("curvature: conjugate gradients: the solution is out of float64's range")
	}
	return solution, nil
}
