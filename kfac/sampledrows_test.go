package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// TestSampledRows: of the rows of all examples every s-th is measured, at most so many; every
// location has its share; and the factors are the means over these rows.
func TestSampledRows(t *testing.T) {
	const examples, most = 24, 50
	for _, locations := range []int{1, 2, 3, 6, 25} {
		n := newNetwork[float64](t, 3, examples, affine{in: 4, out: 3, bias: true, locations: locations})
		b, tap := newKronecker[float64](n.layers[0]), n.grad.Taps[0]
		p := n.pass(true, 1)
		p.most = most
		require.True(t, b.Accumulate(p))
		first, every := p.sampled(tap, locations)
		rows := examples * locations
		assert.Zero(t, first)
		assert.Equal(t, 1, divisor(every, locations))
		if locations == 1 || rows <= most {
			assert.Equal(t, 1, every)
		} else {
			assert.LessOrEqual(t, (rows+every-1)/every, most)
			assert.Greater(t, (rows+every-1)/every, most/2)
		}
		seen, count := map[int]int{}, 0
		a, g := make([]float64, 25), make([]float64, 9)
		for r := 0; r < rows; r += every {
			seen[r%locations]++
			count++
			x := append(append([]float64{}, tap.A.Float64s()[r*4:r*4+4]...), 1)
			d := tap.G.Float64s()[r*3 : r*3+3]
			for i := range 5 {
				for j := range i + 1 {
					a[i*5+j] += x[i] * x[j] * float64(every) / examples
				}
			}
			for i := range 3 {
				for j := range i + 1 { // a row of G is 1/N of an example's gradient
					g[i*3+j] += d[i] * d[j] * examples * examples * float64(every) / float64(rows)
				}
			}
		}
		for l := range locations {
			assert.InDelta(t, float64(count)/float64(locations), seen[l], 1, "location %d of %d", l, locations)
		}
		closeTo(t, a, b.a.batch, 1e-12)
		closeTo(t, g, b.g.batch, 1e-12)
	}
}

// TestSampledRowsOfParts: the parts of a mini-batch have the rows that the whole has, also where
// a part has none, and where a part of the examples is measured.
func TestSampledRowsOfParts(t *testing.T) {
	const locations, most = 5, 9
	for _, fraction := range []float64{1, 0.7} {
		n := newNetwork[float64](t, 3, 13, affine{in: 4, out: 3, bias: true, locations: locations})
		whole := newKronecker[float64](n.layers[0])
		p := n.pass(true, fraction)
		p.most = most
		require.True(t, whole.Accumulate(p))
		tap := n.grad.Taps[0]
		measured := leading(fraction, 13)
		a, g := make([]float64, 25), make([]float64, 9)
		at := 0
		for _, size := range []int{4, 1, 8} {
			part := *tap
			part.Examples = size
			rows := size * locations
			part.A, part.G = graph.NewDense(graph.Float64, rows, 4), graph.NewDense(graph.Float64, rows, 3)
			copy(part.A.Float64s(), tap.A.Float64s()[at*locations*4:])
			for i, v := range tap.G.Float64s()[at*locations*3:][:rows*3] {
				part.G.Float64s()[i] = v * 13 / float64(size) // of the part's own mean
			}
			b := newKronecker[float64](n.layers[0])
			q := &Pass{CurvaturePass: &graph.CurvaturePass{Examples: size, Taps: []*graph.Tap{&part}}, FirstTaps: true, fraction: fraction, whole: 13, first: at, most: most}
			k := q.measured(size)
			at += size
			if k == 0 {
				continue
			}
			require.True(t, b.Accumulate(q))
			for i := range a {
				a[i] += b.a.batch[i] * float64(k) / float64(measured)
			}
			for i := range g {
				g[i] += b.g.batch[i] * float64(k) / float64(measured)
			}
		}
		closeTo(t, whole.a.batch, a, 1e-12)
		closeTo(t, whole.g.batch, g, 1e-12)
	}
}

// TestMostRowsByDefault: all rows of the examples are measured where their part is given.
func TestMostRowsByDefault(t *testing.T) {
	for given, want := range map[float64]int{0: mostFactorRows, 1: 0, 0.5: 0} {
		l := &large{bowl: randomBowl(1, []float64{1, 2, 3}), examples: 64}
		o := newOptimizer(t, Config{Damping: 1, FactorFraction: given})
		_, err := o.Step(l)
		require.NoError(t, err)
		assert.Equal(t, want, o.pre.pass.most)
	}
}

// TestSampledRowsOfGroups: a tap in several groups has a quarter of the rows.
func TestSampledRowsOfGroups(t *testing.T) {
	tap := &graph.Tap{Examples: 100, Groups: 3}
	p := &Pass{fraction: 1, most: 400}
	_, every := p.sampled(tap, 9)
	assert.Equal(t, 10, every, "at most 100 of 900, and no divisor of 9 in common")
	tap.Groups = 1
	_, every = p.sampled(tap, 9)
	assert.Equal(t, 4, every, "at most 400")
}
