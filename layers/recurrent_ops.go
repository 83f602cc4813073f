package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// sequences are the sizes of a recurrent layer. Its matrices have N·T rows, the T rows of
// an example together, so that the rows of one time are N rows at a stride of T.
type sequences struct{ examples, times, in, units int }

// stride is the distance between the rows of one time.
func (s *sequences) stride() int { return s.times * s.units }

// scan is h_t = tanh(p_t + h_{t−1}W), with p and h N·T×Units, and W Units×Units.
//
//	reverse: δ_t = (1−h_t²)∘q_t, q_t = g_t + δ_{t+1}Wᵀ; dp = δ, dW = Σ_t h_{t−1}ᵀδ_t
//	tangent: h'_t = (1−h_t²)∘(c_t + h'_{t−1}W), c_t = p'_t + h_{t−1}W'
func scan(b *graph.Builder, p, weight *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "scan",
		Shape: p.Shape().Clone(),
		F32:   scanning[float32](s),
		F64:   scanning[float64](s),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, 2)
			q, err := scanBack(d.Builder, d.Out, d.In[1], d.Grad, s)
			if err != nil {
				return nil, err
			}
			if grads[0], err = Tanh().slope(d.Builder, d.Out, q); err != nil {
				return nil, err
			}
			if d.Need[1] {
				grads[1], err = previousTransposed(d.Builder, d.Out, grads[0], s)
			}
			return grads, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			c := t.Dot[0]
			if t.Dot[1] != nil {
				moved, err := previousTimes(t.Builder, t.Out, t.Dot[1], s)
				if err != nil {
					return nil, err
				}
				if c, err = t.Total(c, moved); err != nil {
					return nil, err
				}
			}
			return linearScan(t.Builder, t.Out, t.In[1], c, s)
		},
	}, p, weight)
}

func scanning[T graph.Float](s *sequences) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		h, weight, stride := out, in[1], s.stride()
		copy(h, in[0])
		for t := range s.times {
			if t > 0 {
				blas.Gemm(false, false, s.examples, s.units, s.units, 1, h[(t-1)*s.units:], stride, weight, s.units, 1, h[t*s.units:], stride)
			}
			for at := t * s.units; at < len(h); at += stride {
				row := h[at : at+s.units]
				elementwise.Tanh(row, row)
			}
		}
	}
}

// scanBack is q_t = g_t + δ_{t+1}Wᵀ with δ = (1−h²)∘q, from the last time to the first.
func scanBack(b *graph.Builder, h, weight, g *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "scan-gradient",
		Shape: h.Shape().Clone(),
		F32:   scanningBack[float32](s),
		F64:   scanningBack[float64](s),
		// q'_t = g'_t + δ_{t+1}W'ᵀ + ((−2h∘h'∘q)_{t+1} + ((1−h²)∘q')_{t+1})Wᵀ
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			tanh := Tanh()
			var bent, turned *graph.Node
			if t.Dot[0] != nil {
				bend, err := t.Apply(graph.Op{
					Name: "scan-bend", Shape: t.Out.Shape().Clone(), F32: bending[float32](tanh.bend), F64: bending[float64](tanh.bend),
				}, t.In[0], t.Out, t.Dot[0])
				if err != nil {
					return nil, err
				}
				if bent, err = nextTimes(t.Builder, bend, t.In[1], s); err != nil {
					return nil, err
				}
			}
			if t.Dot[1] != nil {
				delta, err := tanh.slope(t.Builder, t.In[0], t.Out)
				if err != nil {
					return nil, err
				}
				if turned, err = nextTimes(t.Builder, delta, t.Dot[1], s); err != nil {
					return nil, err
				}
			}
			g, err := t.Total(t.Dot[2], bent, turned)
			if err != nil {
				return nil, err
			}
			return scanBack(t.Builder, t.In[0], t.In[1], g, s)
		},
	}, h, weight, g)
}

func scanningBack[T graph.Float](s *sequences) func(out []T, in [][]T) {
	delta := make([]T, 0)
	return func(out []T, in [][]T) {
		h, weight, stride := in[0], in[1], s.stride()
		copy(out, in[2])
		if cap(delta) == 0 {
			delta = make([]T, s.examples*s.units) // of one time
		}
		for t := s.times - 2; t >= 0; t-- {
			for e := range s.examples {
				at, row := (e*s.times+t+1)*s.units, delta[e*s.units:(e+1)*s.units]
				elementwise.TanhGrad(row, h[at:at+s.units], out[at:at+s.units])
			}
			blas.Gemm(false, true, s.examples, s.units, s.units, 1, delta, s.units, weight, s.units, 1, out[t*s.units:], stride)
		}
	}
}

// linearScan is v_t = (1−h_t²)∘(c_t + v_{t−1}W).
func linearScan(b *graph.Builder, h, weight, c *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "scan-tangent",
		Shape: h.Shape().Clone(),
		F32:   scanningLinearly[float32](s),
		F64:   scanningLinearly[float64](s),
	}, h, weight, c)
}

func scanningLinearly[T graph.Float](s *sequences) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		h, weight, stride := in[0], in[1], s.stride()
		copy(out, in[2])
		for t := range s.times {
			if t > 0 {
				blas.Gemm(false, false, s.examples, s.units, s.units, 1, out[(t-1)*s.units:], stride, weight, s.units, 1, out[t*s.units:], stride)
			}
			for at := t * s.units; at < len(h); at += stride {
				row := out[at : at+s.units]
				elementwise.TanhGrad(row, h[at:at+s.units], row)
			}
		}
	}
}

// besidePrevious is the matrix of the rows [x_t, h_{t−1}]. Only the tap reads it.
func besidePrevious(b *graph.Builder, x, h *graph.Node, s *sequences) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "beside-previous",
		Shape: []int{s.examples * s.times, s.in + s.units},
		F32:   settingBeside[float32](s),
		F64:   settingBeside[float64](s),
	}, x, h)
}

func settingBeside[T graph.Float](s *sequences) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for i := range s.examples * s.times {
			row := out[i*(s.in+s.units) : (i+1)*(s.in+s.units)]
			copy(row, in[0][i*s.in:(i+1)*s.in])
			if i%s.times == 0 {
				clear(row[s.in:])
			} else {
				copy(row[s.in:], in[1][(i-1)*s.units:i*s.units])
			}
		}
	}
}
