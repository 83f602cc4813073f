package layers

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/moments"
)

// normalization is y = x̂∘w + b with x̂ = (x − μ)/√(σ² + ε), and its derivatives. μ and σ² of each part of x are in a node
// of moments, which package moments describes. For the walks of differentiation that node is a constant: the rules here
// have the way from x over its moments in them, unless these are fixed. A gradient then takes one pass for its sums and
// one for itself.
//
// The rules' own ops have forward rules, for products with the Hessian: see turn.
type normalization struct {
	moments.Layout
	epsilon float64
	fixed   bool // the moments do not depend on x
}

// arrays are the nodes that an op reads. Those that are nil are not among its inputs.
type arrays [12]*graph.Node

// Places in arrays.
const (
	ofX = iota
	ofMoments
	ofWeight
	ofBias
	ofGrad // a gradient at y, or a tangent of x
	ofSums
	ofWeightDot
	ofBiasDot
	ofGradDot // of second order, from here on
	ofTurn
	ofTurnSums
	ofSumsDot
)

// elements are those of arrays.
type elements[T graph.Float] [12][]T

// add adds an op that reads the nodes that are there.
func (a *arrays) add(b *graph.Builder, op graph.Op, f32 func(out []float32, in *elements[float32]), f64 func(out []float64, in *elements[float64])) (*graph.Node, error) {
	var in []*graph.Node
	var at []int
	for i, n := range a {
		if n != nil {
			in, at = append(in, n), append(at, i)
		}
	}
	op.F32, op.F64 = placed(at, f32), placed(at, f64)
	return b.Apply(op, in...)
}

// dots are the tangents of the nodes that an op reads.
func (a *arrays) dots(t *graph.Tangent) (dots arrays) {
	i := 0
	for k, n := range a {
		if n != nil {
			dots[k] = t.Dot[i]
			i++
		}
	}
	return dots
}

// placed hands an op's inputs on by their places.
func placed[T graph.Float](at []int, f func(out []T, in *elements[T])) func(out []T, in [][]T) {
	var s elements[T]
	return func(out []T, in [][]T) {
		for i, x := range in {
			s[at[i]] = x
		}
		f(out, &s)
	}
}

// reserve counts the memory of an engine against a graph's limits, in elements.
func (n *normalization) reserve(b *graph.Builder) error { return b.Reserve(2, n.Scratch()) }

// find adds the moments of x.
func (n *normalization) find(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if err := n.reserve(b); err != nil {
		return nil, err
	}
	return b.Apply(graph.Op{
		Name: "moments", Shape: tensor.Shape{4, n.Parts()}, Const: true,
		F32: finding[float32](n), F64: finding[float64](n),
	}, x)
}

func finding[T graph.Float](n *normalization) func(out []T, in [][]T) {
	e := moments.New[T](n.Layout, n.epsilon)
	return func(out []T, in [][]T) { e.Find(out, in[0]) }
}

// given adds the moments that are known, one pair for each channel.
func (n *normalization) given(b *graph.Builder, mean, variance *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "running-moments", Shape: tensor.Shape{4, n.Parts()}, Const: true,
		F32: giving[float32](n), F64: giving[float64](n),
	}, mean, variance)
}

func giving[T graph.Float](n *normalization) func(out []T, in [][]T) {
	e := moments.New[T](n.Layout, n.epsilon)
	return func(out []T, in [][]T) { e.Given(out, in[0], in[1]) }
}

// apply adds y, in a shape of x's size. w and bias may be nil.
func (n *normalization) apply(b *graph.Builder, x, m, w, bias *graph.Node, shape tensor.Shape) (*graph.Node, error) {
	a := arrays{ofX: x, ofMoments: m, ofWeight: w, ofBias: bias}
	op := graph.Op{
		Name: "normalize", Shape: shape.Clone(),
		Diff:    func(d *graph.Diff) ([]*graph.Node, error) { return n.diff(d, a) },
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return n.tangent(t, a) },
	}
	return a.add(b, op, normalizing[float32](n), normalizing[float64](n))
}

