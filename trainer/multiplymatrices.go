package trainer

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// jvp is Jv, of the outputs' shape; nil if no parameter has influence.
func (u *multiplication) jvp() (*graph.Node, error) {
	return u.c.b.Once(jvpKey{}, func() (*graph.Node, error) { return u.c.b.Forward(u.c.out, u.wrt, u.dots) })
}

// jvpKey shares Jv between the matrices.
type jvpKey struct{}

// fisher is Jᵀ(H_L·Jv), and 1/N.
func (u *multiplication) fisher(p *multiplied) error {
	jv, err := u.jvp()
	if err != nil || jv == nil {
		return err
	}
	seed, err := losses.HessianProduct(u.c.b, u.c.model.loss, u.c.out, jv)
	if err != nil {
		return err
	}
	p.scale = 1 / float64(u.c.b.Batch)
	p.nodes, err = u.c.b.Backward(u.c.out, seed, u.wrt...)
	return err
}

// gaussNewton is Jᵀ(H·Jv): H·Jv is how the gradient of the mean cost at the outputs
// changes as they move along Jv.
func (u *multiplication) gaussNewton(p *multiplied) error {
	jv, err := u.jvp()
	if err != nil || jv == nil {
		return err
	}
	b := u.c.b
	gradient, err := b.Backward(u.c.loss, u.c.ones, u.c.out)
	if err != nil || gradient[0] == nil {
		return err
	}
	seed, err := b.Forward(gradient[0], []*graph.Node{u.c.out}, []*graph.Node{jv})
	if err != nil || seed == nil {
		return err
	}
	p.nodes, err = b.Backward(u.c.out, seed, u.wrt...)
	return err
}

// hessian is how the gradient of the mean cost changes as the parameters move along v. It
// is a gradient of its own: the one of Grad is in memory that others write to.
func (u *multiplication) hessian(p *multiplied) error {
	gradients, err := u.c.b.Backward(u.c.loss, u.c.ones, u.wrt...)
	if err != nil {
		return err
	}
	some := present(gradients)
	dots, err := u.c.b.ForwardAll(some, u.wrt, u.dots)
	if err != nil {
		return err
	}
	for i, g := range gradients {
		if g != nil {
			p.nodes[i], dots = dots[0], dots[1:]
		}
	}
	return nil
}
