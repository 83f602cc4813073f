package vector

// ColumnSums is dst[j] = Σ_i x[i][j], where the rows of x are as long as dst.
//
// Eight rows are added as ((0+1)+(2+3)) + ((4+5)+(6+7)), and that to the sum of
// the rows before: an eighth of the roundings that row after row would have.
func ColumnSums[T Float](dst, x []T) {
	if len(dst) == 0 && len(x) != 0 || len(dst) != 0 && len(x)%len(dst) != 0 {
		panic(badRows)
	}
	if len(dst) == 0 {
		return
	}
	a := arguments[T]{operation: columns, k: kernelsOf[T](), x: dst, y: x, n: len(dst), size: len(dst)}
	if a.bytes() >= serialBelow {
		a.size = columnStrip
	}
	a.run()
}

// columnStrip is the number of columns that a worker takes at a time. A single worker is a sixth slower with strips than
// with whole rows.
const columnStrip = 256

// rowGroup is the number of rows that are added at once.
const rowGroup = 8

func (a *arguments[T]) sumColumns(lo, hi int) {
	cols := a.n
	dst, rows := a.x[lo:hi], len(a.y)/cols
	clear(dst)
	if groups := rows / rowGroup; groups > 0 {
		a.k.addRows(dst, a.y[lo:], cols, groups)
	}
	for i := rows &^ (rowGroup - 1); i < rows; i++ {
		a.k.add(dst, a.y[i*cols+lo:i*cols+hi])
	}
}

func addRowsPlain[T Float](dst, x []T, stride, groups int) {
	n := len(dst)
	for range groups {
		a, b, c, d := x[:n], x[stride:stride+n], x[2*stride:2*stride+n], x[3*stride:3*stride+n]
		x = x[3*stride:]
		e, f, g, h := x[stride:stride+n], x[2*stride:2*stride+n], x[3*stride:3*stride+n], x[4*stride:4*stride+n]
		for j := range dst {
			dst[j] += ((a[j] + b[j]) + (c[j] + d[j])) + ((e[j] + f[j]) + (g[j] + h[j]))
		}
		x = x[min(5*stride, len(x)):]
	}
}
