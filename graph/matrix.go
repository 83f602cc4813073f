package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Matrix names a curvature matrix of a mini-batch, P×P over its P parameters. Each is
// a mean over the N examples. J is the Jacobian of the outputs, N·C×P.
type Matrix string

// The curvature matrices.
const (
	// Fisher is (1/N)·JᵀH_L·J, where H_L is the Fisher matrix of the predictive
	// distribution at the outputs. It is positive semidefinite.
	Fisher Matrix = "fisher"
	// GaussNewton is JᵀH·J, where H is the Hessian of the mean cost with respect to the
	// outputs (Schraudolph 2002, "Fast curvature matrix-vector products"). It is the Fisher
	// matrix for SoftmaxCrossEntropy, SquaredError and SigmoidCrossEntropy of package losses,
	// and differs for losses.With, for weights of examples, and for outputs that are no
	// natural parameters. It is positive semidefinite where the cost is convex in the outputs.
	GaussNewton Matrix = "gauss-newton"
	// Hessian is the matrix of second derivatives of the mean cost with respect to the
	// parameters. It may be indefinite (Pearlmutter 1994, "Fast exact multiplication by the
	// Hessian"). Where the cost has kinks, as of ReLU, it is that of the smooth piece which
	// the gradient is of.
	Hessian Matrix = "hessian"
)

// Validate returns an error that lists the matrices there are.
func (m Matrix) Validate() error {
	switch m {
	case Fisher, GaussNewton, Hessian:
		return nil
	}
	return fmt.Errorf("unknown curvature matrix %q: want %s, %s or %s", string(m), Fisher, GaussNewton, Hessian)
}

// MatrixObjective is an objective with products of its curvature matrices and vectors.
type MatrixObjective interface {
	Objective
	// Multiply fills dst with M·v, where M is a matrix of the mini-batch, without the
	// regulariser: of h it is M + ηI. Dropout masks are those of the mini-batch. dst must
	// not be the memory of v. The gradients of parameters stay what they are, unless dst is
	// their memory.
	//
	// The parameters must be as Grad, Curvature or Loss last saw them. A caller that changes
	// them calls one of these before the next product.
	Multiply(m Matrix, dst, v Direction) error
}

// MatrixOf is obj, or what it wraps, as a [MatrixObjective], or a [*MissingError].
func MatrixOf(obj Objective) (MatrixObjective, error) {
	if m, ok := As[MatrixObjective](obj); ok {
		return m, nil
	}
	return nil, &MissingError{obj, "MatrixObjective"}
}

// CheckProduct returns an error unless dst and v are directions in the space of params,
// in contiguous memory, and no tensor of dst is the same memory as one in v.
func CheckProduct(dst, v Direction, params []*Param) error {
	if err := v.check(params); err != nil {
		return fmt.Errorf("the vector: %w", err)
	}
	if err := dst.check(params); err != nil {
		return fmt.Errorf("the result: %w", err)
	}
	for i, x := range dst {
		for _, y := range v {
			if x.Uintptr() == y.Uintptr() {
				return fmt.Errorf("the result and the vector share the memory for %s: give two directions", params[i].Name)
			}
		}
	}
	return nil
}

func (d Direction) check(params []*Param) error {
	if len(d) != len(params) {
		return fmt.Errorf("%d tensors for %d parameters", len(d), len(params))
	}
	for i, x := range d {
		if err := checkTensor(x, params[i].Value); err != nil {
			return fmt.Errorf("%s: %w", params[i].Name, err)
		}
	}
	return nil
}

func checkTensor(x, like *tensor.Dense) error {
	switch {
	case x == nil:
		return errors.New("the tensor is nil")
	case !slices.Equal(x.Shape(), like.Shape()):
		return fmt.Errorf("a tensor of shape %v for a parameter of shape %v", x.Shape(), like.Shape())
	case x.Dtype() != like.Dtype():
		return fmt.Errorf("a tensor of %v for a parameter of %v", x.Dtype(), like.Dtype())
	case x.RequiresIterator() || x.DataOrder().IsColMajor():
		return errors.New("not a contiguous row-major tensor")
	}
	return nil
}
