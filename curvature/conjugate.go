package curvature

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// iterate runs conjugate gradients on r = b, of length size. x is 0 unless warm is set.
//
//	α = rᵀz/pᵀAp   x ← x + αp   r ← r − αAp   z = P⁻¹r   β = rᵀz/(rᵀz before)   p ← z + βp
func (s *Solver) iterate(x *mat.VecDense, a Operator, size float64, warm bool) (Solution, error) {
	if size == 0 {
		x.Zero()
		return Solution{}, nil
	}
	if warm {
		if err := Multiply(a, &s.q, x); err != nil {
			return Solution{}, err
		}
		s.r.SubVec(&s.r, &s.q)
	}
	limit := s.cfg.Iterations
	if limit == 0 {
		limit = 10 * a.SymmetricDim()
	}
	var before, largest float64 // rᵀz of the last iteration; the greatest ‖Ap‖/‖p‖
	solution := Solution{Residual: mat.Norm(&s.r, 2) / size}
	for ; solution.Residual > max(s.cfg.Tolerance, vanished); solution.Iterations++ {
		if solution.Iterations == limit {
			solution.Outcome = IterationLimit
			return solution, nil
		}
		rz, err := s.precondition()
		if err != nil {
			return Solution{}, err
		}
		if solution.Iterations == 0 {
			s.p.CopyVec(&s.z)
		} else {
			s.p.AddScaledVec(&s.z, rz/before, &s.p)
		}
		before = rz
		if err := Multiply(a, &s.q, &s.p); err != nil {
			return Solution{}, err
		}
		length := mat.Norm(&s.p, 2)
		largest = max(largest, mat.Norm(&s.q, 2)/length)
		curvature := mat.Dot(&s.p, &s.q)
		solution.Curvature = curvature / length / length
		if solution.Curvature <= largest*precision(a) {
			solution.Outcome, solution.Direction = NoCurvature, &s.p
			if solution.Curvature < -largest*precision(a) {
				solution.Outcome = NegativeCurvature
			}
			return solution, nil
		}
		alpha := rz / curvature
		x.AddScaledVec(x, alpha, &s.p)
		s.r.AddScaledVec(&s.r, -alpha, &s.q)
		solution.Residual = mat.Norm(&s.r, 2) / size
		if math.IsNaN(solution.Residual) || math.IsInf(solution.Residual, 0) {
			return Solution{}, fmt.Errorf("the residual is not finite after %d iterations", solution.Iterations+1)
		}
	}
	return solution, nil
}

// vanished is a relative residual whose square is near the least positive number: x does not
// get better, and the next step would be a quotient of zeros.
const vanished = 1e-150

// precondition makes z P⁻¹r and returns rᵀz.
func (s *Solver) precondition() (float64, error) {
	if s.cfg.Preconditioner == nil {
		s.z.CopyVec(&s.r)
		return mat.Dot(&s.r, &s.r), nil
	}
	if err := Multiply(s.cfg.Preconditioner, &s.z, &s.r); err != nil {
		return 0, fmt.Errorf("preconditioner: %w", err)
	}
	rz := mat.Dot(&s.r, &s.z)
	if !(rz > 0) {
		return 0, errors.New("the preconditioner is not positive definite: rᵀP⁻¹r ≤ 0")
	}
	return rz, nil
}
