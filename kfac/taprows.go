package kfac

import "github.com/gokfac/gokfac/graph"

// tapRows is the part of a tap's inputs or gradients that a layer reads: n rows, each of
// cols elements, stride elements apart. Of a tap with several groups these are the columns
// of one group, in the tap's own memory.
type tapRows[T graph.Float] struct {
	data            []T
	n, cols, stride int
}

// rowsOf is n rows that stand one after the other.
func rowsOf[T graph.Float](data []T, n, cols int) tapRows[T] {
	return tapRows[T]{data[:n*cols], n, cols, cols}
}

// inputsOf is the layer's a: the leading rows of the tap's inputs.
func inputsOf[T graph.Float](l *layer, t *graph.Tap, rows int) tapRows[T] {
	return columnsOf(graph.Data[T](t.A), rows, l.in, l.group, l.groups)
}

// gradientsOf is the layer's g/N: the leading rows of the tap's gradients.
func gradientsOf[T graph.Float](l *layer, t *graph.Tap, rows int) tapRows[T] {
	return columnsOf(graph.Data[T](t.G), rows, l.out, l.group, l.groups)
}

// columnsOf is the columns of one of several groups.
func columnsOf[T graph.Float](data []T, rows, cols, group, groups int) tapRows[T] {
	stride := cols * groups
	return tapRows[T]{data[min(group*cols, rows*stride) : rows*stride], rows, cols, stride}
}

// row is the i-th row.
func (x tapRows[T]) row(i int) []T { return x.data[i*x.stride:][:x.cols] }

// from is the rows from the i-th on.
func (x tapRows[T]) from(i int) tapRows[T] {
	return tapRows[T]{x.data[i*x.stride:], x.n - i, x.cols, x.stride}
}

// sampled is the rows first, first+every, first+2·every, ….
func (x tapRows[T]) sampled(first, every int) tapRows[T] {
	if every == 1 {
		return x
	}
	n := max(x.n-first+every-1, 0) / every
	return tapRows[T]{x.data[min(first*x.stride, len(x.data)):], n, x.cols, x.stride * every}
}

// together reports whether the rows stand one after the other.
func (x tapRows[T]) together() bool { return x.stride == x.cols }

// copyTo copies the rows to dst, of which each row has width elements.
func (x tapRows[T]) copyTo(dst []T, width int) {
	if x.together() && width == x.cols {
		copy(dst, x.data[:x.n*x.cols])
		return
	}
	for i := range x.n {
		copy(dst[i*width:], x.row(i))
	}
}

// addTo adds the sums of the columns to dst.
func (x tapRows[T]) addTo(dst []T) {
	for i := range x.n {
		for j, v := range x.row(i) {
			dst[j] += v
		}
	}
}

// extended returns ā = [a, 1] in the scratch memory, or a itself of a layer without bias.
func extended[T graph.Float](l *layer, scratch *[]T, a tapRows[T]) tapRows[T] {
	if l.bias < 0 {
		return a
	}
	*scratch = resize(*scratch, a.n*l.rows)
	extend(l, *scratch, a)
	return rowsOf(*scratch, a.n, l.rows)
}

// extend sets dst to ā (n×l.rows): [a, 1], or a without a bias.
func extend[T graph.Float](l *layer, dst []T, a tapRows[T]) {
	a.copyTo(dst, l.rows)
	if l.bias < 0 {
		return
	}
	for i := range a.n {
		dst[i*l.rows+l.in] = 1
	}
}
