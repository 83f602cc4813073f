package policy

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// minibatches deals the rows of a batch out, in an order that is drawn anew for each epoch.
// All have the same number of rows. Rows that are left over are not used in the epoch.
type minibatches struct {
	size, count int
	order       []int
	rows        []*tensor.Dense
}

// newMinibatches are of n rows, size to each, of tensors with rows of the given shapes.
func newMinibatches(n, size int, shapes ...[]int) *minibatches {
	size = min(size, n)
	m := &minibatches{size: size, count: n / size, order: make([]int, n)}
	for i := range m.order {
		m.order[i] = i
	}
	for _, s := range shapes {
		m.rows = append(m.rows, graph.NewDense(graph.Float64, append([]int{size}, s...)...))
	}
	return m
}

func (m *minibatches) shuffle(r *rand.Rand) {
	r.Shuffle(len(m.order), func(i, j int) { m.order[i], m.order[j] = m.order[j], m.order[i] })
}

// take copies the rows of mini-batch k of each tensor.
func (m *minibatches) take(k int, from ...*tensor.Dense) []*tensor.Dense {
	order := m.order[k*m.size : (k+1)*m.size]
	for i, t := range from {
		dst, src := m.rows[i].Float64s(), t.Float64s()
		width := len(dst) / m.size
		for j, row := range order {
			copy(dst[j*width:(j+1)*width], src[row*width:(row+1)*width])
		}
	}
	return m.rows
}
