package kfac

import "github.com/gokfac/gokfac/graph"

// addTable adds to the diagonal the squares of the examples' gradients with respect to a
// table, of which an example's rows alone are not zero. It reports false if a number is none
// of a row.
func (b *diagonal[T]) addTable(t *graph.Tap, examples, rows int, scale T, first bool) bool {
	numbers, g, locations := graph.Data[T](t.A), gradientsOf[T](b.layer, t, rows), rows/max(examples, 1)
	if first {
		clear(b.batch.sum)
	}
	if b.examples == nil {
		b.examples = make([]T, len(b.mean)) // zero between examples
	}
	known := true
	for lo := 0; lo < rows; lo += locations {
		for r := lo; r < lo+locations; r++ {
			if i, ok := tableRow(numbers[r], b.in); ok {
				addRow(b.examples[i*b.out:], g.row(r))
			} else {
				known = false
			}
		}
		for _, x := range numbers[lo : lo+locations] {
			i, ok := tableRow(x, b.in)
			if !ok {
				continue
			}
			own, sum := b.examples[i*b.out:][:b.out], b.batch.sum[i*b.out:][:b.out]
			for j, v := range own { // zero if the example has looked the row up before
				sum[j] += scale * v * v
			}
			clear(own)
		}
	}
	return known
}
