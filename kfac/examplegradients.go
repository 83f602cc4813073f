package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// exampleGradients computes the gradients of single examples, from a tap of any kind that
// has built-in blocks.
type exampleGradients[T graph.Float] struct {
	inputs []T // scratch memory for ā
}

// write sets dst[e·stride:], for each of the leading examples e, to 1/N of the example's
// gradient with respect to the layer's parameters, in the shape of W̄. The examples have
// rows rows of the tap. It reports false if a row of an embedding has no number.
func (w *exampleGradients[T]) write(dst []T, stride int, l *layer, t *graph.Tap, examples, rows int) bool {
	g, locations, size := gradientsOf[T](l, t, rows), rows/examples, l.rows*l.out
	switch l.kind {
	case graph.Affine:
		a := extended(l, &w.inputs, inputsOf[T](l, t, rows))
		for e := range examples {
			a, g := a.from(e*locations), g.from(e*locations)
			blas.Gemm(true, false, l.rows, l.out, locations, 1, a.data, a.stride, g.data, g.stride, 0, dst[e*stride:], l.out)
		}
		return true
	case graph.Embedding:
		numbers := graph.Data[T](t.A)
		for e := range examples {
			own := dst[e*stride:][:size]
			clear(own)
			for r := e * locations; r < (e+1)*locations; r++ {
				i, ok := tableRow(numbers[r], l.in)
				if !ok {
					return false
				}
				addRow(own[i*l.out:], g.row(r))
			}
		}
		return true
	}
	for e := range examples {
		own := dst[e*stride:][:size]
		clear(own)
		for r := e * locations; r < (e+1)*locations; r++ {
			summand := own
			if l.kind == graph.Scale {
				factor := own[:l.out]
				summand = own[l.out:]
				a := graph.Data[T](t.A)[r*l.out:][:l.out]
				for j, v := range g.row(r) {
					factor[j] += a[j] * v
				}
			}
			if len(summand) > 0 {
				addRow(summand, g.row(r))
			}
		}
	}
	return true
}

// addRow adds x to the leading elements of dst.
func addRow[T graph.Float](dst, x []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] += v
	}
}

// tableRow is the number x of a row of a table, as an index among so many rows.
func tableRow[T graph.Float](x T, rows int) (i int, ok bool) {
	if !(x >= 0 && x < T(rows)) {
		return 0, false
	}
	i = int(x)
	return i, T(i) == x
}
