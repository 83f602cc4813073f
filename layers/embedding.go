package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
)

// Embedding looks up rows of a table, as for the words of a text: of whole numbers N or
// N×T it makes N×Units or N×T×Units, row i of the table for number i. The table is a
// parameter, Rows×Units. Its gradient is dense, the sums of the gradients at the outputs
// of each row, added in the order of examples and times. The numbers themselves have no
// gradient.
//
// A number that is not one of 0 … Rows−1 makes the training step, or the prediction, fail
// with a [graph.DataError] that names it, and leaves the parameters as they were. It
// cannot be found earlier: a layer is built before there are data.
type Embedding struct {
	Rows, Units int
	Init        Initializer // of the table; nil means N(0, 1), the variance that Glorot's and He's layers keep
	Name        string      // of the parameter; "" means embedding1, embedding2, …

	table *graph.Param
}

var _ Layer = (*Embedding)(nil)

func (e *Embedding) String() string {
	if e.Name == "" {
		return fmt.Sprintf("Embedding(%d×%d)", e.Rows, e.Units)
	}
	return fmt.Sprintf("Embedding(%d×%d) %s", e.Rows, e.Units, e.Name)
}

// Params returns the table.
func (e *Embedding) Params() []*graph.Param {
	if e.table == nil {
		return nil
	}
	return []*graph.Param{e.table}
}

// mostRowsFloat32 is up to where float32 has all whole numbers.
const mostRowsFloat32 = 1 << 24

// Build adds the look-up. It declares a tap of kind [graph.Embedding].
func (e *Embedding) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if e.Name == "" {
		e.Name = b.UniqueName("embedding")
	}
	if err := e.prepare(b, x); err != nil {
		return nil, err
	}
	numbers := x.Shape().TotalSize()
	a, err := b.Reshape(x, numbers, 1)
	if err != nil {
		return nil, err
	}
	s, err := lookUp(b, "layers: "+e.Name, a, b.Param(e.table), numbers/b.Batch)
	if err != nil {
		return nil, err
	}
	b.Tap(e.Name, a, s, e.table, nil).Kind = graph.Embedding
	if x.Shape().Dims() == 1 {
		return s, nil
	}
	return b.Reshape(s, x.Shape()[0], x.Shape()[1], e.Units)
}

// prepare checks the settings and the input and, the first time, makes the table.
func (e *Embedding) prepare(b *graph.Builder, x *graph.Node) error {
	if e.Rows <= 0 || e.Units <= 0 || !fits([]int{e.Rows, e.Units}) {
		return fmt.Errorf("layers: %s: a table of %d rows and %d units: want positive numbers that memory has room for", e.Name, e.Rows, e.Units)
	}
	if b.DType == graph.Float32 && e.Rows > mostRowsFloat32 {
		return fmt.Errorf("layers: %s: a table of %d rows: float32 has whole numbers up to %d only; use float64", e.Name, e.Rows, mostRowsFloat32)
	}
	if shape := x.Shape(); shape.Dims() > 2 || shape[0]%b.Batch != 0 {
		return fmt.Errorf("layers: %s: input of shape %v: want the numbers of rows, N or N×T, for the %d examples of the batch", e.Name, shape, b.Batch)
	}
	if e.table == nil {
		init := e.Init
		if init == nil {
			init = func(r *rand.Rand, _, _ int, w []float64) { normal(r, w, 1) }
		}
		var err error
		if e.table, err = newParam(b, e.Name+".table", init, e.Rows, e.Units, e.Rows, e.Units); err != nil {
			return err
		}
	}
	if v := e.table.Value; v.Shape()[0] != e.Rows || v.Shape()[1] != e.Units || v.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: a table of %d×%d (%v): the parameter is %v (%v)", e.Name, e.Rows, e.Units, b.DType, v.Shape(), v.Dtype())
	}
	return nil
}
