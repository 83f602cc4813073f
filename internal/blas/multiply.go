//go:build amd64 && !noasm

package blas

// block is a panel of one operand during one pass over k: where it starts in C
// and the elements the tile kernel reads.
type block[T Float] struct {
	start, size, valid int
	data               *T
	stride             int
	byRow              bool
}

// block returns a panel of A or B, packed or in place, from inner index l on.
func (j *job[T]) block(o operand[T], p partition, packed []T, first, panel, l int) (b block[T]) {
	b.start, b.size, b.valid = p.panel(panel)
	if panel < first {
		o = o.at(b.start, l)
		b.data, b.stride, b.byRow = &o.data[0], o.stride, !o.contiguous
		return b
	}
	skip, _, _ := p.panel(first)
	b.data, b.stride = &packed[(b.start-skip)*j.k+l*b.size], b.size
	return b
}

// multiply adds one pass over k to one item of C.
func (j *job[T]) multiply(pass, rowItem, colItem int, scratch []T) {
	l := pass * j.passLength
	depth := min(j.passLength, j.k-l)
	beta := j.beta
	if pass > 0 {
		beta = 1
	}
	row, rowEnd := rowItem*j.rowPanels, min((rowItem+1)*j.rowPanels, j.rows.panels)
	col, colEnd := colItem*j.colPanels, min((colItem+1)*j.colPanels, j.cols.panels)
	if j.rowsInner {
		for q := col; q < colEnd; q++ {
			b := j.block(j.b, j.cols, j.packedB, j.firstB, q, l)
			for p := row; p < rowEnd; p++ {
				j.tile(depth, j.block(j.a, j.rows, j.packedA, j.firstA, p, l), b, beta, scratch)
			}
		}
		return
	}
	for p := row; p < rowEnd; p++ {
		a := j.block(j.a, j.rows, j.packedA, j.firstA, p, l)
		for q := col; q < colEnd; q++ {
			j.tile(depth, a, j.block(j.b, j.cols, j.packedB, j.firstB, q, l), beta, scratch)
		}
	}
}

// tile adds the product of two panels to one tile of C.
func (j *job[T]) tile(depth int, a, b block[T], beta T, scratch []T) {
	tiles := j.kern.tiles
	if a.byRow {
		tiles = j.kern.rowTiles
	}
	f := tiles[a.size/j.kern.rowUnit-1][b.size/j.kern.colUnit-1]
	if j.flipped {
		j.tileFlipped(f, depth, a, b, beta, scratch)
		return
	}
	switch j.part {
	case upper:
		if b.start+b.valid-1 < a.start {
			return
		}
		if b.start < a.start+a.valid-1 {
			j.tileAcross(f, depth, a, b, beta, scratch)
			return
		}
	case lower:
		if a.start+a.valid-1 < b.start {
			return
		}
		if a.start < b.start+b.valid-1 {
			j.tileAcross(f, depth, a, b, beta, scratch)
			return
		}
	}
	f(depth, a.data, a.stride, b.data, b.stride, &j.c[a.start*j.ldc+b.start], j.ldc, j.alpha, beta, a.valid, b.valid)
}

// tileAcross is tile where the diagonal of C crosses: the product goes to
// scratch, and from there only what belongs to the triangle goes to C.
func (j *job[T]) tileAcross(f tile[T], depth int, a, b block[T], beta T, scratch []T) {
	f(depth, a.data, a.stride, b.data, b.stride, &scratch[0], b.size, j.alpha, 0, a.valid, b.valid)
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
			c[x] = v + beta*c[x]
		}
	}
}

// tileFlipped is tile for a job that forms Cᵀ.
func (j *job[T]) tileFlipped(f tile[T], depth int, a, b block[T], beta T, scratch []T) {
	f(depth, a.data, a.stride, b.data, b.stride, &scratch[0], b.size, j.alpha, 0, a.valid, b.valid)
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
			c[i*j.ldc] = v + beta*c[i*j.ldc]
		}
	}
}
