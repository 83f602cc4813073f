package layers

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// The rules of second order say how the gradients change as x moves along x', w along w' and g along g'. With r =
// 1/√(σ² + ε), and means over a part,
//
//	x̂' = r(x' − mean(x') − x̂·q),  r' = −r²·q,  q = mean(x'∘x̂)
//
// or x̂' = r·x' and r' = 0 where the moments are fixed. No training step computes them: their loops are plain, and sums are
// in float64.

// turnKey shares x̂' among the rules of one normalisation.
type turnKey struct {
	n   *normalization
	dot *graph.Node
	of  string
}

// turn adds x̂' and the sums that q is of, which are nil where moments are fixed.
func (n *normalization) turn(b *graph.Builder, a arrays, dot *graph.Node) (turned, sums *graph.Node, err error) {
	plain := arrays{ofX: a[ofX], ofMoments: a[ofMoments], ofGrad: dot}
	if !n.fixed {
		if sums, err = b.Once(turnKey{n, dot, "sums"}, func() (*graph.Node, error) { return n.sums(b, plain) }); err != nil {
			return nil, nil, err
		}
		plain[ofSums] = sums
	}
	turned, err = b.Once(turnKey{n, dot, "turn"}, func() (*graph.Node, error) {
		op := graph.Op{Name: "normalize-turn", Shape: a[ofX].Shape().Clone()}
		return plain.add(b, op, moving[float32](n), moving[float64](n))
	})
	return turned, sums, err
}

// sumsTangent is the forward rule of sums.
func (n *normalization) sumsTangent(t *graph.Tangent, a arrays) (*graph.Node, error) {
	dot := a.dots(t)
	a[ofWeightDot], a[ofGradDot] = dot[ofWeight], dot[ofGrad]
	if dot[ofX] != nil {
		var err error
		if a[ofTurn], _, err = n.turn(t.Builder, a, dot[ofX]); err != nil {
			return nil, err
		}
	}
	if err := t.Reserve(2, n.Sums()); err != nil {
		return nil, err
	}
	return a.add(t.Builder, graph.Op{Name: "normalize-sums-tangent", Shape: tensor.Shape{n.Sums()}}, turningSums[float32](n), turningSums[float64](n))
}

// turningSums: with v = w'∘g + w∘g', the tangents of Σ w∘g and Σ w∘g∘x̂ over a part are Σ v and Σ v∘x̂ + w∘g∘x̂', and those
// of Σ g and Σ g∘x̂ over a channel are Σ g' and Σ g'∘x̂ + g∘x̂'.
func turningSums[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	var sums []float64
	return func(out []T, in *elements[T]) {
		if sums == nil {
			sums = make([]float64, n.Sums())
		}
		clear(sums)
		parts, channels := n.Parts(), n.Channels()
		first, second, ofBias, ofScale := sums[:parts], sums[parts:2*parts], sums[2*parts:][:channels], sums[2*parts+channels:]
		n.each(func(i, part, c int) {
			g, x := float64(in[ofGrad][i]), standard(in, i, part, parts)
			w, v := at(in[ofWeight], c, 1), at(in[ofWeightDot], c, 0)*g
			dg, turn := at(in[ofGradDot], i, 0), at(in[ofTurn], i, 0)
			v += w * dg
			first[part] += v
			second[part] += v*x + w*g*turn
			ofBias[c] += dg
			ofScale[c] += dg*x + g*turn
		})
		for i, s := range sums {
			out[i] = T(s)
		}
	}
}

// gradientTangent is the forward rule of the gradient at x. It is zero where moments are fixed and x alone moves.
func (n *normalization) gradientTangent(t *graph.Tangent, a arrays) (*graph.Node, error) {
	dot := a.dots(t)
	a[ofWeightDot], a[ofGradDot], a[ofSumsDot] = dot[ofWeight], dot[ofGrad], dot[ofSums]
	if dot[ofX] != nil && !n.fixed {
		var err error
		if a[ofTurn], a[ofTurnSums], err = n.turn(t.Builder, a, dot[ofX]); err != nil {
			return nil, err
		}
	}
	if n.fixed && dot[ofWeight] == nil && dot[ofGrad] == nil {
		return nil, nil
	}
	op := graph.Op{Name: "normalize-gradient-tangent", Shape: a[ofX].Shape().Clone()}
	return a.add(t.Builder, op, turningGradient[float32](n), turningGradient[float64](n))
}

// turningGradient: from dx = r(w∘g − s₁ − x̂·s₂), with the means s₁ of w∘g and s₂ of w∘g∘x̂,
//
//	dx' = r(w'∘g + w∘g' − s₁' − x̂·s₂' − x̂'·s₂) − r·q·dx
func turningGradient[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	return func(out []T, in *elements[T]) {
		parts, share := n.Parts(), 1/float64(n.Rows*n.Width)
		n.each(func(i, part, c int) {
			r, g, x := float64(in[ofMoments][3*parts+part]), float64(in[ofGrad][i]), standard(in, i, part, parts)
			w, slope := at(in[ofWeight], c, 1), share*at(in[ofSums], parts+part, 0)
			d := at(in[ofWeightDot], c, 0)*g + w*at(in[ofGradDot], i, 0)
			d -= share * (at(in[ofSumsDot], part, 0) + x*at(in[ofSumsDot], parts+part, 0))
			d -= at(in[ofTurn], i, 0) * slope
			dx := r * (w*g - share*at(in[ofSums], part, 0) - x*slope)
			out[i] = T(r * (d - share*at(in[ofTurnSums], parts+part, 0)*dx))
		})
	}
}

// each visits the elements in their order, with their parts and channels.
func (n *normalization) each(visit func(i, part, channel int)) {
	i := 0
	for row := range n.Blocks * n.Rows {
		part := row / n.Rows * n.Groups
		for c := range n.Channels() {
			visit(i, part+c/n.Width, c)
			i++
		}
	}
}

// standard is an element of x̂.
func standard[T graph.Float](in *elements[T], i, part, parts int) float64 {
	m := in[ofMoments]
	return (float64(in[ofX][i]) - float64(m[part]) - float64(m[parts+part])) * float64(m[3*parts+part])
}

// at is an element of x, or what stands for those of an array that is not there.
func at[T graph.Float](x []T, i int, otherwise float64) float64 {
	if x == nil {
		return otherwise
	}
	return float64(x[i])
}
