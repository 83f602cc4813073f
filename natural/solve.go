package natural

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Damped sets dst to (F + λI)⁻¹·gradient, λ = damping ≥ 0, by a Cholesky
// decomposition. It goes from the natural gradient at λ → 0 to gradient/λ for
// large λ. It returns an error if λ is negative or not finite, if F + λI is singular to
// rounding, or if F has an element that is not finite.
func Damped(f Family, dst, gradient, theta []float64, damping float64) error {
	if !(damping >= 0 && damping <= math.MaxFloat64) {
		return fmt.Errorf("natural: damping %g: want a finite number ≥ 0", damping)
	}
	n := f.Params()
	var m mat.SymDense
	f.Fisher(&m, theta)
	for i := range n {
		m.SetSym(i, i, m.At(i, i)+damping)
	}
	return solve(f, dst, gradient, &m)
}

// Solve sets dst to F⁻¹·gradient by a Cholesky decomposition, or to the solution of
// least norm where F is singular to rounding. Family.NaturalGradient has the same
// from a formula; Solve is for a family that has none, and for tests.
func Solve(f Family, dst, gradient, theta []float64) error {
	var m mat.SymDense
	f.Fisher(&m, theta)
	if err := solve(f, dst, gradient, &m); err == nil {
		return nil
	}
	var inverse mat.SymDense
	if err := PseudoInverse(&inverse, &m); err != nil {
		return fmt.Errorf("natural: %s: %s", f, strings.TrimPrefix(err.Error(), "natural: "))
	}
	product(dst, &inverse, gradient)
	return nil
}

func solve(f Family, dst, gradient []float64, m *mat.SymDense) error {
	var c mat.Cholesky
	// mat.ConditionTolerance is 1e16: past it, no digit of a solution is right.
	if !c.Factorize(m) || !(c.Cond() < mat.ConditionTolerance) {
		return fmt.Errorf("natural: %s: the Fisher matrix is singular to rounding: ask for more damping", f)
	}
	var v mat.VecDense
	if err := c.SolveVecTo(&v, mat.NewVecDense(len(gradient), append([]float64(nil), gradient...))); err != nil {
		return fmt.Errorf("natural: %s: %w", f, err)
	}
	copy(dst, v.RawVector().Data)
	return nil
}

// PseudoInverse sets dst, of a's order or empty, to the Moore–Penrose inverse of a
// symmetric positive semi-definite matrix. Eigenvalues within n·2⁻⁵² of the largest
// count as 0. One below −10⁻⁸ of it is an error: the matrix is no Fisher matrix.
func PseudoInverse(dst *mat.SymDense, a mat.Symmetric) error {
	n := a.SymmetricDim()
	for i := range n {
		for j := range i + 1 {
			if v := a.At(i, j); v-v != 0 {
				return fmt.Errorf("natural: element %d, %d of the matrix is %g: want finite numbers", i, j, v)
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(a, true) {
		return fmt.Errorf("natural: the eigenvalues of a matrix of order %d did not converge", n)
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	symmetric(dst, n)
	dst.Zero()
	least := float64(n) * 0x1p-52 * math.Max(math.Abs(values[0]), math.Abs(values[n-1]))
	if values[0] < -1e-8*math.Abs(values[n-1]) { // beyond what rounding of the elements does
		return fmt.Errorf("natural: the matrix has the eigenvalue %g: want a positive semi-definite one", values[0])
	}
	for i, v := range values {
		if v > least {
			dst.SymRankOne(dst, 1/v, vectors.ColView(i))
		}
	}
	return nil
}

// product sets dst to m·v. dst may be v.
func product(dst []float64, m mat.Matrix, v []float64) {
	var out mat.VecDense
	out.MulVec(m, mat.NewVecDense(len(v), v))
	copy(dst, out.RawVector().Data)
}
