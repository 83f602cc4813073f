package kfac

import (
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// byHandProducts is memory for products with the Fisher matrix.
type byHandProducts struct {
	slopes  [][]float64           // by direction: gradients of single examples times the direction
	results map[int]*mat.SymDense // by number of directions
}

// Products returns uᵀFv for every pair of directions. F is the second moment of the gradients of
// single examples in the passes that were handed over,
//
//	uᵀFv = (1/n) Σ_n Σ_pass (∇ℓ_nᵀu)(∇ℓ_nᵀv),  ∇ℓ_nᵀv = Σ_maps Σ_t ā_nt V̄ g_ntᵀ.
//
// With one draw for each example it is an unbiased estimate of the exact Fisher matrix, and
// with the columns of graph.Exact it is this matrix. Parameters under no map add the diagonal
// alone, over the whole mini-batch.
func (o *byHandObjective[T]) Products(examples int, dirs ...graph.Direction) (*mat.SymDense, error) {
	n, p := o.net, &o.net.products
	if examples <= 0 || examples > n.examples {
		examples = n.examples
	}
	for len(p.slopes) < len(dirs) {
		p.slopes = append(p.slopes, nil)
	}
	for i, d := range dirs {
		p.slopes[i] = roomFor(p.slopes[i][:0], n.passes*examples)[:n.passes*examples]
		clear(p.slopes[i])
		for _, m := range n.maps {
			if err := m.addSlopes(p.slopes[i], d, examples); err != nil {
				return nil, err
			}
		}
	}
	f := p.result(len(dirs))
	unit := 1 / float64(examples) // of slopes of single examples' own losses
	if n.cfg.Scale == OfMean {
		unit *= float64(n.examples) * float64(n.examples)
	}
	if n.estimator != graph.Exact {
		unit /= float64(n.passes)
	}
	for i := range dirs {
		for j := range i + 1 {
			f.SetSym(j, i, unit*vector.Dot(p.slopes[i], p.slopes[j]))
		}
	}
	for _, other := range n.others {
		if err := other.addProducts(f, dirs); err != nil {
			return nil, err
		}
	}
	for i := range dirs {
		if v := f.At(i, i); v-v != 0 {
			return nil, &graph.NonFiniteError{Loss: n.loss, Curvature: true}
		}
	}
	return f, nil
}

// result is the memory of the products of so many directions.
func (p *byHandProducts) result(dirs int) *mat.SymDense {
	f, ok := p.results[dirs]
	if !ok {
		if p.results == nil {
			p.results = map[int]*mat.SymDense{}
		}
		f = mat.NewSymDense(dirs, nil)
		p.results[dirs] = f
	}
	return f
}

// addSlopes adds Σ_t ā_nt V̄ g_ntᵀ for each of the leading examples in each pass, with V̄ the map's
// part of d.
func (m *ByHandMap[T]) addSlopes(slopes []float64, d graph.Direction, examples int) error {
	if m.inputs.count < m.locations {
		return m.missing("inputs", measured+"Inputs", m.inputs.count)
	}
	rows, each := examples*m.locations, m.locations*m.Out
	m.along = resize(m.along, rows*m.Out)
	a, w := m.inputs.reserve(rows*m.In), graph.Data[T](d[m.place])
	if m.Bias == nil {
		blas.Gemm(false, false, rows, m.Out, m.In, 1, a, m.In, w, m.Out, 0, m.along, m.Out)
	} else {
		blas.Affine(rows, m.Out, m.In, a, m.In, w, m.Out, graph.Data[T](d[m.place+1]), m.along, m.Out)
	}
	for pass := range m.net.passes {
		if err := m.complete(pass); err != nil {
			return err
		}
		g := m.sampled[pass].reserve(rows * m.Out)
		for i := range examples {
			slopes[pass*examples+i] += vector.Dot(m.along[i*each:(i+1)*each], g[i*each:(i+1)*each])
		}
	}
	return nil
}

// addProducts adds the diagonal of the parameter between every pair of directions.
func (o *ByHandOther[T]) addProducts(f *mat.SymDense, dirs []graph.Direction) error {
	n := o.net
	for pass := range n.passes {
		if err := o.draw(pass, n.scale(n.estimator)); err != nil {
			return err
		}
		for i, u := range dirs {
			for j, v := range dirs[:i+1] {
				var sum float64
				x, y := graph.Data[T](u[o.place]), graph.Data[T](v[o.place])
				for k, g := range graph.Data[T](o.drawn) {
					sum += float64(g) * float64(g) * float64(x[k]) * float64(y[k])
				}
				f.SetSym(j, i, f.At(j, i)+float64(n.examples)*sum)
			}
		}
	}
	return nil
}
