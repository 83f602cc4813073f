package losses

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// ClassCost is a cost for integer class labels y, of shape N: cross-entropy with
// weights for classes, smoothed labels, or both. With w_c the weight of class c and ε
// the smoothing, an example costs
//
//	−Σ_c q_c log softmax(z)_c,  q_c = w_c·((1−ε)·[c = y] + ε/C).
//
// It is the mean over examples, whatever their weights sum to. Its zero value is the
// cost of SoftmaxCrossEntropy. It has no distribution of its own:
//
//	losses.With(&losses.ClassCost{Smoothing: 0.1}, losses.SoftmaxCrossEntropy{})
type ClassCost struct {
	Weights   []float64 // one for each class, not negative; nil: 1 for all
	Smoothing float64   // ε in [0, 1)
}

var _ Cost = (*ClassCost)(nil)

func (l *ClassCost) String() string { return "weighted, smoothed cross-entropy" }

// TargetShape is (N): one label per example.
func (l *ClassCost) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	shape, err := SoftmaxCrossEntropy{}.TargetShape(out)
	if err != nil {
		return nil, err
	}
	bad := func(w float64) bool { return !(w >= 0) || math.IsInf(w, 1) }
	switch c := out[1]; {
	case l.Weights != nil && len(l.Weights) != c:
		return nil, fmt.Errorf("losses: %s: %d weights for %d classes", l, len(l.Weights), c)
	case slices.ContainsFunc(l.Weights, bad):
		return nil, fmt.Errorf("losses: %s: weights %v: want finite numbers ≥ 0", l, l.Weights)
	case !(l.Smoothing >= 0 && l.Smoothing < 1):
		return nil, fmt.Errorf("losses: %s: smoothing %v: want a number from 0 to less than 1", l, l.Smoothing)
	}
	return shape, nil
}

// Validate checks that labels are whole numbers in 0…C−1.
func (*ClassCost) Validate(y *tensor.Dense, outputs int) error {
	return SoftmaxCrossEntropy{}.Validate(y, outputs)
}

// Build adds the cost.
func (l *ClassCost) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return l.build(b, z, y)
}

// BuildMixed adds the cost of mixtures: q is λ·q(y) + (1−λ)·q(y′).
func (l *ClassCost) BuildMixed(b *graph.Builder, z, y, others, shares *graph.Node) (*graph.Node, error) {
	return l.build(b, z, y, others, shares)
}

func (l *ClassCost) build(b *graph.Builder, z, y *graph.Node, mixed ...*graph.Node) (*graph.Node, error) {
	c := z.Shape()[1]
	return lossOp(b, graph.Op{
		Name: "class-cost",
		F32:  classCost[float32](l.shares(c)),
		F64:  classCost[float64](l.shares(c)),
	}, func(d *graph.Diff) (*graph.Node, error) {
		p, err := SoftmaxCrossEntropy{}.Mean(d.Builder, d.In[0])
		if err != nil {
			return nil, err
		}
		return l.gradient(d.Builder, p, d.In[1], d.Grad, d.In[2:]...)
	}, append([]*graph.Node{z, y}, mixed...)...)
}

// gradient adds (p·Σq − q)·seed/N.
func (l *ClassCost) gradient(b *graph.Builder, p, y, seed *graph.Node, mixed ...*graph.Node) (*graph.Node, error) {
	shares := l.shares(p.Shape()[1])
	return b.Apply(graph.Op{
		Name: "class-cost-gradient", Shape: p.Shape().Clone(),
		F32: classGradient[float32](shares, 1), F64: classGradient[float64](shares, 1),
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			var moved, scaled *graph.Node
			var err error
			if t.Dot[0] != nil {
				moved, err = t.Apply(graph.Op{
					Name: "class-cost-gradient-tangent", Shape: p.Shape().Clone(),
					F32: classGradient[float32](shares, 0), F64: classGradient[float64](shares, 0),
				}, append([]*graph.Node{t.Dot[0]}, t.In[1:]...)...)
			}
			if err == nil && t.Dot[2] != nil {
				scaled, err = l.gradient(t.Builder, t.In[0], t.In[1], t.Dot[2], t.In[3:]...)
			}
			if err != nil {
				return nil, err
			}
			return t.Total(moved, scaled)
		},
	}, append([]*graph.Node{p, y, seed}, mixed...)...)
}

// shares are what goes to a label's own class and to each class, by class.
type shares struct{ own, each []float64 }

func (l *ClassCost) shares(classes int) shares {
	s := shares{make([]float64, classes), make([]float64, classes)}
	for c := range classes {
		w := 1.0
		if l.Weights != nil {
			w = l.Weights[c]
		}
		s.own[c], s.each[c] = w*(1-l.Smoothing), w*l.Smoothing/float64(classes)
	}
	return s
}

// of is q_c for a label.
func (s shares) of(c, label int) float64 {
	if c == label {
		return s.own[c] + s.each[c]
	}
	return s.each[c]
}

// mixture is the targets of example n: its label and, of a mixture, the other's with the
// label's share.
func mixture[T graph.Float](labels []T, mixed [][]T, n int) (label, other int, share float64) {
	label = int(labels[n])
	if len(mixed) == 0 {
		return label, label, 1
	}
	return label, int(mixed[0][n]), float64(mixed[1][n])
}

// mixed is q_c for a mixture.
func (s shares) mixed(c, label, other int, share float64) float64 {
	if label == other {
		return s.of(c, label)
	}
	return share*s.of(c, label) + (1-share)*s.of(c, other)
}

func classCost[T graph.Float](s shares) func(out []T, in [][]T) {
	classes := len(s.own)
	return func(out []T, in [][]T) {
		var sum float64
		for n := range in[1] {
			label, other, share := mixture(in[1], in[2:], n)
			z := in[0][n*classes : (n+1)*classes]
			total := logSumExp(z)
			for c, v := range z {
				if q := s.mixed(c, label, other, share); q > 0 {
					sum += q * (total - float64(v))
				}
			}
		}
		out[0] = T(sum / float64(len(in[1])))
	}
}

// classGradient is (p·Σq − fixed·q)·seed/N: with fixed 0 the part that is linear in p.
func classGradient[T graph.Float](s shares, fixed float64) func(out []T, in [][]T) {
	classes := len(s.own)
	return func(out []T, in [][]T) {
		p, labels, scale := in[0], in[1], float64(in[2][0])/float64(len(in[1]))
		for n := range labels {
			label, other, share := mixture(labels, in[3:], n)
			var all float64
			for c := range classes {
				all += s.mixed(c, label, other, share)
			}
			for c := range classes {
				i := n*classes + c
				out[i] = T((float64(p[i])*all - fixed*s.mixed(c, label, other, share)) * scale)
			}
		}
	}
}
