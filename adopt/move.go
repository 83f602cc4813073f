package adopt

import (
	"github.com/gokfac/gokfac/graph"
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

func gathering[T any](m move) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		small := in[0]
		m.runs(func(large, at, n, step int) {
			run := out[large : large+n]
			switch step {
			case 1:
				copy(run, small[at:at+n])
			case 0:
				for i := range run {
					run[i] = small[at]
				}
			default:
				for i := range run {
					run[i] = small[at+i*step]
				}
			}
		})
	}
}

func scattering[T graph.Float](m move) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		clear(out)
		x := in[0]
		m.runs(func(large, at, n, step int) {
			run := x[large : large+n]
			if step == 0 {
				sum := out[at]
				for _, v := range run {
					sum += v
				}
				out[at] = sum
				return
			}
			for i, v := range run {
				out[at+i*step] += v
			}
		})
	}
}

// runs calls f for each run along the last axis: its place in the large array, its place in
// the small one, its length and its stride.
func (m move) runs(f func(large, at, n, step int)) {
	last := len(m.large) - 1
	n, step := m.large[last], m.stride[last]
	index := make([]int, last)
	at, total := m.offset, product(m.large)
	for large := 0; large < total; large += n {
		f(large, at, n, step)
		for k := last - 1; k >= 0; k-- {
			index[k]++
			at += m.stride[k]
			if index[k] < m.large[k] {
				break
			}
			at -= index[k] * m.stride[k]
			index[k] = 0
		}
	}
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
	m.runs(func(large, at, n, step int) {
		for i := range n {
			out[large+i] = int32(at + i*step)
		}
	})
	return out
}
