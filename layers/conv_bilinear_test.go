package layers_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// bilinearCase is a layer y = Σ x·w + b with every term of the sum: terms calls f for each,
// with the places of its x, w and y.
type bilinearCase struct {
	name    string
	layer   func() layers.Layer
	in, out []int // shapes
	weight  []int
	filters int
	noBias  bool
	groups  int
	terms   func(f func(x, w, y int))
}

// images are the sizes and the settings of a convolution, forward or transposed.
type images struct {
	n, h, w, c, filters, groups             int
	kernel, stride, before, after, dilation [2]int
	outputPadding                           [2]int
}

// convolved is the output's height and width.
func (m images) convolved() (h, w int) {
	size := func(i, in int) int {
		return (in+m.before[i]+m.after[i]-m.dilation[i]*(m.kernel[i]-1)-1)/m.stride[i] + 1
	}
	return size(0, m.h), size(1, m.w)
}

// convolutionTerms are those of a convolution, by its definition.
func (m images) convolutionTerms(f func(x, w, y int)) {
	outH, outW := m.convolved()
	c, filters := m.c/m.groups, m.filters/m.groups
	for e := range m.n {
		for i := range outH {
			for j := range outW {
				for o := range m.filters {
					g := o / filters
					for u := range m.kernel[0] {
						for v := range m.kernel[1] {
							p, q := i*m.stride[0]+u*m.dilation[0]-m.before[0], j*m.stride[1]+v*m.dilation[1]-m.before[1]
							if p < 0 || p >= m.h || q < 0 || q >= m.w {
								continue
							}
							for ch := range c {
								row := ((g*m.kernel[0]+u)*m.kernel[1]+v)*c + ch
								f(((e*m.h+p)*m.w+q)*m.c+g*c+ch, row*filters+o%filters, ((e*outH+i)*outW+j)*m.filters+o)
							}
						}
					}
				}
			}
		}
	}
}

// transposed is the transposed convolution's height and width.
func (m images) transposed() (h, w int) {
	size := func(i, in int) int {
		return (in-1)*m.stride[i] - 2*m.before[i] + m.dilation[i]*(m.kernel[i]-1) + m.outputPadding[i] + 1
	}
	return size(0, m.h), size(1, m.w)
}

func (m images) transposedTerms(f func(x, w, y int)) {
	outH, outW := m.transposed()
	for e := range m.n {
		for p := range m.h {
			for q := range m.w {
				for u := range m.kernel[0] {
					for v := range m.kernel[1] {
						i, j := p*m.stride[0]+u*m.dilation[0]-m.before[0], q*m.stride[1]+v*m.dilation[1]-m.before[1]
						if i < 0 || i >= outH || j < 0 || j >= outW {
							continue
						}
						for ch := range m.c {
							for o := range m.filters {
								f(((e*m.h+p)*m.w+q)*m.c+ch, ((ch*m.kernel[0]+u)*m.kernel[1]+v)*m.filters+o, ((e*outH+i)*outW+j)*m.filters+o)
							}
						}
					}
				}
			}
		}
	}
}

// gradients are what a layer computes for the cotangent g at its output.
type gradients struct{ y, dx, dw, db []float64 }

func (c bilinearCase) direct(x, w, bias, g []float64) gradients {
	r := gradients{make([]float64, len(g)), make([]float64, len(x)), make([]float64, len(w)), make([]float64, c.filters)}
	for i := range r.y {
		if bias != nil {
			r.y[i] = bias[i%c.filters]
		}
		r.db[i%c.filters] += g[i]
	}
	c.terms(func(i, k, o int) {
		r.y[o] += x[i] * w[k]
		r.dx[i] += g[o] * w[k]
		r.dw[k] += g[o] * x[i]
	})
	return r
}

// tolerance is convCase's, for as many terms as the gradients of a bias or a weight have.
func (c bilinearCase) tolerance(eps float64) float64 {
	return 30 * eps * float64(tensor.Shape(c.out).TotalSize()/c.filters+tensor.Shape(c.weight).TotalSize())
}

func (c bilinearCase) random(seed uint64) (x, g []float64) {
	r := rand.New(rand.NewPCG(seed, 3))
	return normals(r, tensor.Shape(c.in).TotalSize()), normals(r, tensor.Shape(c.out).TotalSize())
}

