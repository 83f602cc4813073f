package blas

// plainKernels are the kernels in Go, for machines and builds without assembly. Their blocks are 2 or 4 columns wide, so in
// place they would come by the rows of B eight times a tile: rows that meet in the same sets of the cache are always
// packed, which is 1.1 to 1.9 times as fast for 4 to 16 rows of C.
func plainKernels[T Float]() *kernels[T] {
	tiles := func(f tile[T]) [][]tile[T] {
		row := []tile[T]{f, f, f, f}
		return [][]tile[T]{row, row, row}
	}
	return &kernels[T]{
		tiles: tiles(plainTile[T]), rowTiles: tiles(plainRowTile[T]),
		rowUnit: 4, colUnit: plainLanes,
		copyRows: plainCopyRows, transpose: plainTranspose[T], solve8: plainSolve8[T], multiply8: plainMultiply8[T],
		addRows: plainAddRows[T], addDots: plainAddDots[T],
		slower: 3, depth: 512, rowPanels: 2, colPanels: 8, directRows: 192, conflictRows: 0,
	}
}

// plainLanes is the number of columns that the kernels in Go work on at a time.
const plainLanes = 4
