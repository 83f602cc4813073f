package blas

// multiply keeps a panel of B in the L1 cache while all lines pass by. A panel of rows that
// would reach beyond the last one begins earlier instead: its first rows are computed
// twice, from the bias on, and nothing is read that A does not have.
func (o Overlap[T]) multiply(lines, m, n int, a []T, lineA int, b []T, ldb int, bias []T, c []T, lineC, ldc int) {
	kern := o.kern
	cols := newPartition(n, kern.colUnit, len(kern.tiles[0]))
	rows := newPartition(m, kern.rowUnit, kern.height(cols.most()))
	if rows.panels == 1 && rows.padded() > m { // one of whole units, and a unit at the end
		rows.panels, rows.base, rows.extra = 2, m/rows.unit, 0
	}
	for q := range cols.panels {
		first, width, valid := cols.panel(q)
		for line := range lines {
			for p := range rows.panels {
				start, size, _ := rows.panel(p)
				start = min(start, m-size)
				to := c[line*lineC+start*ldc+first:]
				beta := T(0)
				if bias != nil {
					fillRows(size, bias[first:first+valid], valid, to, ldc)
					beta = 1
				}
				f := kern.rowTiles[size/kern.rowUnit-1][width/kern.colUnit-1]
				at := line*lineA + start*o.Step
				for s, offset := range o.Offsets {
					f(o.Width, &a[at+offset], o.Step, &b[s*o.Width*ldb+first], ldb, &to[0], ldc, 1, beta, size, valid)
					beta = 1
				}
			}
		}
	}
}

// addTransposed keeps a panel of B in the L1 cache while all columns of A pass by.
func (o Overlap[T]) addTransposed(m, n int, a []T, b []T, ldb int, c []T, ldc int) {
	kern := o.kern
	depth := passLength(m, kern.depth)
	cols := newPartition(n, kern.colUnit, len(kern.tiles[0]))
	rows := newPartition(o.Width, kern.rowUnit, kern.height(cols.most()))
	for l := 0; l < m; l += depth {
		steps := min(depth, m-l)
		for q := range cols.panels {
			first, width, validCols := cols.panel(q)
			for s, offset := range o.Offsets {
				for p := range rows.panels {
					start, size, valid := rows.panel(p)
					f := kern.tiles[size/kern.rowUnit-1][width/kern.colUnit-1]
					f(steps, &a[offset+l*o.Step+start], o.Step, &b[l*ldb+first], ldb, &c[(s*o.Width+start)*ldc+first], ldc, 1, 1, valid, validCols)
				}
			}
		}
	}
}
