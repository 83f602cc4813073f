package graph

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Objective is a mini-batch seen as a function of the parameters,
// h(θ) = (1/N) Σ loss_n + (η/2)‖θ‖². Every optimizer is a consumer of one, and
// this is all that one of first order asks for. Calls run on the same examples
// and the same dropout masks.
type Objective interface {
	// Params lists the parameters in a fixed order.
	Params() []*Param
	// Loss is h at the present parameters, forward only.
	Loss() (float64, error)
	// Grad returns h and fills Param.Grad and the taps from the true targets.
	Grad() (float64, error)
}

// CurvatureObjective is an objective whose Fisher matrix can be estimated, layer
// by layer.
type CurvatureObjective interface {
	Objective
	// Examples is N.
	Examples() int
	// Curvature returns h and fills Param.Grad from the true targets. It calls
	// visit after each backward pass from targets as est draws them.
	Curvature(est FisherEstimator, visit func(*CurvaturePass) error) (float64, error)
	// Taps lists the taps, in layer order. Their number of examples is N, or that of
	// a part where the mini-batch is computed in parts (see CurvaturePass).
	Taps() []*Tap
	// Loose lists the parameters that are not under exactly one tap, and the
	// biases of taps whose weight is not, in their order in Params.
	Loose() []*Param
	// L2 is η.
	L2() float64
}

// ProductObjective is an objective with exact products with its Fisher matrix.
type ProductObjective interface {
	// Products returns uᵀFv for every pair of the directions, where
	// F = (1/n) Σ JᵀH_L J over the first n examples (0 means all of the
	// mini-batch) is the exact Fisher matrix, without η. The parameters must be
	// as Grad, Curvature or Loss last saw them. Over fewer examples than all it
	// may have dropout masks of its own. The matrix is the objective's own and
	// valid until the next call.
	Products(examples int, dirs ...Direction) (*mat.SymDense, error)
}

// Wrapper is an objective that stands for another one whose parameters and loss
// it has, timed or with shorter gradients. Products are asked of what it wraps.
// Curvature, which fills gradients, is not: a wrapper has its own or none.
type Wrapper interface{ Unwrap() Objective }

// As is obj, or the first of what it wraps that is a T, an interface of the caller's.
func As[T any](obj Objective) (found T, ok bool) {
	for obj != nil {
		if found, ok = obj.(T); ok {
			return found, true
		}
		w, wraps := obj.(Wrapper)
		if !wraps {
			break
		}
		obj = w.Unwrap()
	}
	return found, false
}

// MissingError reports an objective without something that an optimizer needs.
type MissingError struct {
	Objective  Objective // the outermost
	Capability string    // the name of the interface that it does not have
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("the objective %T is no graph.%s", e.Objective, e.Capability)
}

// CurvatureOf is obj as a [CurvatureObjective], or a [*MissingError].
func CurvatureOf(obj Objective) (CurvatureObjective, error) {
	if c, ok := obj.(CurvatureObjective); ok {
		return c, nil
	}
	return nil, &MissingError{obj, "CurvatureObjective"}
}

// ProductsOf is obj, or what it wraps, as a [ProductObjective], or a
// [*MissingError].
func ProductsOf(obj Objective) (ProductObjective, error) {
	if p, ok := As[ProductObjective](obj); ok {
		return p, nil
	}
	return nil, &MissingError{obj, "ProductObjective"}
}
