package kfac

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// ByHandOther is a parameter of a [ByHand] that is under no affine map, or under several, such
// as a gain, or a weight that two maps share. Its block of the Fisher matrix is the diagonal. The
// fields are set before NewByHand.
type ByHandOther[T graph.Float] struct {
	// Name is in errors and in the names of a saved state's parts. Each part has its own.
	Name string
	// Value is the parameter's memory. Optimizers change it in place.
	Value []T

	net   *ByHand[T]
	param byHandParam[T]
	place int  // among the parameters
	given bool // Gradient was called

	sampled [][]T         // by pass, in the caller's scale
	have    []bool        // passes that have one
	squares []T           // of SampledSquares
	squared bool          // SampledSquares was called
	drawn   *tensor.Dense // gradient of the mean loss of the pass in progress
}

// join declares the parameter.
func (o *ByHandOther[T]) join(n *ByHand[T]) error {
	switch {
	case o.Name == "":
		return errors.New("kfac: by hand: a parameter has no name")
	case n.named(o.Name):
		return fmt.Errorf("kfac: parameter %s: the name is another part's", o.Name)
	case o.net != nil:
		return fmt.Errorf("kfac: parameter %s: it belongs to another network", o.Name)
	case len(o.Value) == 0:
		return fmt.Errorf("kfac: parameter %s: no elements", o.Name)
	}
	o.net = n
	o.place = n.add(&o.param, o.Name, InOut, o.Value, len(o.Value))
	o.drawn = graph.NewDense(o.param.param.Value.Dtype(), len(o.Value))
	n.others = append(n.others, o)
	return nil
}

// begin forgets the last mini-batch.
func (o *ByHandOther[T]) begin() {
	clear(o.have)
	o.given, o.squared = false, false
}

// Gradient hands over the gradient of the mean loss, from the true targets, that of the
// penalty included.
func (o *ByHandOther[T]) Gradient(g []T) {
	if !o.accept(g, "gradient") {
		return
	}
	if o.given {
		o.net.fail("kfac: parameter %s: Gradient twice since Begin", o.Name)
		return
	}
	o.param.take(g)
	o.given = true
}

// Sampled hands over the gradient from sampled targets, as the backward pass gives it whose
// gradients the maps' Sampled has: Σ ∂ℓ_n/∂θ in the scale PerExample, and its N-th part in the
// scale OfMean. N times the square of the mean estimates the diagonal of the Fisher matrix, with much
// noise: SampledSquares is better where the gradients of single examples are at hand.
func (o *ByHandOther[T]) Sampled(g []T) {
	if !o.accept(g, "sampled gradient") {
		return
	}
	pass := o.net.passes - 1
	for len(o.sampled) <= pass {
		o.sampled, o.have = append(o.sampled, make([]T, len(o.Value))), append(o.have, false)
	}
	if o.have[pass] || o.squared {
		o.net.fail("kfac: parameter %s: Sampled twice in one pass, or after SampledSquares", o.Name)
		return
	}
	copy(o.sampled[pass], g)
	o.have[pass] = true
}

// SampledSquares hands over (1/N) Σ (∂ℓ_n/∂θ)², the mean over the examples of the squared
// gradients of single examples from sampled targets, which is the diagonal of the Fisher matrix. No
// factor 1/N is in the gradients, whatever the scale of the network is. It takes the place of
// Sampled. Of several passes it is handed over once: the mean of several draws, or the sum
// over the columns of estimator graph.Exact.
func (o *ByHandOther[T]) SampledSquares(squares []T) {
	if !o.accept(squares, "sampled squares") {
		return
	}
	for i, v := range squares {
		if v < 0 {
			o.net.fail("kfac: parameter %s: sampled squares: %v in row 1, column %d is below 0", o.Name, v, i+1)
			return
		}
	}
	if o.squared || len(o.have) > 0 && o.have[0] {
		o.net.fail("kfac: parameter %s: SampledSquares twice since Begin, or after Sampled", o.Name)
		return
	}
	if o.squares == nil {
		o.squares = make([]T, len(o.Value))
	}
	copy(o.squares, squares)
	o.squared = true
}

// Update copies U to u; see [ByHandMap.Update].
func (o *ByHandOther[T]) Update(u []T) error {
	switch {
	case o.net == nil || !o.net.directed:
		return fmt.Errorf("kfac: parameter %s: there is no update: the last Step was not one of a Preconditioned with a ByHandRule, or failed", o.Name)
	case len(u) != len(o.Value):
		return fmt.Errorf("kfac: parameter %s: an update of %d elements: want %d", o.Name, len(u), len(o.Value))
	}
	o.param.give(u)
	return nil
}

// accept reports whether a mini-batch is there for x, and x is finite and of the right length.
func (o *ByHandOther[T]) accept(x []T, what string) bool {
	if o.net == nil || !o.net.open {
		return false
	}
	if len(x) != len(o.Value) {
		o.net.fail("kfac: parameter %s: a %s of %d elements: want %d", o.Name, what, len(x), len(o.Value))
		return false
	}
	if at := notFinite(x, len(x)); at != "" {
		o.net.fail("kfac: parameter %s: %s: %s", o.Name, what, at)
		return false
	}
	return true
}

// draw sets the gradient of the pass in progress: scale times the gradient that was handed
// over. N times the square of it is what the block adds up, so that squares stand for
// themselves as √(squares/N).
func (o *ByHandOther[T]) draw(pass int, scale T) error {
	to := graph.Data[T](o.drawn)
	switch {
	case o.squared && pass == 0:
		for i, v := range o.squares {
			to[i] = T(math.Sqrt(float64(v) / float64(o.net.examples)))
		}
	case o.squared:
		clear(to)
	case pass >= len(o.have) || !o.have[pass]:
		return fmt.Errorf("kfac: parameter %s: no sampled gradients in pass %d since Begin: call Sampled or SampledSquares", o.Name, pass+1)
	default:
		for i, v := range o.sampled[pass] {
			to[i] = scale * v
		}
	}
	return nil
}
