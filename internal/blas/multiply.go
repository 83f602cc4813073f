package blas

// multiply adds one pass over k to one item of C.
func (j *job[T]) multiply(pass, rowItem, colItem int, scratch []T) {
	l := pass * j.passLength
	depth := min(j.passLength, j.k-l)
	beta := j.beta
	if pass > 0 {
		beta = 1
	}
	kern := j.kern
	row, col := rowItem*j.rowPanels, colItem*j.colPanels
	rows := j.rows.panels[row:min(row+j.rowPanels, len(j.rows.panels))]
	cols := j.cols.panels[col:min(col+j.colPanels, len(j.cols.panels))]
	for p := range rows {
		a := &rows[p]
		tiles := kern.tiles
		if a.byRow {
			tiles = kern.rowTiles
		}
		level := tiles[a.size/kern.rowUnit-1]
		if pass == 0 && j.bias != nil {
			first, last := cols[0].start, cols[len(cols)-1]
			fillRows(a.valid, j.bias[first:], last.start+last.valid-first, j.c[a.start*j.ldc+first:], j.ldc)
		}
		for q := range cols {
			b := &cols[q]
			f := level[b.size/kern.colUnit-1]
			if j.part != whole || j.flipped {
				j.special(f, depth, l, a, b, beta, scratch)
				continue
			}
			f(depth, a.at(l), a.stride, b.at(l), b.stride, &j.c[a.start*j.ldc+b.start], j.ldc, j.alpha, beta, a.valid, b.valid)
		}
	}
}

// special adds a tile that is stored in part or transposed.
func (j *job[T]) special(f tile[T], depth, l int, a, b *panel[T], beta T, scratch []T) {
	first, last := a.start-b.start, a.start+a.valid-1-b.start // of the diagonal
	switch {
	case j.part == upper && first >= b.valid, j.part == lower && last < 0:
		return // outside the triangle
	case j.part == upper && last <= 0, j.part == lower && first >= b.valid-1:
		f(depth, a.at(l), a.stride, b.at(l), b.stride, &j.c[a.start*j.ldc+b.start], j.ldc, j.alpha, beta, a.valid, b.valid)
		return
	}
	if beta != 0 {
		if j.flipped {
			j.loadFlipped(a, b, scratch)
		} else {
			j.loadTriangle(a, b, scratch)
		}
	}
	f(depth, a.at(l), a.stride, b.at(l), b.stride, &scratch[0], b.size, j.alpha, beta, a.valid, b.valid)
	if j.flipped {
		j.storeFlipped(a, b, scratch)
		return
	}
	j.storeTriangle(a, b, scratch)
}

// loadTriangle copies to scratch what C holds in the part of a tile that belongs to the triangle, so that the kernel adds
// β·C to it as to all others, in one rounding: the bits of an element do not depend on how C is cut into tiles.
func (j *job[T]) loadTriangle(a, b *panel[T], scratch []T) {
	for i := range a.valid {
		from, to := j.inTriangle(a, b, i)
		if from < to {
			copy(scratch[i*b.size:][from:to], j.c[(a.start+i)*j.ldc+b.start:][from:to])
		}
	}
}

// storeTriangle copies the part of a tile that belongs to the triangle to C, whose diagonal crosses the tile.
func (j *job[T]) storeTriangle(a, b *panel[T], scratch []T) {
	for i := range a.valid {
		from, to := j.inTriangle(a, b, i)
		if from < to {
			copy(j.c[(a.start+i)*j.ldc+b.start:][from:to], scratch[i*b.size:][from:to])
		}
	}
}

// inTriangle is the range of columns of row i of a tile that belong to the triangle.
func (j *job[T]) inTriangle(a, b *panel[T], i int) (from, to int) {
	if j.part == upper {
		return max(0, a.start+i-b.start), b.valid
	}
	return 0, min(b.valid, a.start+i+1-b.start)
}

// loadFlipped is loadTriangle for a whole tile, transposed.
func (j *job[T]) loadFlipped(a, b *panel[T], scratch []T) {
	done := 0
	for ; done+packUnit <= b.valid; done += packUnit {
		rows := j.c[(b.start+done)*j.ldc+a.start:]
		j.kern.transpose(a.valid, &scratch[done], b.size, &rows[0], &rows[j.ldc], &rows[2*j.ldc], &rows[3*j.ldc])
	}
	for x := done; x < b.valid; x++ {
		for i, v := range j.c[(b.start+x)*j.ldc+a.start:][:a.valid] {
			scratch[i*b.size+x] = v
		}
	}
}

// storeFlipped writes the transpose of a tile to C.
func (j *job[T]) storeFlipped(a, b *panel[T], scratch []T) {
	done := 0
	for ; done+packUnit <= a.valid; done += packUnit {
		rows := scratch[done*b.size:]
		j.kern.transpose(b.valid, &j.c[b.start*j.ldc+a.start+done], j.ldc, &rows[0], &rows[b.size], &rows[2*b.size], &rows[3*b.size])
	}
	for r := done; r < a.valid; r++ {
		c := j.c[b.start*j.ldc+a.start+r:]
		for i, v := range scratch[r*b.size:][:b.valid] {
			c[i*j.ldc] = v
		}
	}
}
