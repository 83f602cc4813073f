package blas

// tile computes C = α·A·B + β·C for one tile of C, at most as high and wide as
// the kernel's own size: step l of the k steps takes the column a[l*as:] and
// the row b[l*bs:]. The kernel reads whole columns and rows, so both must be
// padded, but touches only rows×cols elements of C, and reads none if β = 0.
type tile[T Float] func(k int, a *T, as int, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int)

// kernels is what a tier offers for one element type, with the blocking that
// suits it.
type kernels[T Float] struct {
	// Tiles come in multiples of a unit: tiles[i][j] is (i+1)·rowUnit high and
	// (j+1)·colUnit wide. High tiles may be missing where they are wide.
	// rowTiles take rows of A in place of columns: a[i*as+l] where tiles take
	// a[l*as+i].
	tiles, rowTiles  [][]tile[T]
	rowUnit, colUnit int

	// copyRows copies k rows of width bytes, 128, 96, 64, 48, 32, 16, 8 or 4;
	// strides are in bytes.
	copyRows func(k int, dst *byte, dstStride int, src *byte, srcStride, width int)

	// copyPanels copies k rows of four times width bytes, 16 or 32, to four panels, panel bytes apart. It is nil where
	// panels are copied one at a time.
	copyPanels func(k int, dst *byte, panel int, src *byte, srcStride, width int)

	// transpose writes four rows of k elements as four columns, width apart.
	transpose func(k int, dst *T, width int, a, b, c, d *T)

	// solve8 and multiply8 combine 8 rows of strips·colUnit elements, stride
	// apart, in place with the triangle m: each row with those before it, or
	// with those after it.
	solve8, multiply8 func(strips int, b *T, stride int, m *[64]T)

	// addRows and addDots add α·x·M to y: the n columns of M, whose k rows are
	// contiguous and stride apart, or its n rows of k elements.
	addRows, addDots func(k int, x, m *T, stride, n int, y *T, alpha T)

	// outer computes m rows of an outer product: width bytes of c[i*cs:] are α·a[i*as]·b + β·c. width is a multiple of 128,
	// or a power of 2 below. outer is nil where tiles do it.
	outer func(m int, a *T, as int, b *T, width int, c *T, cs int, alpha, beta T)

	// slower is the binary logarithm of how many times as long a multiplication takes as with the kernels that workerShare
	// and itemShare were measured with.
	slower int

	// awakeShare is the number of multiplications of each worker from which a product is shared with helpers that are
	// awake, or 0, and outerShare the same of an outer product: see newCrew.
	awakeShare, outerShare int

	// depth is the largest number of k steps of one pass.
	depth int

	// An item of work is rowPanels×colPanels tiles at full depth: rowPanels
	// panels of A, each in the L1 cache as colPanels panels of B pass by from
	// the L2 cache. colPanels grows as the depth shrinks.
	rowPanels, colPanels int

	// directRows is the number of rows of C up to which B is read in place,
	// conflictRows the same where rows of B meet in the same sets of the caches.
	directRows, conflictRows int

	// external is a library that products are left to instead, or nil.
	external external[T]
}

// height is the number of row units of the highest tile of a width in column units.
func (kern *kernels[T]) height(colUnits int) int {
	height := len(kern.tiles)
	for len(kern.tiles[height-1]) < colUnits {
		height--
	}
	return height
}

// packUnit divides the height and the width of every tile.
const packUnit = 4
