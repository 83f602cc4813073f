package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// The three products that a scan's rules are made of are one form, Σ_t ⟨δ_t, h_{t−1}M⟩,
// without one of its three factors.

// previousTimes is h_{t−1}M at every time t, 0 at the first.
func previousTimes(b *graph.Builder, h, m *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:    "previous-times",
		Shape:   h.Shape().Clone(),
		F32:     timesShifted[float32](s, -1),
		F64:     timesShifted[float64](s, -1),
		Tangent: bilinear(previousTimes, s),
	}, h, m)
}

// nextTimes is δ_{t+1}Mᵀ at every time t, 0 at the last.
func nextTimes(b *graph.Builder, delta, m *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:    "next-times",
		Shape:   delta.Shape().Clone(),
		F32:     timesShifted[float32](s, 1),
		F64:     timesShifted[float64](s, 1),
		Tangent: bilinear(nextTimes, s),
	}, delta, m)
}

// previousTransposed is Σ_t h_{t−1}ᵀδ_t.
func previousTransposed(b *graph.Builder, h, delta *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:    "previous-transposed",
		Shape:   []int{s.units, s.units},
		F32:     transposedSum[float32](s),
		F64:     transposedSum[float64](s),
		Tangent: bilinear(previousTransposed, s),
	}, h, delta)
}

func bilinear(f func(b *graph.Builder, x, y *graph.Node, s *sequences) (*graph.Node, error), s *sequences) func(t *graph.Tangent) (*graph.Node, error) {
	return graph.Bilinear(func(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) { return f(b, x, y, s) })
}

// timesShifted multiplies the rows of time t+by by M, or by Mᵀ where they are later.
func timesShifted[T graph.Float](s *sequences, by int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for t := range s.times {
			if from := t + by; from >= 0 && from < s.times {
				blas.Gemm(false, by > 0, s.examples, s.units, s.units, 1, in[0][from*s.units:], s.stride(), in[1], s.units, 0, out[t*s.units:], s.stride())
				continue
			}
			for at := t * s.units; at < len(out); at += s.stride() {
				clear(out[at : at+s.units])
			}
		}
	}
}

func transposedSum[T graph.Float](s *sequences) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		clear(out)
		for t := 1; t < s.times; t++ {
			blas.Gemm(true, false, s.units, s.units, s.examples, 1, in[0][(t-1)*s.units:], s.stride(), in[1][t*s.units:], s.stride(), 1, out, s.units)
		}
	}
}
