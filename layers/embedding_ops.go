package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
)

// lookUp is the rows of a table V×D whose numbers a has, M×1: M×D. perExample is how many
// of the numbers an example has. It checks them at each run.
func lookUp(b *graph.Builder, layer string, a, table *graph.Node, perExample int) (*graph.Node, error) {
	rows, units := table.Shape()[0], table.Shape()[1]
	return b.Apply(graph.Op{
		Name:  "look-up",
		Shape: []int{a.Shape()[0], units},
		F32:   lookingUp[float32](layer, rows, units, perExample),
		F64:   lookingUp[float64](layer, rows, units, perExample),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			if !d.Need[1] {
				return []*graph.Node{nil, nil}, nil
			}
			g, err := addUp(d.Builder, layer, d.In[0], d.Grad, rows, perExample)
			return []*graph.Node{nil, g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[1] == nil {
				return nil, nil
			}
			return lookUp(t.Builder, layer, t.In[0], t.Dot[1], perExample)
		},
	}, a, table)
}

// addUp is lookUp's transpose: it adds the rows of g, M×D, to those of a table of zeros.
func addUp(b *graph.Builder, layer string, a, g *graph.Node, rows, perExample int) (*graph.Node, error) {
	units := g.Shape()[1]
	return b.Apply(graph.Op{
		Name:  "add-up",
		Shape: []int{rows, units},
		F32:   addingUp[float32](units),
		F64:   addingUp[float64](units),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			if !d.Need[1] {
				return []*graph.Node{nil, nil}, nil
			}
			g, err := lookUp(d.Builder, layer, d.In[0], d.Grad, perExample)
			return []*graph.Node{nil, g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if t.Dot[1] == nil {
				return nil, nil
			}
			return addUp(t.Builder, layer, t.In[0], t.Dot[1], rows, perExample)
		},
	}, a, g)
}

func lookingUp[T graph.Float](layer string, rows, units, perExample int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		numbers, table := in[0], in[1]
		for i, v := range numbers {
			if !(v >= 0 && v < T(rows)) || T(int(v)) != v {
				panic(badNumber(layer, float64(v), rows, i, perExample))
			}
			row := int(v) * units
			copy(out[i*units:(i+1)*units], table[row:row+units])
		}
	}
}

func badNumber(layer string, v float64, rows, i, perExample int) *graph.DataError {
	where := fmt.Sprintf("example %d", i/perExample)
	if perExample > 1 {
		where += fmt.Sprintf(", position %d", i%perExample)
	}
	return &graph.DataError{Layer: layer, Problem: fmt.Sprintf("%s of the mini-batch (counted from 0) has the number %v: the table has %d rows, want a whole number from 0 to %d", where, v, rows, rows-1)}
}

// addition is one pass over the rows of a gradient.
type addition[T graph.Float] struct {
	table, numbers, g []T
	units, width      int
}

// stripe is how many columns a goroutine adds up: two cache lines of float32. Stripes are
// cut across columns, so that sums do not depend on the number of workers.
const stripe = 32

func addingUp[T graph.Float](units int) func(out []T, in [][]T) {
	pool, add := parallel.NewPool[addition[T]](), (*addition[T]).stripe
	return func(out []T, in [][]T) {
		if len(in[1]) < serialBelow || units < 2*stripe {
			a := addition[T]{out, in[0], in[1], units, units}
			a.stripe(0)
			return
		}
		pool.Run((units+stripe-1)/stripe, addition[T]{out, in[0], in[1], units, stripe}, add)
	}
}

// stripe makes the i-th stripe of the table the sums of its rows' gradients.
func (a *addition[T]) stripe(i int) {
	from := i * a.width
	to := min(from+a.width, a.units)
	for row := 0; row < len(a.table); row += a.units {
		clear(a.table[row+from : row+to])
	}
	for i, v := range a.numbers {
		row, at := int(v)*a.units, i*a.units
		accumulate(a.table[row+from:row+to], a.g[at+from:at+to])
	}
}
