package adopt

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
)

// move relates a large array to a small one: element (i_0, i_1, …) of the large is element
// offset + Σ i_k·stride_k of the small. A stride of 0 repeats elements. Transposes, slices,
// repetitions and windows of images are moves; so are, from large to small, sums.
type move struct {
	large  []int
	stride []int
	offset int
	small  []int
}

// gather adds the large array of a small one, in its own shape.
func (m move) gather(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "gather", Shape: m.large, F32: gathering[float32](m), F64: gathering[float64](m),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dx, err := m.scatter(d.Builder, d.Grad)
			return []*graph.Node{dx}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return m.gather(t.Builder, t.Dot[0]) },
	}, x)
}

// scatter adds the small array whose elements are the sums of those of the large one that
// are made of them: the transpose of gather.
func (m move) scatter(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "scatter", Shape: m.small, F32: scattering[float32](m), F64: scattering[float64](m),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dx, err := m.gather(d.Builder, d.Grad)
			return []*graph.Node{dx}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return m.scatter(t.Builder, t.Dot[0]) },
	}, x)
}

func gathering[T graph.Float](m move) func(out []T, in [][]T) {
	pool, pieces := parallel.NewPool[operands[T]](), m.pieces(false)
	return func(out []T, in [][]T) {
		pool.Run(pieces, operands[T]{large: out, small: in[0]}, func(o *operands[T], piece int) {
			gather(m.part(piece, pieces), o.large, o.small)
		})
	}
}

func scattering[T graph.Float](m move) func(out []T, in [][]T) {
	pool, pieces := parallel.NewPool[operands[T]](), m.pieces(true)
	return func(out []T, in [][]T) {
		clear(out)
		pool.Run(pieces, operands[T]{large: in[0], small: out}, func(o *operands[T], piece int) {
			scatter(m.part(piece, pieces), o.large, o.small)
		})
	}
}

type operands[T graph.Float] struct{ large, small []T }

// fewest is how many elements of a move are worth a second worker.
const fewest = 1 << 15

// pieces is how many parts of the first axis are moved side by side. Parts of a scatter must not
// add to the same elements.
func (m move) pieces(scatter bool) int {
	reach := 0
	for k, d := range m.large[1:] {
		reach += (d - 1) * m.stride[k+1]
	}
	if product(m.large) < fewest || scatter && m.stride[0] <= reach {
		return 1
	}
	return min(m.large[0], 16)
}

// walk is a part of a move: places lo to hi of its first axis.
type walk struct {
	move
	lo, hi int
}

func (m move) part(piece, pieces int) walk {
	return walk{m, piece * m.large[0] / pieces, (piece + 1) * m.large[0] / pieces}
}

func gather[T any](w walk, large, small []T) {
	for r := w.begin(); r.next(); {
		at, from := r.large, r.small
		for range r.rows {
			run := large[at : at+r.n]
			switch step := r.step; step {
			case 1:
				copy(run, small[from:])
			case 0:
				v := small[from]
				for i := range run {
					run[i] = v
				}
			default:
				for i, k := 0, from; i < len(run); i, k = i+1, k+step {
					run[i] = small[k]
				}
			}
			at, from = at+r.n, from+r.rowStep
		}
	}
}

func scatter[T graph.Float](w walk, large, small []T) {
	for r := w.begin(); r.next(); {
		at, to := r.large, r.small
		for range r.rows {
			run := large[at : at+r.n]
			if r.step == 0 {
				sum := small[to]
				for _, v := range run {
					sum += v
				}
				small[to] = sum
			} else {
				for i, k := 0, to; i < len(run); i, k = i+1, k+r.step {
					small[k] += run[i]
				}
			}
			at, to = at+r.n, to+r.rowStep
		}
	}
}

// runs goes through the matrices that the last two axes are: where one begins in the large and in the
// small array, its rows and their length, and the strides between rows and within a row.
type runs struct {
	large, small     int
	rows, n          int
	rowStep, step    int
	outer, outStep   []int // the axes before
	size, first, end int   // elements of a matrix; where the part begins and ends in the large array
	index            [mostAxes]int
}

// mostAxes is the most that a move has: windows of images have six.
const mostAxes = 8

func (w walk) begin() runs {
	axes := len(w.large)
	r := runs{rows: 1, n: w.large[axes-1], step: w.stride[axes-1], small: w.offset + w.lo*w.stride[0]}
	switch axes {
	case 1:
		r.n = w.hi - w.lo
	default:
		r.rows, r.rowStep = w.large[axes-2], w.stride[axes-2]
		if axes == 2 {
			r.rows = w.hi - w.lo
		}
		r.outer, r.outStep = w.large[:axes-2], w.stride[:axes-2]
	}
	row := product(w.large[1:])
	r.size, r.end, r.index[0] = r.rows*r.n, w.hi*row, w.lo
	r.large, r.first = w.lo*row-r.size, w.lo*row
	return r
}

func (r *runs) next() bool {
	first := r.large < r.first
	if r.large += r.size; r.large >= r.end {
		return false
	}
	if first {
		return true
	}
	for k := len(r.outer) - 1; k >= 0; k-- {
		r.index[k]++
		r.small += r.outStep[k]
		if r.index[k] < r.outer[k] {
			break
		}
		r.small -= r.index[k] * r.outStep[k]
		r.index[k] = 0
	}
	return true
}

// strides are those of a contiguous row-major array.
func strides(dims []int) []int {
	s := make([]int, len(dims))
	step := 1
	for i := len(dims) - 1; i >= 0; i-- {
		s[i] = step
		step *= dims[i]
	}
	return s
}

// transposed is the move to an array whose axis i is axis pattern[i] of the one of shape dims.
func transposed(dims, pattern []int) move {
	s := strides(dims)
	m := move{small: dims}
	for _, p := range pattern {
		m.large, m.stride = append(m.large, dims[p]), append(m.stride, s[p])
	}
	return m
}

// spread is the move from one number to an array.
func spread(dims []int) move {
	return move{large: dims, stride: make([]int, len(dims)), small: []int{1}}
}

// summed is the move whose scatter sums over the axes that keep is false at. The axes that
// are summed over stay, with one place.
func summed(dims []int, keep []bool) move {
	m := move{large: dims}
	for i, d := range dims {
		if !keep[i] {
			d = 1
		}
		m.small = append(m.small, d)
	}
	m.stride = strides(m.small)
	for i := range dims {
		if !keep[i] {
			m.stride[i] = 0
		}
	}
	return m
}

// indices are, for each element of the large array, the index in the small one.
func (m move) indices() []int32 {
	out := make([]int32, product(m.large))
	w := m.part(0, 1)
	for r := w.begin(); r.next(); {
		for i := range r.rows {
			for j := range r.n {
				out[r.large+i*r.n+j] = int32(r.small + i*r.rowStep + j*r.step)
			}
		}
	}
	return out
}
