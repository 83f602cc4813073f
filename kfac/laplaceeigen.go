package kfac

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/eigen"
	"github.com/gokfac/gokfac/internal/vector"
)

// eigenblock is one block of F̂ as Q diag(values) Qᵀ, in float64. The block's parameters are a
// matrix X (rows×cols). Qᵀ takes X to LᵀXR, where L and R have eigenvectors in columns and
// are nil where they are the identity. Blocks of factors and summands with two rows may have
// a rotation of each column instead.
type eigenblock struct {
	name       string
	rows, cols int
	left       []float64 // rows×rows
	right      []float64 // cols×cols
	turns      []float64 // cosine and sine of each column
	values     []float64 // rows×cols, none below 0
	prior      float64   // τ
	pieces     []piece
	layers     []*layer // whose parameters these are; none of a loose parameter
	loose      int      // of a loose parameter: its place among these
}

// piece is size elements of a parameter, from one on.
type piece struct{ param, from, size int }

func (s *eigenblock) size() int { return s.rows * s.cols }

// blocks decomposes the blocks.
func (f *laplaceFit) blocks() ([]*eigenblock, error) {
	var w eigen.Workspace
	var all []*eigenblock
	for _, b := range f.pre.blocks {
		s := eigenblockOf[float64](b, &w)
		if s == nil {
			s = eigenblockOf[float32](b, &w)
		}
		if s == nil {
			return nil, errNoEigenvalues
		}
		for _, l := range s.layers {
			size := l.in * l.out
			s.pieces = append(s.pieces, piece{l.weight, l.group * size, size})
			if l.bias >= 0 {
				s.pieces = append(s.pieces, piece{l.bias, l.group * l.out, l.out})
			}
		}
		for i, e := range s.values {
			if !(e <= math.MaxFloat64) {
				return nil, fmt.Errorf("kfac: the curvature of %s is not finite", s.name)
			}
			s.values[i] = max(e, 0) // a negative one is 0 and rounding
		}
		all = append(all, s)
	}
	return all, nil
}

// eigenblockOf decomposes a block of element type T. It returns nil if the block is of another
// type, or if an iteration does not converge.
func eigenblockOf[T graph.Float](b Block, w *eigen.Workspace) *eigenblock {
	switch b := b.(type) {
	case *kronecker[T]:
		s := ofLayer(b.layer)
		var a, g []float64
		if s.left, a = decomposed(b.a, w); a == nil {
			return nil
		}
		if s.right, g = decomposed(b.g, w); g == nil {
			return nil
		}
		s.values = products(a, g)
		return s
	case *ekfac[T]:
		s := ofLayer(b.layer)
		s.left, s.right, s.values = widened(b.ua), widened(b.ug), widened(b.s)
		return s
	case *embedding[T]:
		s := ofLayer(b.layer)
		var g []float64
		if s.right, g = decomposed(b.g, w); g == nil {
			return nil
		}
		s.values = products(widened(b.mean), g)
		return s
	case *diagonal[T]:
		s := ofLayer(b.layer)
		s.values = widened(b.mean)
		return s
	case *pairs[T]:
		s := ofLayer(b.layer)
		s.turn(widened(b.mean))
		return s
	case *full[T]:
		s := &eigenblock{name: b.name, rows: b.f.n, cols: 1, layers: b.layers}
		if s.left, s.values = decomposed(b.f, w); s.values == nil {
			return nil
		}
		return s
	case *loose[T]:
		n := len(b.mean)
		return &eigenblock{name: b.name, rows: 1, cols: n, values: widened(b.mean), pieces: []piece{{b.param, 0, n}}, loose: b.place}
	}
	return nil
}

func ofLayer(l *layer) *eigenblock {
	return &eigenblock{name: l.name, rows: l.rows, cols: l.out, layers: []*layer{l}}
}

// decomposed returns the eigenvectors and eigenvalues of a factor's average. values is nil if
// the iteration does not converge.
func decomposed[T graph.Float](f *factor[T], w *eigen.Workspace) (vectors, values []float64) {
	n := f.n
	vectors, values = make([]float64, n*n), make([]float64, n)
	f.damped(vectors, 0)
	if !w.Decompose(n, vectors, values) {
		return nil, nil
	}
	return vectors, values
}

// products are those of each a with each g.
func products(a, g []float64) []float64 {
	p := make([]float64, 0, len(a)*len(g))
	for _, x := range a {
		for _, y := range g {
			p = append(p, max(x, 0)*max(y, 0))
		}
	}
	return p
}

// widened is a copy in float64.
func widened[T graph.Float](x []T) []float64 {
	y := make([]float64, len(x))
	vector.ToFloat64(y, x)
	return y
}

// turn decomposes the 2×2 matrices of a block of pairs, [ww, wb; wb, bb] for each column: the
// rotation by ½ atan2(2wb, ww − bb) makes them diagonal.
func (s *eigenblock) turn(mean []float64) {
	c := s.cols
	s.turns, s.values = make([]float64, 2*c), make([]float64, 2*c)
	for j := range c {
		ww, bb, wb := mean[j], mean[c+j], mean[2*c+j]
		s.turns[c+j], s.turns[j] = math.Sincos(math.Atan2(2*wb, ww-bb) / 2)
		middle, radius := (ww+bb)/2, math.Hypot((ww-bb)/2, wb)
		s.values[j], s.values[c+j] = middle+radius, middle-radius
	}
}

// toBasis replaces x, in the shape of the block, by Qᵀx.
func (s *eigenblock) toBasis(x, work []float64) { s.rotate(x, work, true) }

// fromBasis replaces x by Qx.
func (s *eigenblock) fromBasis(x, work []float64) { s.rotate(x, work, false) }

func (s *eigenblock) rotate(x, work []float64, transposed bool) {
	m, n := s.rows, s.cols
	work = work[:m*n]
	if s.turns != nil {
		for j := range n {
			c, d := s.turns[j], s.turns[n+j]
			if !transposed {
				d = -d
			}
			x[j], x[n+j] = c*x[j]+d*x[n+j], c*x[n+j]-d*x[j]
		}
	}
	if s.left != nil {
		blas.Gemm(transposed, false, m, n, m, 1, s.left, m, x, n, 0, work, n)
		copy(x, work)
	}
	if s.right != nil {
		blas.Gemm(false, !transposed, m, n, n, 1, x, n, s.right, n, 0, work, n)
		copy(x, work)
	}
}

// gather copies the block's elements of d to x.
func (s *eigenblock) gather(x []float64, d graph.Direction) {
	for _, p := range s.pieces {
		if t := d[p.param]; t.Dtype() == graph.Float32 {
			vector.ToFloat64(x[:p.size], t.Float32s()[p.from:][:p.size])
		} else {
			copy(x, t.Float64s()[p.from:][:p.size])
		}
		x = x[p.size:]
	}
}

// displace sets the block's parameters to mean + x.
func (s *eigenblock) displace(params []*graph.Param, mean graph.Direction, x []float64) {
	for _, p := range s.pieces {
		to, from := params[p.param].Value, mean[p.param]
		if to.Dtype() == graph.Float32 {
			add(to.Float32s()[p.from:][:p.size], from.Float32s()[p.from:], x)
		} else {
			add(to.Float64s()[p.from:][:p.size], from.Float64s()[p.from:], x)
		}
		x = x[p.size:]
	}
}

func add[T graph.Float](dst, mean []T, x []float64) {
	for i := range dst {
		dst[i] = T(float64(mean[i]) + x[i])
	}
}
