package trainer

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// Params lists the model's parameters but for the frozen ones.
func (a *Accumulation) Params() []*graph.Param { return a.model.learned }

// Examples is N, of all parts together.
func (a *Accumulation) Examples() int { return a.total }

// L2 is η.
func (a *Accumulation) L2() float64 { return a.model.cfg.L2 }

// Taps lists the taps of the first part.
func (a *Accumulation) Taps() []*graph.Tap { return a.taps }

// Loose lists the parameters that are not under exactly one tap, and the biases of
// taps whose weight is not.
func (a *Accumulation) Loose() []*graph.Param { return a.looseParams }

// Loss is h, with the dropout masks of the mini-batch.
func (a *Accumulation) Loss() (float64, error) {
	var h float64
	for k := range a.n {
		err := a.with(k, func(o *objective) error {
			part, err := o.Loss()
			h += a.share(k) * part
			return err
		})
		if err != nil {
			return h, err
		}
	}
	return h, nil
}

// Grad fills the gradients. The taps are those of the last part.
func (a *Accumulation) Grad() (float64, error) { return a.differentiate((*objective).Grad) }

// differentiate runs pass, which fills the gradients, over all parts. It returns h and
// leaves ∇h in the parameters' gradients. If a part fails, or h or ∇h is not finite, buffers
// have taken none of the parts in.
func (a *Accumulation) differentiate(pass func(o *objective) (float64, error)) (float64, error) {
	buffers := a.model.buffers
	if len(buffers) == 0 || a.parts[0].taken {
		return a.overParts(pass)
	}
	a.before.save(buffers)
	h, err := a.overParts(pass)
	if err != nil || graph.CheckGradients(h, a.Params()) != nil {
		a.before.restore(buffers)
		for k := range a.n {
			a.parts[k].taken = false
		}
	}
	return h, err
}

func (a *Accumulation) overParts(pass func(o *objective) (float64, error)) (float64, error) {
	gradients := a.gradients()
	var h float64
	for a.at = 0; a.at < a.n; a.at++ {
		err := a.with(a.at, func(o *objective) error {
			part, err := pass(o)
			h += a.share(a.at) * part
			return err
		})
		if err != nil {
			return h, err
		}
		if a.at == 0 {
			a.sum.Copy(gradients)
			a.sum.Scale(a.share(0))
		} else {
			a.sum.AddScaled(a.share(a.at), gradients)
		}
	}
	gradients.Copy(a.sum)
	return h, nil
}

// gradients lists the parameters' gradients. The first call makes the memory for sums.
func (a *Accumulation) gradients() graph.Direction {
	if a.grads == nil {
		a.grads, a.sum = graph.Gradients(a.Params()), graph.NewDirection(a.Params())
		a.loose = graph.NewDirection(a.looseParams)
	}
	return a.grads
}

// Products forms the sum of the parts' products. Over fewer examples than all, it takes
// the leading ones: some parts, and the first examples of one more.
func (a *Accumulation) Products(examples int, dirs ...graph.Direction) (*mat.SymDense, error) {
	if examples < 0 {
		return nil, fmt.Errorf("trainer: products over %d examples: want a number ≥ 0, 0 for all", examples)
	}
	if len(dirs) == 0 {
		return nil, errors.New("trainer: products of no directions")
	}
	if examples == 0 || examples > a.total {
		examples = a.total
	}
	a.gram.Reset()
	a.gram.ReuseAsSym(len(dirs))
	for k, left := 0, examples; left > 0; k++ {
		n := min(left, a.counted(k))
		left -= n
		if n == 0 {
			continue
		}
		multiply := func(o *objective) error { return a.addProducts(o, n, float64(n)/float64(examples), dirs) }
		var err error
		if n == a.parts[k].examples {
			err = a.with(k, multiply)
		} else {
			err = a.withPiece(k, multiply)
		}
		if err != nil {
			return nil, err
		}
	}
	return &a.gram, nil
}

// addProducts adds the products over the first n examples of the part that is bound.
func (a *Accumulation) addProducts(o *objective, n int, weight float64, dirs []graph.Direction) error {
	part, err := o.Products(n, dirs...)
	if err != nil {
		return err
	}
	for i := range dirs {
		for j := range i + 1 {
			a.gram.SetSym(i, j, a.gram.At(i, j)+weight*part.At(i, j))
		}
	}
	return nil
}

// withPiece runs f, products over the first examples of part k. Their dropout masks come
// from the stream of samples, and are the same in each call for the mini-batch.
func (a *Accumulation) withPiece(k int, f func(o *objective) error) error {
	c, err := a.enter(k)
	if err != nil {
		return err
	}
	stream := a.model.sample
	if a.pieced {
		end := *stream
		*stream = a.sample
		defer func() { *stream = end }()
	}
	a.sample, a.pieced = *stream, true
	return f(&c.objective)
}
