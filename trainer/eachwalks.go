package trainer

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// columns is the walk to the taps from B·e_c/N at every example's outputs, for
// one column c after the other. Its programs resume the gradients' run.
type columns struct {
	walked
	c       *compiled
	unit    *graph.Node // e_c/N, N×C
	factor  *graph.Node // B·e_c/N, N×C
	program *graph.Program
	seeds   *graph.Program // the factor alone
}

func (o *objective) buildColumns() (*columns, error) {
	if o.columns != nil {
		return o.columns, nil
	}
	c := o.c
	x := &columns{c: c}
	x.unit, _ = c.b.Input("unit", c.out.Shape()...)
	var err error
	if x.factor, err = c.model.loss.FactorProduct(c.b, c.out, x.unit); err != nil {
		return nil, err
	}
	if x.walked, err = o.walk(c.out, x.factor); err != nil {
		return nil, err
	}
	if x.program, err = c.compile(x.taps...); err != nil {
		return nil, err
	}
	if x.seeds, err = c.compile(x.factor); err != nil {
		return nil, err
	}
	o.columns = x
	return x, nil
}

// run computes p for column i.
func (x *columns) run(i int, p *graph.Program) error {
	v, n := graph.Value(x.unit), x.c.b.Batch
	v.Zero()
	for e := range n {
		j := e*x.c.outputs + i
		if v.Dtype() == graph.Float32 {
			v.Float32s()[j] = 1 / float32(n)
		} else {
			v.Float64s()[j] = 1 / float64(n)
		}
	}
	if err := x.c.b.Invalidate(x.unit); err != nil {
		return err
	}
	return resume(p)
}

// examples is the walk to the loose parameters from cotangents at the outputs
// of one example after the other.
type examples struct {
	walked
	c       *compiled
	seed    *graph.Node // N×C, zero but for one row
	program *graph.Program
	outputs *graph.Program // cotangents
	// cotangents are the gradient of −log p, at the data's own targets, at the outputs.
	cotangents *graph.Node
}

func (o *objective) buildByExample() (*examples, error) {
	if o.byExample != nil {
		return o.byExample, nil
	}
	c := o.c
	x := &examples{c: c}
	x.seed, _ = c.b.Input("seed", c.out.Shape()...)
	var err error
	if x.walked, err = o.walk(c.out, x.seed); err != nil {
		return nil, err
	}
	if x.program, err = c.compile(x.loose...); err != nil {
		return nil, err
	}
	x.cotangents = o.gOut
	if c.surprise != c.loss {
		grads, err := c.b.Backward(c.surprise, c.ones, c.out)
		if err != nil {
			return nil, err
		}
		x.cotangents = grads[0]
	}
	if x.outputs, err = c.compile(x.cotangents); err != nil {
		return nil, err
	}
	o.byExample = x
	return x, nil
}

// run computes the gradients from row n of cotangents.
func (x *examples) run(cotangents *tensor.Dense, n int) error {
	v := graph.Value(x.seed)
	v.Zero()
	lo, hi := n*x.c.outputs, (n+1)*x.c.outputs
	if v.Dtype() == graph.Float32 {
		vector.Copy(v.Float32s()[lo:hi], cotangents.Float32s()[lo:hi])
	} else {
		vector.Copy(v.Float64s()[lo:hi], cotangents.Float64s()[lo:hi])
	}
	if err := x.c.b.Invalidate(x.seed); err != nil {
		return err
	}
	return resume(x.program)
}
