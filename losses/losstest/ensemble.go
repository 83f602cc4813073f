package losstest

import (
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// ensemble is p(y|z) of one example: all its targets, or samples.
type ensemble struct {
	z     []float64
	y     [][]float64
	p     []float64 // weights of y in an expectation: they sum to 1
	nll   []float64 // of each of y, at z, if exact
	total float64   // Σ exp(−NLL), if exact
	exact bool      // y are all targets there are
}

// ensemble is p(y|z) at the outputs z.
func (c *checker) ensemble(z []float64) ensemble {
	e := ensemble{z: z, y: c.support, exact: len(c.support) > 0}
	if !e.exact {
		e.y = c.draw(graph.Float64, repeat(z, c.cfg.Samples), c.r.Uint64())
		e.p = slices.Repeat([]float64{1 / float64(len(e.y))}, len(e.y))
		return e
	}
	e.nll = c.likelihoods(z, e.y)
	for _, v := range e.nll {
		e.total += math.Exp(-v)
	}
	for _, v := range e.nll {
		e.p = append(e.p, math.Exp(-v)/e.total)
	}
	return e
}

// points is at how many outputs distributions are looked at.
const points = 3

// ensembles are those at random outputs.
func (c *checker) ensembles() []ensemble {
	var all []ensemble
	for range points {
		all = append(all, c.ensemble(c.z().row(c.r)))
	}
	return all
}

// likelihoods are −log p(y|z) of each of y, but for the constant.
func (c *checker) likelihoods(z []float64, y [][]float64) []float64 {
	p := c.compile(graph.Float64, 1, c.nll())
	partcheck.Fill(p.memory[0], z)
	values := make([]float64, len(y))
	for i, row := range y {
		partcheck.Fill(p.memory[1], row)
		c.must(p.p.Run(), "a run of NegativeLogLikelihood")
		values[i] = graph.Value(p.value).Float64s()[0]
	}
	return values
}

// scores are the gradients of −log p(y|z) at the outputs, one row for each of y. The function that it returns computes them
// for one z after the other.
func (c *checker) scores(y [][]float64) func(z []float64) [][]float64 {
	p := c.compile(graph.Float64, len(y), c.nll())
	p.setSeed(float64(len(y))) // of each example, not of the mean
	return func(z []float64) [][]float64 {
		return split(p.run([][][]float64{repeat(z, len(y)), y}).gradient, c.outputs)
	}
}

// expect is the mean of a vector that each of the targets has, and how far from the truth it may be: five standard errors,
// or the rounding of an exact sum.
func (e ensemble) expect(value func(i int) []float64) (mean, bound []float64) {
	var square []float64
	size := 0.0
	for i, p := range e.p {
		v := value(i)
		if mean == nil {
			mean, square = make([]float64, len(v)), make([]float64, len(v))
		}
		for j, x := range v {
			mean[j] += p * x
			square[j] += p * x * x
			size = max(size, p*math.Abs(x))
		}
	}
	bound = make([]float64, len(mean))
	for j, m := range mean {
		bound[j] = 64 * epsilon * float64(len(e.p)) * (size + 1e-3)
		if !e.exact {
			n := float64(len(e.p))
			bound[j] = 5*math.Sqrt(max(0, square[j]-m*m)/n) + 5/n
		}
	}
	return mean, bound
}

// rough is how exactly factors are seen in an expectation.
func (e ensemble) rough() float64 {
	if e.exact {
		return 0
	}
	return rough
}

// over says what an expectation is over.
func (e ensemble) over() string {
	if e.exact {
		return fmt.Sprintf("over all %d targets", len(e.y))
	}
	return fmt.Sprintf("over %d samples", len(e.y))
}

func (e ensemble) at() string { return "at outputs " + numbers(e.z) }
