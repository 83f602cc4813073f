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
	f(depth, a.at(l), a.stride, b.at(l), b.stride, &scratch[0], b.size, j.alpha, 0, a.valid, b.valid)
	if j.flipped {
		j.storeFlipped(a, b, beta, scratch)
		return
	}
	j.storeTriangle(a, b, beta, scratch)
}

// storeTriangle adds the part of a tile that belongs to the triangle; the diagonal of C crosses the tile.
func (j *job[T]) storeTriangle(a, b *panel[T], beta T, scratch []T) {
	for i := range a.valid {
		from, to := 0, b.valid
		if j.part == upper {
			from = max(0, a.start+i-b.start)
		} else {
			to = min(b.valid, a.start+i+1-b.start)
		}
		if from >= to {
			continue
		}
		c := j.c[(a.start+i)*j.ldc+b.start:][from:to]
		s := scratch[i*b.size:][from:to]
		if beta == 0 {
			copy(c, s)
			continue
		}
		for x, v := range s {
			c[x] = v + T(beta*c[x])
		}
	}
}

// storeFlipped adds the transpose of a tile.
func (j *job[T]) storeFlipped(a, b *panel[T], beta T, scratch []T) {
	done := 0
	if beta == 0 {
		for ; done+packUnit <= a.valid; done += packUnit {
			rows := scratch[done*b.size:]
			j.kern.transpose(b.valid, &j.c[b.start*j.ldc+a.start+done], j.ldc, &rows[0], &rows[b.size], &rows[2*b.size], &rows[3*b.size])
		}
	}
	for r := done; r < a.valid; r++ {
		row := scratch[r*b.size:][:b.valid]
		c := j.c[b.start*j.ldc+a.start+r:]
		if beta == 0 {
			for i, v := range row {
				c[i*j.ldc] = v
			}
			continue
		}
		for i, v := range row {
			c[i*j.ldc] = v + T(beta*c[i*j.ldc])
		}
	}
}