// build is the layer on x with random parameters.
func (c bilinearCase) build(t testing.TB, dtype tensor.Dtype, train bool, x, g []float64) (built, layers.Layer) {
	t.Helper()
	l := c.layer()
	b := newBuilder(t, dtype, c.in[0], train, 7)
	n, _ := b.Input("probe", c.in...)
	_, err := l.Build(b, n)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 5))
	for _, p := range l.Params() {
		require.NoError(t, graph.CopyInto(p.Value, tensor.New(tensor.WithShape(p.Value.Shape()...), tensor.WithBacking(normals(r, p.Size())))))
	}
	return buildOn(t, newBuilder(t, dtype, c.in[0], train, 7), l, x, g, c.in...), l
}

// check holds a layer against its terms: the output, all gradients, in both precisions, in
// training and evaluation; tangents by exact differences and by ⟨u, Jv⟩ = ⟨Jᵀu, v⟩; the taps.
func (c bilinearCase) check(t *testing.T) {
	t.Helper()
	x, g := c.random(1)
	m, l := c.build(t, graph.Float64, true, x, g)
	require.Len(t, l.Params(), map[bool]int{true: 1, false: 2}[c.noBias])
	assert.Equal(t, c.weight, []int(l.Params()[0].Value.Shape()))
	var bias []float64
	if !c.noBias {
		bias = l.Params()[1].Value.Float64s()
	}
	tolerance := c.tolerance(0x1p-53)
	want := c.direct(x, l.Params()[0].Value.Float64s(), bias, g)
	require.Equal(t, c.out, []int(m.y.Shape()))
	y := doubles(graph.Value(m.y))
	assert.InDeltaSlice(t, want.y, y, tolerance)
	assert.Equal(t, c.in, []int(m.g[0].Shape()))
	assert.InDeltaSlice(t, want.dx, doubles(graph.Value(m.g[0])), tolerance)
	assert.InDeltaSlice(t, want.dw, doubles(graph.Value(m.g[1])), tolerance)
	if !c.noBias {
		assert.InDeltaSlice(t, want.db, doubles(graph.Value(m.g[2])), tolerance)
	}
	c.checkTaps(t, m, l, want, g)
	c.checkTangents(t, m, l, g)

	still, _ := c.build(t, graph.Float64, false, x, g)
	assert.Equal(t, y, doubles(graph.Value(still.y)), "evaluation")
	single, s := c.build(t, graph.Float32, true, x, g)
	var rounded []float64 // the bias as float32 has it is nearly the same: one rounding more
	if !c.noBias {
		rounded = doubles(s.Params()[1].Value)
	}
	want = c.direct(x, doubles(s.Params()[0].Value), rounded, g)
	tolerance = c.tolerance(0x1p-24)
	assert.InDeltaSlice(t, want.y, doubles(graph.Value(single.y)), tolerance)
	for i, w := range [][]float64{want.dx, want.dw, want.db}[:len(single.g)] {
		assert.InDeltaSlice(t, w, doubles(graph.Value(single.g[i])), tolerance)
	}
}

// checkTaps: the weight's gradient is āᵀG, group by group, and the bias's the sum of G's
// rows, in one tap or in two.
func (c bilinearCase) checkTaps(t *testing.T, m built, l layers.Layer, want gradients, g []float64) {
	t.Helper()
	var seen []*graph.Param
	for _, tap := range m.b.Taps {
		a, s := tap.Nodes()
		grad := tapGradient(t, m, g, s)
		cols := s.Shape()[1]
		sums := make([]float64, cols)
		for i, v := range grad {
			sums[i%cols] += v
		}
		seen = append(seen, tap.Weight)
		if tap.Kind == graph.Shift {
			assert.InDeltaSlice(t, want.db, sums, c.tolerance(0x1p-53))
			assert.Same(t, l.Params()[1], tap.Weight)
			continue
		}
		if tap.Bias != nil {
			seen = append(seen, tap.Bias)
			assert.InDeltaSlice(t, want.db, sums, c.tolerance(0x1p-53))
		}
		require.Equal(t, graph.Affine, tap.Kind)
		groups, width := max(tap.Groups, 1), a.Shape()[1]
		assert.Equal(t, max(c.groups, 1), groups)
		in, out := width/groups, cols/groups
		assert.Equal(t, []int{groups * in, out}, []int(tap.Weight.Value.Shape()))
		dw, av := make([]float64, groups*in*out), doubles(graph.Value(a))
		for row := range a.Shape()[0] {
			for i := range width {
				for o := range out {
					dw[i*out+o] += av[row*width+i] * grad[row*cols+i/in*out+o]
				}
			}
		}
		assert.InDeltaSlice(t, want.dw, dw, c.tolerance(0x1p-53))
	}
	assert.ElementsMatch(t, l.Params(), seen, "every parameter is under one tap")
}

