package blas

import "unsafe"

// plainTile is the kernel of a tile of any size, a multiple of 4 high and wide, with columns of A. It
// covers the tile with blocks of 4×2 sums, which the processor keeps in registers.
func plainTile[T Float](k int, a *T, as int, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
	for i := 0; i < rows; i += 4 {
		for j := 0; j < cols; j += 2 {
			var block [8]T
			block[0], block[1], block[2], block[3], block[4], block[5], block[6], block[7] = block4x2(k, from(a, i), 1, as, from(b, j), bs)
			store4x2(&block, from(c, i*cs+j), cs, alpha, beta, min(4, rows-i), min(2, cols-j))
		}
	}
}

// plainRowTile is plainTile with rows of A.
func plainRowTile[T Float](k int, a *T, as int, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
	for i := 0; i < rows; i += 4 {
		for j := 0; j < cols; j += 2 {
			var block [8]T
			block[0], block[1], block[2], block[3], block[4], block[5], block[6], block[7] = block4x2(k, from(a, i*as), as, 1, from(b, j), bs)
			store4x2(&block, from(c, i*cs+j), cs, alpha, beta, min(4, rows-i), min(2, cols-j))
		}
	}
}

// from returns the address of element i.
func from[T Float](x *T, i int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(x), i*int(unsafe.Sizeof(*x))))
}

// block4x2 sums k products for each of 4×2 elements: of a[i*ai+l*al] and b[l*bs+j].
//
//go:noinline
func block4x2[T Float](k int, a *T, ai, al int, b *T, bs int) (s00, s01, s10, s11, s20, s21, s30, s31 T) {
	for l := range k {
		p, q := from(a, l*al), from(b, l*bs)
		b0, b1 := *q, *from(q, 1)
		v := *p
		s00 += v * b0
		s01 += v * b1
		v = *from(p, ai)
		s10 += v * b0
		s11 += v * b1
		v = *from(p, 2*ai)
		s20 += v * b0
		s21 += v * b1
		v = *from(p, 3*ai)
		s30 += v * b0
		s31 += v * b1
	}
	return
}

// store4x2 stores the first rows×cols elements of α·block + β·C.
func store4x2[T Float](block *[8]T, c *T, cs int, alpha, beta T, rows, cols int) {
	for i := range rows {
		row := unsafe.Slice(from(c, i*cs), cols)
		for j := range row {
			if beta == 0 {
				row[j] = alpha * block[2*i+j]
			} else {
				row[j] = alpha*block[2*i+j] + beta*row[j]
			}
		}
	}
}
