package policy

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
)

// fisher is the exact Fisher matrix of a policy on a batch, by its products. curvature.Model is that of any batches, and
// allocates memory in each product.
type fisher struct {
	obj     graph.MatrixObjective
	v, dst  graph.Direction
	size    int
	epsilon float64 // of the parameters' type
	err     error
}

var _ curvature.Operator = (*fisher)(nil)

func newFisher(params []*graph.Param) *fisher {
	f := &fisher{v: graph.NewDirection(params), dst: graph.NewDirection(params), epsilon: 0x1p-52}
	f.size = curvature.Len(f.v)
	if params[0].Value.Dtype() == graph.Float32 {
		f.epsilon = 0x1p-23
	}
	return f
}

// SymmetricDim is the number of parameters.
func (f *fisher) SymmetricDim() int { return f.size }

// MulVecTo makes dst F·x.
func (f *fisher) MulVecTo(dst *mat.VecDense, _ bool, x mat.Vector) {
	if dst.IsEmpty() {
		dst.ReuseAsVec(f.size)
	}
	dst.CopyVec(x)
	err := curvature.Unflatten(f.v, dst.RawVector().Data)
	if err == nil {
		err = f.obj.Multiply(graph.Fisher, f.dst, f.v)
	}
	if err == nil {
		err = curvature.Flatten(dst.RawVector().Data, f.dst)
	}
	if f.err == nil {
		f.err = err
	}
}

// Err is the first error of a product.
func (f *fisher) Err() error { return f.err }

// Precision is the relative error of a product: of sums of as many terms as there are parameters.
func (f *fisher) Precision() float64 { return f.epsilon * math.Sqrt(float64(f.size)) }