// checkTangents moves the input and each parameter alone and all together.
func (c bilinearCase) checkTangents(t *testing.T, m built, l layers.Layer, u []float64) {
	t.Helper()
	wrt, values := []*graph.Node{m.x}, [][]float64{graph.Value(m.x).Float64s()}
	for _, p := range l.Params() {
		wrt, values = append(wrt, m.b.Param(p)), append(values, p.Value.Float64s())
	}
	r := rand.New(rand.NewPCG(10, 1))
	var tangents []*graph.Node
	var moves, grads [][]float64
	for i, n := range wrt {
		moves = append(moves, normals(r, len(values[i])))
		tangents = append(tangents, input(t, m.b, moves[i], n.Shape()...))
		grads = append(grads, doubles(graph.Value(m.g[i])))
	}
	for _, span := range [][2]int{{0, 1}, {1, 2}, {len(wrt) - 1, len(wrt)}, {0, len(wrt)}} {
		first, end := span[0], span[1]
		jv, err := m.b.Forward(m.y, wrt[first:end], tangents[first:end])
		require.NoError(t, err)
		p, err := m.b.Compile(jv)
		require.NoError(t, err)
		require.NoError(t, p.Run())
		got := doubles(graph.Value(jv))
		var transposed float64
		for i := first; i < end; i++ {
			transposed += dot(grads[i], moves[i])
		}
		assert.InDelta(t, transposed, dot(u, got), 100*c.tolerance(0x1p-53))
		move := func(step float64) []float64 { // y is quadratic in all together: differences of any step are exact
			for i := first; i < end; i++ {
				for j, v := range moves[i] {
					values[i][j] += step * v
				}
			}
			require.NoError(t, m.run.Run())
			return doubles(graph.Value(m.y))
		}
		up := move(1)
		down := move(-2)
		move(1)
		for i := range got {
			require.InDelta(t, (up[i]-down[i])/2, got[i], 10*c.tolerance(0x1p-53), "output %d", i)
		}
	}
}

// checkSecond: tangents of all gradients against exact differences: each of the three maps
// differentiated by each of the other two's inputs.
func (c bilinearCase) checkSecond(t *testing.T) {
	t.Helper()
	x, g := c.random(2)
	m, l := c.build(t, graph.Float64, true, x, g)
	weight := m.b.Param(l.Params()[0])
	r := rand.New(rand.NewPCG(11, 1))
	for i, of := range m.g[:2] {
		for _, by := range []*graph.Node{m.x, weight} {
			move := normals(r, by.Shape().TotalSize())
			dot, err := m.b.Forward(of, []*graph.Node{by}, []*graph.Node{input(t, m.b, move, by.Shape()...)})
			require.NoError(t, err)
			values := graph.Value(by).Float64s()
			at := func(step float64) []float64 {
				for j, v := range move {
					values[j] += step * v
				}
				require.NoError(t, m.run.Run())
				return doubles(graph.Value(of))
			}
			up := at(1)
			down := at(-2)
			at(1)
			if dot == nil { // bilinear: a gradient does not depend on its own variable
				assert.InDeltaSlice(t, up, down, c.tolerance(0x1p-53), fmt.Sprint(i))
				continue
			}
			p, err := m.b.Compile(dot)
			require.NoError(t, err)
			require.NoError(t, p.Run())
			for j, v := range doubles(graph.Value(dot)) {
				require.InDelta(t, (up[j]-down[j])/2, v, 10*c.tolerance(0x1p-53))
			}
			u := normals(r, of.Shape().TotalSize())
			back, err := m.b.Backward(of, input(t, m.b, u, of.Shape()...), by)
			require.NoError(t, err)
			p, err = m.b.Compile(back[0])
			require.NoError(t, err)
			require.NoError(t, p.Run())
			var jv, jtu float64
			for j, v := range doubles(graph.Value(dot)) {
				jv += u[j] * v
			}
			for j, v := range doubles(graph.Value(back[0])) {
				jtu += v * move[j]
			}
			assert.InDelta(t, jv, jtu, 100*c.tolerance(0x1p-53))
		}
	}
}