func normalizing[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	e := moments.New[T](n.Layout, n.epsilon)
	return func(out []T, in *elements[T]) { e.Normalize(out, in[ofX], in[ofMoments], in[ofWeight], in[ofBias]) }
}

// diff is the reverse rule. The gradients of w and b are among the sums that the gradient at x needs.
func (n *normalization) diff(d *graph.Diff, a arrays) ([]*graph.Node, error) {
	grads := make([]*graph.Node, len(d.In))
	need := map[int]bool{}
	place := map[int]int{} // of an array among the inputs
	i := 0
	for k, in := range a {
		if in != nil {
			need[k], place[k] = d.Need[i], i
			i++
		}
	}
	a[ofGrad] = d.Grad
	var err error
	if need[ofWeight] || need[ofBias] || need[ofX] && !n.fixed {
		if a[ofSums], err = n.sums(d.Builder, a); err != nil {
			return nil, err
		}
	}
	all := n.Layout
	if need[ofBias] {
		if grads[place[ofBias]], err = portion(d.Builder, a[ofSums], 2*all.Parts(), all.Channels()); err != nil {
			return nil, err
		}
	}
	if need[ofWeight] {
		if grads[place[ofWeight]], err = portion(d.Builder, a[ofSums], 2*all.Parts()+all.Channels(), all.Channels()); err != nil {
			return nil, err
		}
	}
	if need[ofX] {
		if n.fixed {
			a[ofSums] = nil
		}
		a[ofBias] = nil
		op := graph.Op{Name: "normalize-gradient", Shape: a[ofX].Shape().Clone()}
		op.Tangent = func(t *graph.Tangent) (*graph.Node, error) { return n.gradientTangent(t, a) }
		if grads[place[ofX]], err = a.add(d.Builder, op, descending[float32](n), descending[float64](n)); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

func descending[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	e := moments.New[T](n.Layout, n.epsilon)
	return func(out []T, in *elements[T]) {
		e.Gradient(out, in[ofX], in[ofMoments], in[ofWeight], in[ofGrad], in[ofSums])
	}
}

// tangent is the forward rule.
func (n *normalization) tangent(t *graph.Tangent, a arrays) (*graph.Node, error) {
	dot := a.dots(t)
	a[ofGrad], a[ofWeightDot], a[ofBiasDot] = dot[ofX], dot[ofWeight], dot[ofBias]
	if a[ofGrad] != nil && !n.fixed {
		unweighted := a
		unweighted[ofWeight] = nil
		var err error
		if a[ofSums], err = n.sums(t.Builder, unweighted); err != nil {
			return nil, err
		}
	}
	a[ofBias] = nil
	op := graph.Op{Name: "normalize-tangent", Shape: t.Out.Shape().Clone()}
	return a.add(t.Builder, op, moving[float32](n), moving[float64](n))
}

func moving[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	e := moments.New[T](n.Layout, n.epsilon)
	return func(out []T, in *elements[T]) {
		e.Tangent(out, in[ofX], in[ofMoments], in[ofWeight], in[ofGrad], in[ofWeightDot], in[ofBiasDot], in[ofSums])
	}
}

// sums adds what moments.Engine.Sums has of the gradient or tangent in a.
func (n *normalization) sums(b *graph.Builder, a arrays) (*graph.Node, error) {
	if err := n.reserve(b); err != nil {
		return nil, err
	}
	a[ofBias] = nil
	op := graph.Op{
		Name: "normalize-sums", Shape: tensor.Shape{n.Sums()},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return n.sumsTangent(t, a) },
	}
	return a.add(b, op, summing[float32](n), summing[float64](n))
}

func summing[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	e := moments.New[T](n.Layout, n.epsilon)
	return func(out []T, in *elements[T]) { e.Sums(out, in[ofX], in[ofMoments], in[ofWeight], in[ofGrad]) }
}

// portion is size elements of the vector x, from one on.
func portion(b *graph.Builder, x *graph.Node, from, size int) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "portion", Shape: tensor.Shape{size}, F32: copying[float32](from), F64: copying[float64](from),
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return portion(t.Builder, t.Dot[0], from, size) },
	}, x)
}

func copying[T graph.Float](from int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) { copy(out, in[0][from:]) }
}
