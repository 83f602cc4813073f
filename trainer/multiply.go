package trainer

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

var _ graph.MatrixObjective = (*objective)(nil)

// Multiply fills dst with M·v. The first product with a matrix builds and compiles its
// program on the graph that Grad and Curvature run on. Their forward pass is not repeated,
// unless Loss has been called since, and a further product computes only what depends on
// v. Buffers of layers and streams of random numbers stay what they are.
//
// Memory: v is copied into one more direction. The graph has more values: the tangents of
// those of the forward pass, and a backward pass for each matrix; for the Hessian a second
// one, of tangents.
func (o *objective) Multiply(m graph.Matrix, dst, v graph.Direction) error {
	p, err := o.multiply(m, dst, v)
	if err == nil {
		p.copyTo(dst)
	}
	return err
}

// multiply computes M·v into the result.
func (o *objective) multiply(m graph.Matrix, dst, v graph.Direction) (*multiplied, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	if err := graph.CheckProduct(dst, v, o.Params()); err != nil {
		return nil, fmt.Errorf("trainer: %s product: %w", m, err)
	}
	u, err := o.multiplication()
	if err != nil {
		return nil, err
	}
	p := u.multiplied(m)
	if p.err != nil {
		return nil, fmt.Errorf("trainer: %s product: %w", m, p.err)
	}
	u.v.Copy(v)
	if p.program == nil { // a product may be v itself
		return p, nil
	}
	for _, n := range u.dots {
		if err := o.c.b.Invalidate(n); err != nil {
			return nil, err
		}
	}
	run := p.program.Run
	if o.current || u.passes == o.passes {
		run = p.program.Resume
	}
	if err := run(); err != nil {
		return nil, fmt.Errorf("trainer: %s product: %w", m, err)
	}
	u.passes = o.passes
	return p, nil
}

// multiplication is where a vector v enters a graph, and the programs from there to the
// products of matrices with it.
type multiplication struct {
	c        *compiled
	v        graph.Direction // memory of dots
	wrt      []*graph.Node   // parameters
	dots     []*graph.Node   // v, by parameter
	products map[graph.Matrix]*multiplied
	passes   int // what the objective's were at the last product; -1 before
}

// multiplied is the result of one matrix.
type multiplied struct {
	nodes   []*graph.Node  // by parameter; nil where the product is zero
	scale   float64        // that the nodes lack
	program *graph.Program // nil if there is nothing to compute
	err     error          // why there is no program: an op without a rule
}

// multiplication is made at the first product.
func (o *objective) multiplication() (*multiplication, error) {
	if o.multiplies != nil {
		return o.multiplies, nil
	}
	b := o.c.b
	u := &multiplication{c: o.c, v: graph.NewDirection(o.Params()), products: map[graph.Matrix]*multiplied{}, passes: -1}
	for i, p := range o.Params() {
		dot, err := b.InputOf("vector for "+p.Name, u.v[i])
		if err != nil {
			return nil, err
		}
		u.wrt, u.dots = append(u.wrt, b.Param(p)), append(u.dots, dot)
	}
	o.multiplies = u
	return u, nil
}

// multiplied is the product with m, built once. An error is kept: another try would add its nodes once more.
func (u *multiplication) multiplied(m graph.Matrix) *multiplied {
	p := u.products[m]
	if p == nil {
		p = &multiplied{nodes: make([]*graph.Node, len(u.wrt)), scale: 1}
		p.err = u.build(m, p)
		u.products[m] = p
	}
	return p
}

func (u *multiplication) build(m graph.Matrix, p *multiplied) (err error) {
	switch m {
	case graph.Fisher:
		err = u.fisher(p)
	case graph.GaussNewton:
		err = u.gaussNewton(p)
	case graph.Hessian:
		err = u.hessian(p)
	}
	if err == nil {
		p.program, err = u.c.compile(p.nodes...)
	}
	return err
}

// copyTo fills dst with the product.
func (p *multiplied) copyTo(dst graph.Direction) {
	for i, n := range p.nodes {
		if n == nil {
			dst[i].Zero()
			continue
		}
		d := dst[i : i+1]
		d.Copy(graph.Direction{graph.Value(n)})
		if p.scale != 1 {
			d.Scale(p.scale)
		}
	}
}

// addTo adds c times the product to dst.
func (p *multiplied) addTo(dst graph.Direction, c float64) {
	for i, n := range p.nodes {
		if n != nil {
			dst[i:i+1].AddScaled(c*p.scale, graph.Direction{graph.Value(n)})
		}
	}
}
