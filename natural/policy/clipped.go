package policy

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// Clipped is PPO's cost (Schulman et al. 2017, equation 7), with a bonus for entropy:
//
//	−(1/N) Σ min(ρ·A, clip(ρ, 1−ε, 1+ε)·A) + β·H,  ρ = π(a|s)/π_old(a|s)
//
// Its targets are actions, and beyond them advantages and log π_old(a|s), both of shape
// (N). Where the surrogate gains nothing by moving ρ further from 1, the gradient of a row is
// that of the bonus alone.
type Clipped struct {
	Family  Family
	Clip    float64 // ε; +Inf: the surrogate itself
	Entropy float64 // β
}

var _ losses.MoreTargets = Clipped{}

func (c Clipped) String() string { return fmt.Sprintf("clipped surrogate of %v", c.Family) }

// TargetShape is that of the family's loss.
func (c Clipped) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if c.Family == nil {
		return nil, errors.New("policy: the clipped surrogate needs a family of distributions")
	}
	if out.Dims() != 2 || out[1] != c.Family.Outputs() {
		return nil, fmt.Errorf("policy: outputs of shape %v: %v takes N×%d", out, c, c.Family.Outputs())
	}
	return c.Family.Loss().TargetShape(out)
}

// Validate is that of the family's loss.
func (c Clipped) Validate(y *tensor.Dense, outputs int) error {
	return c.Family.Loss().Validate(y, outputs)
}

// Build is the cost without advantages: −log π(a|s).
func (c Clipped) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return c.Family.Loss().Build(b, z, y)
}

// MoreShapes are those of advantages and of old log probabilities.
func (c Clipped) MoreShapes(out tensor.Shape) ([]tensor.Shape, error) {
	return []tensor.Shape{{out[0]}, {out[0]}}, nil
}

// ValidateMore checks that both are finite.
func (c Clipped) ValidateMore(more []*tensor.Dense, _ int) error {
	for k, name := range []string{"advantage", "old log probability"} {
		for i := range more[k].DataSize() {
			if v := element(more[k], i); v-v != 0 {
				return fmt.Errorf("policy: %s %v of row %d: want a finite number", name, v, i)
			}
		}
	}
	return nil
}

// BuildMore adds the cost.
func (c Clipped) BuildMore(b *graph.Builder, z, y *graph.Node, more []*graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "clipped-surrogate", Shape: tensor.Shape{1}, F32: clippedCost[float32](c), F64: clippedCost[float64](c),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, len(d.In))
			if !d.Need[0] {
				return grads, nil
			}
			var err error
			grads[0], err = d.Apply(graph.Op{
				Name: "clipped-surrogate-gradient", Shape: z.Shape().Clone(),
				F32: clippedGradient[float32](c), F64: clippedGradient[float64](c),
			}, append(append([]*graph.Node{}, d.In...), d.Grad)...)
			return grads, err
		},
	}, append([]*graph.Node{z, y}, more...)...)
}

// clippedRow is a row's buffers in float64, whatever the graph's type.
type clippedRow[T graph.Float] struct {
	c                        Clipped
	z, action, score, spread []float64
}

func newClippedRow[T graph.Float](c Clipped) *clippedRow[T] {
	k := c.Family.Outputs()
	return &clippedRow[T]{c: c, z: make([]float64, k), action: make([]float64, c.Family.Size()), score: make([]float64, k), spread: make([]float64, k)}
}

// read takes row i of z and of the actions, and returns ρ and A.
func (r *clippedRow[T]) read(in [][]T, i int) (ratio, advantage float64) {
	for j := range r.z {
		r.z[j] = float64(in[0][i*len(r.z)+j])
	}
	for j := range r.action {
		r.action[j] = float64(in[1][i*len(r.action)+j])
	}
	return math.Exp(r.c.Family.LogProbability(r.z, r.action) - float64(in[3][i])), float64(in[2][i])
}

func clippedCost[T graph.Float](c Clipped) func(out []T, in [][]T) {
	r := newClippedRow[T](c)
	return func(out []T, in [][]T) {
		var sum float64
		for i := range in[2] {
			ratio, a := r.read(in, i)
			sum -= min(ratio*a, min(max(ratio, 1-c.Clip), 1+c.Clip)*a)
			if c.Entropy != 0 {
				sum -= c.Entropy * c.Family.Entropy(r.z)
			}
		}
		out[0] = T(sum / float64(len(in[2])))
	}
}

// pays reports whether the surrogate gains by moving ρ on in the direction of A.
func (c Clipped) pays(ratio, advantage float64) bool {
	if advantage > 0 {
		return ratio <= 1+c.Clip
	}
	return ratio >= 1-c.Clip
}

func clippedGradient[T graph.Float](c Clipped) func(out []T, in [][]T) {
	r := newClippedRow[T](c)
	return func(out []T, in [][]T) {
		seed, k := float64(in[4][0])/float64(len(in[2])), len(r.z)
		for i := range in[2] {
			ratio, a := r.read(in, i)
			c.Family.Score(r.score, r.z, r.action)
			var along float64
			if c.pays(ratio, a) {
				along = ratio * a
			}
			if c.Entropy != 0 {
				c.Family.EntropySlope(r.spread, r.z)
			}
			for j := range k {
				out[i*k+j] = T(-seed * (along*r.score[j] + c.Entropy*r.spread[j]))
			}
		}
	}
}
