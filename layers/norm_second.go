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
	return a.add(t.Builder, graph.Op{Name: "normalize-sums-tangent", Shape: tensor.Shape{n.Sums()}}, turningSums[float32](n), turningSums[float64](n))
}

// turningSums: the tangents of Σ w∘g and Σ w∘g∘x̂ over a part are Σ w'∘g + w∘g' and Σ w'∘g∘x̂ + w∘(g'∘x̂ + g∘x̂'), and
// those of Σ g and Σ g∘x̂ over a channel are Σ g' and Σ g'∘x̂ + g∘x̂'.
func turningSums[T graph.Float](n *normalization) func(out []T, in *elements[T]) {
	k, parts, channels := newPerChannel[T](n, 4), n.Parts(), n.Channels()
	total := make([]float64, n.Sums())
	bias, scale := total[2*parts:][:channels], total[2*parts+channels:]
	return func(out []T, in *elements[T]) {
		clear(total)
		// Over the rows of a block: Σ g', Σ g'∘x̂ + g∘x̂', Σ g and Σ g∘x̂.
		ofDot, dotAlong, ofGradient, gradientAlong := k.sums[0], k.sums[1], k.sums[2], k.sums[3]
		for block := range n.Blocks {
			k.enter(in[ofMoments], block)
			for at := block * n.Rows * channels; at < (block+1)*n.Rows*channels; at += channels {
				g, dg, turn := k.row(in[ofGrad], at), k.row(in[ofGradDot], at), k.row(in[ofTurn], at)
				for i, v := range k.row(in[ofX], at) {
					x, g, dg := (float64(v)-k.mean[i])*k.inverse[i], float64(g[i]), float64(dg[i])
					ofDot[i] += dg
					dotAlong[i] += dg*x + g*float64(turn[i])
					ofGradient[i] += g
					gradientAlong[i] += g * x
				}
			}
			for i := range channels {
				part, w, dw := block*n.Groups+i/n.Width, at(in[ofWeight], i, 1), at(in[ofWeightDot], i, 0)
				total[part] += w*ofDot[i] + dw*ofGradient[i]
				total[parts+part] += w*dotAlong[i] + dw*gradientAlong[i]
				bias[i] += ofDot[i]
				scale[i] += dotAlong[i]
			}
		}
		for i, s := range total {
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
	k, parts, channels := newPerChannel[T](n, 5), n.Parts(), n.Channels()
	share := 1 / float64(n.Rows*n.Width)
	return func(out []T, in *elements[T]) {
		byDot, byGradient, byStandard, constant, byTurn := k.sums[0], k.sums[1], k.sums[2], k.sums[3], k.sums[4]
		for block := range n.Blocks {
			k.enter(in[ofMoments], block)
			for i := range channels {
				part, r := block*n.Groups+i/n.Width, k.inverse[i]
				w, dw, rq := at(in[ofWeight], i, 1), at(in[ofWeightDot], i, 0), r*share*at(in[ofTurnSums], parts+part, 0)
				one, two := share*at(in[ofSums], part, 0), share*at(in[ofSums], parts+part, 0)
				byDot[i] = r * w
				byGradient[i] = r * (dw - rq*w)
				byStandard[i] = r * (rq*two - share*at(in[ofSumsDot], parts+part, 0))
				constant[i] = r * (rq*one - share*at(in[ofSumsDot], part, 0))
				byTurn[i] = -r * two
			}
			for at := block * n.Rows * channels; at < (block+1)*n.Rows*channels; at += channels {
				y, g, dg, turn := out[at:at+channels], k.row(in[ofGrad], at), k.row(in[ofGradDot], at), k.row(in[ofTurn], at)
				for i, v := range k.row(in[ofX], at) {
					x := (float64(v) - k.mean[i]) * k.inverse[i]
					y[i] = T(byDot[i]*float64(dg[i]) + byGradient[i]*float64(g[i]) + byStandard[i]*x + constant[i] + byTurn[i]*float64(turn[i]))
				}
			}
		}
	}
}

// perChannel has numbers for each channel of a block.
type perChannel[T graph.Float] struct {
	*normalization
	mean, inverse []float64 // x̂ = (x − mean)·inverse
	sums          [][]float64
	zeros         []T // a row of an array that is not there
}

func newPerChannel[T graph.Float](n *normalization, sums int) *perChannel[T] {
	c := n.Channels()
	k := &perChannel[T]{n, make([]float64, c), make([]float64, c), make([][]float64, sums), make([]T, c)}
	for i := range k.sums {
		k.sums[i] = make([]float64, c)
	}
	return k
}

// enter begins a block, whose sums are zero.
func (k *perChannel[T]) enter(moments []T, block int) {
	parts := k.Parts()
	for i := range k.mean {
		part := block*k.Groups + i/k.Width
		k.mean[i] = float64(moments[part]) + float64(moments[parts+part])
		k.inverse[i] = float64(moments[3*parts+part])
	}
	for _, s := range k.sums {
		clear(s)
	}
}

// row is the row of x from an element on.
func (k *perChannel[T]) row(x []T, at int) []T {
	if x == nil {
		return k.zeros
	}
	return x[at : at+len(k.zeros)]
}

// at is an element of x, or what stands for those of an array that is not there.
func at[T graph.Float](x []T, i int, otherwise float64) float64 {
	if x == nil {
		return otherwise
	}
	return float64(x[i])
}
