package vector

// Mirror copies the lower triangle of a, an n×n matrix, row-major, onto the
// upper one.
func Mirror[T Float](a []T, n int) {
	if n < 0 || len(a) != n*n {
		panic(badMatrix)
	}
	j := arguments[T]{operation: mirror, k: kernelsOf[T](), x: a, n: n, size: mirrorStrip}
	j.run()
}

// mirrorStrip is the number of rows of the upper triangle that a worker takes at a time.
const mirrorStrip = 64

// tile is the order of the blocks that transpose moves.
const tile = 8

// mirrorRows fills rows lo to hi of the upper triangle, a tile of rows at a time.
func (a *arguments[T]) mirrorRows(lo, hi int) {
	n, x := a.n, a.x
	for ; lo < hi; lo += tile {
		rows := min(tile, hi-lo)
		below := lo + rows // first row of the full tiles
		tiles := 0
		if rows == tile {
			tiles = (n - below) / tile
		}
		triangle(x, n, lo, below)
		if tiles > 0 {
			a.k.transpose(x[lo*n+below:], x[below*n+lo:], n, tiles)
		}
		for j := below + tiles*tile; j < n; j++ {
			for i, v := range x[j*n+lo : j*n+lo+rows] {
				x[(lo+i)*n+j] = v
			}
		}
	}
}

// triangle mirrors the block of rows and columns lo to hi.
func triangle[T Float](x []T, n, lo, hi int) {
	for j := lo; j < hi; j++ {
		for i := lo; i < j; i++ {
			x[i*n+j] = x[j*n+i]
		}
	}
}

// transposePlain writes a column of square tiles as a row of tiles, each transposed.
func transposePlain[T Float](dst, src []T, stride, tiles int) {
	for j := range tiles * tile {
		for i, v := range src[j*stride : j*stride+tile] {
			dst[i*stride+j] = v
		}
	}
}
