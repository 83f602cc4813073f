package layertest

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// mostElements is how many elements of an input or a parameter are moved one by one. All of them together move along a
// direction besides.
const mostElements = 64

// analytic is the rounding error that a derivative by rule may have, relative to the larger of it and 1: a thousand
// operations in float64 that lose two digits.
const analytic = 1e-11

// rough is the error of a difference, relative to the largest derivative, above which it tells nothing.
const rough = 1e-4

func (c *checker) gradient() error { return c.eachDouble(Gradient, c.gradientOf) }

// eachDouble looks at an aspect in every setting of float64 in which derivatives are checked, until it fails: the other settings would say the same again.
func (c *checker) eachDouble(a Aspect, look func(set setting) error) error {
	for _, set := range derived() {
		if err := look(set); err != nil {
			return fmt.Errorf("a graph %v: %w", set, err)
		}
		if c.failed(a) {
			return nil
		}
	}
	return nil
}

func (c *checker) gradientOf(set setting) error {
	s, err := c.fresh(set)
	if err != nil {
		return err
	}
	u, grads, err := s.gradients()
	if err != nil {
		return err
	}
	forward, err := s.probe(s.y)
	if err != nil {
		return err
	}
	backward, err := s.probe(grads...)
	if err != nil {
		return err
	}
	s.b.NewDraw()
	got, err := backward.run()
	if err != nil {
		return err
	}
	seed := partcheck.Doubles(graph.Value(u))
	for i, w := range s.wrt {
		g, memory := orZeros(got[i], w.Shape().TotalSize()), graph.Value(w)
		want, tolerance, err := differences(forward, seed, memory, chosen(len(g)))
		if err != nil {
			return err
		}
		what := fmt.Sprintf("the gradient of %s, in a graph %v,", s.names[i], set)
		if !c.usable(Gradient, what, want, tolerance) {
			return nil
		}
		c.compare(Gradient, &partcheck.Comparison{
			What: what, Than: "the finite difference", Shape: w.Shape(), Got: g, Want: want, Tolerance: tolerance, Batch: set.n,
		})
		if c.failed(Gradient) || len(g) <= mostElements {
			continue
		}
		v := partcheck.Normals(partcheck.Rand(5, uint64(i)), len(g))
		slope, err := forward.derivative([]*tensor.Dense{memory}, [][]float64{v})
		if err != nil {
			return err
		}
		d, most := weighed(seed, slope)
		c.compare(Gradient, &partcheck.Comparison{
			What: what + " along a direction", Than: "the finite difference", Got: []float64{partcheck.Dot(g, v)}, Want: []float64{d},
			Tolerance: []float64{most + analytic*(1+magnitude(g, v))}, Hint: "elements that were not looked at one by one are wrong",
		})
	}
	if c.failed(Gradient) {
		return nil
	}
	return c.alone(s, u, got)
}

// alone asks for one gradient at a time: rules are told what is needed (graph.Diff.Need).
func (c *checker) alone(s *subject, u *graph.Node, all [][]float64) error {
	for i, w := range s.wrt {
		g, err := s.b.Backward(s.y, u, w)
		if err != nil {
			return fmt.Errorf("the gradient of %s alone: %w", s.names[i], err)
		}
		p, err := s.probe(g...)
		if err != nil {
			return err
		}
		got, err := p.one()
		if err != nil {
			return err
		}
		size := w.Shape().TotalSize()
		want := orZeros(all[i], size)
		c.compare(Gradient, &partcheck.Comparison{
			What: fmt.Sprintf("the gradient of %s, in a graph %v, where no other is asked for,", s.names[i], s.setting), Than: "that beside the others", Shape: w.Shape(),
			Got: orZeros(got, size), Want: want, Tolerance: []float64{analytic * (1 + partcheck.Largest(want))}, Batch: s.n, Hint: "a rule takes Diff.Need for something else",
		})
	}
	return nil
}

// chosen are the elements that are moved one by one: all of a few, else the first, the last and some between.
func chosen(size int) []int {
	all := make([]int, size)
	for i := range all {
		all[i] = i
	}
	if size <= mostElements {
		return all
	}
	r := partcheck.Rand(6, uint64(size))
	r.Shuffle(size-2, func(i, j int) { all[i+1], all[j+1] = all[j+1], all[i+1] })
	all[mostElements-1] = size - 1
	all = all[:mostElements]
	slices.Sort(all)
	return all
}

// differences are those of ⟨u, y⟩ with respect to some elements of a tensor. Where there is a kink, and at other
// elements, the tolerance is infinite.
func differences(forward *probe, u []float64, memory *tensor.Dense, which []int) (want, tolerance []float64, err error) {
	size := memory.DataSize()
	want, tolerance = make([]float64, size), make([]float64, size)
	for i := range tolerance {
		tolerance[i] = math.Inf(1)
	}
	move := make([]float64, size)
	for _, i := range which {
		clear(move)
		move[i] = 1
		slope, err := forward.derivative([]*tensor.Dense{memory}, [][]float64{move})
		if err != nil {
			return nil, nil, err
		}
		want[i], tolerance[i] = weighed(u, slope)
		tolerance[i] += analytic * (1 + magnitude(u, slope.Values))
	}
	for i, v := range tolerance {
		if math.IsInf(v, 1) {
			want[i] = 0 // not known
		}
	}
	return want, tolerance, nil
}

// weighed is ⟨u, slope⟩ with its error, which is infinite if an element that counts has a kink.
func weighed(u []float64, s *partcheck.Slope) (value, most float64) {
	for i, v := range s.Values {
		if s.Kink[i] && u[i] != 0 {
			return 0, math.Inf(1)
		}
		value += u[i] * v
		most += math.Abs(u[i]) * s.Errors[i]
	}
	return value, most
}

// magnitude is Σ |x·y|.
func magnitude(x, y []float64) (sum float64) {
	for i, v := range x {
		sum += math.Abs(v * y[i])
	}
	return sum
}

// usable reports whether the differences are exact enough at half of the elements that were moved. If not, the aspect
// has failed: nothing was looked at.
func (c *checker) usable(a Aspect, what string, want, tolerance []float64) bool {
	moved, most := min(len(want), mostElements), max(partcheck.Largest(want), 1e-3)
	bad := moved
	for _, v := range tolerance {
		if v <= rough*most {
			bad--
		}
	}
	if 2*bad <= moved {
		return true
	}
	c.rough = true
	c.fail(a, "%s cannot be compared with differences at %d of %d elements: the values are too rough for float64 (does F64 compute in float32?), or most inputs are at a kink (set Config.Values)", what, bad, moved)
	return false
}
