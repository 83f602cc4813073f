package curvature

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Operator is a symmetric matrix A, n×n, that is known by its products with vectors.
// gonum's [mat.SymBandDense] is one; [Symmetric] makes one of any [mat.Symmetric],
// [NewModel] of a network and its data.
//
// A product that can fail has nowhere to say so in MulVecTo. An operator may have
// either or both of two further methods, which the functions of this package use:
//
//	Err() error          the first error of a product, nil if there was none
//	Precision() float64  ε: the error of a product is at most ε‖A‖‖x‖
type Operator interface {
	// SymmetricDim is n.
	SymmetricDim() int
	// MulVecTo makes dst A·x, and Aᵀ·x, which is the same, if trans is set. An empty
	// dst becomes one of length n. Other lengths than n are a panic, as in gonum.
	MulVecTo(dst *mat.VecDense, trans bool, x mat.Vector)
}

var _ Operator = (*mat.SymBandDense)(nil)

// Multiply makes dst A·x. It returns the operator's error, if it has one, and an error
// for vectors that are not of length n or a product that is not finite. dst and x are
// different vectors.
func Multiply(a Operator, dst, x *mat.VecDense) error {
	if a == nil {
		return errNil
	}
	if n := a.SymmetricDim(); x.Len() != n || dst.Len() != n && !dst.IsEmpty() {
		return fmt.Errorf("curvature: product of a matrix of order %d with a vector of length %d into one of length %d", n, x.Len(), dst.Len())
	}
	a.MulVecTo(dst, false, x)
	if err := failed(a); err != nil {
		return err
	}
	if norm := mat.Norm(dst, 2); math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("curvature: a product with the matrix is not finite: it has the length %g, of a vector of length %g", norm, mat.Norm(x, 2))
	}
	return nil
}

func failed(a Operator) error {
	if f, ok := a.(interface{ Err() error }); ok {
		return f.Err()
	}
	return nil
}

// precision is the operator's ε. Without one it is √n·2⁻⁵², which the sums of n products
// that float64 arithmetic rounds hardly ever exceed.
func precision(a Operator) float64 {
	if p, ok := a.(interface{ Precision() float64 }); ok {
		return p.Precision()
	}
	return epsilon * math.Sqrt(float64(a.SymmetricDim()))
}

const epsilon = 0x1p-52

// Symmetric is s as an operator.
func Symmetric(s mat.Symmetric) Operator { return symmetric{s} }

type symmetric struct{ mat.Symmetric }

func (s symmetric) MulVecTo(dst *mat.VecDense, _ bool, x mat.Vector) { dst.MulVec(s.Symmetric, x) }

// Shift is A + λI, with the errors and the precision of A. Conjugate gradients want it
// for a singular A; λ is the damping.
func Shift(a Operator, lambda float64) Operator { return &shifted{a, lambda} }

type shifted struct {
	Operator
	lambda float64
}

func (s *shifted) MulVecTo(dst *mat.VecDense, trans bool, x mat.Vector) {
	s.Operator.MulVecTo(dst, trans, x)
	dst.AddScaledVec(dst, s.lambda, x)
}

func (s *shifted) Err() error         { return failed(s.Operator) }
func (s *shifted) Precision() float64 { return precision(s.Operator) }

// Dense writes A out, in n products: (A + Aᵀ)/2 of the columns A·eᵢ. It takes 8n²
// bytes, and is for small matrices.
func Dense(a Operator) (*mat.SymDense, error) {
	n, err := order(a)
	if err != nil {
		return nil, err
	}
	dst := mat.NewSymDense(n, nil)
	x, column := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		x.SetVec(i, 1)
		if err := Multiply(a, column, x); err != nil {
			return nil, &taskError{fmt.Sprintf("column %d", i), err}
		}
		x.SetVec(i, 0)
		floats.Scale(0.5, column.RawVector().Data)
		for j := range n {
			if j == i {
				dst.SetSym(i, i, dst.At(i, i)+2*column.AtVec(i))
				continue
			}
			dst.SetSym(i, j, dst.At(i, j)+column.AtVec(j))
		}
	}
	return dst, nil
}
