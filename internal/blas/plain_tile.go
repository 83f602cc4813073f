package blas

import (
	"runtime"
	"unsafe"
)

// wideBlocks is whether a block has 4×4 sums and not 4×2. It is true where a processor has 32 registers for floating
// point and one instruction that multiplies and adds.
const wideBlocks = runtime.GOARCH == "arm64" || runtime.GOARCH == "riscv64" || runtime.GOARCH == "loong64" || runtime.GOARCH == "ppc64" || runtime.GOARCH == "ppc64le"

// plainTile is the kernel of tiles of all sizes, with columns of A.
func plainTile[T Float](k int, a *T, as int, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
	if wideBlocks {
		cover4x4(k, a, as, false, b, bs, c, cs, alpha, beta, rows, cols)
	} else {
		cover4x2(k, a, as, false, b, bs, c, cs, alpha, beta, rows, cols)
	}
}

// plainRowTile is plainTile with rows of A.
func plainRowTile[T Float](k int, a *T, as int, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
	if wideBlocks {
		cover4x4(k, a, as, true, b, bs, c, cs, alpha, beta, rows, cols)
	} else {
		cover4x2(k, a, as, true, b, bs, c, cs, alpha, beta, rows, cols)
	}
}

// cover4x2 covers a tile with blocks of 4×2 sums.
func cover4x2[T Float](k int, a *T, as int, byRow bool, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
	for i := 0; i < rows; i += 4 {
		for j := 0; j < cols; j += 2 {
			var s00, s01, s10, s11, s20, s21, s30, s31 T
			if byRow {
				s00, s01, s10, s11, s20, s21, s30, s31 = sumRows4x2(k, element(a, i*as), as, element(b, j), bs)
			} else {
				s00, s01, s10, s11, s20, s21, s30, s31 = sum4x2(k, element(a, i), as, element(b, j), bs)
			}
			c := element(c, i*cs+j)
			if rows-i < 4 || cols-j < 2 {
				s := [...]T{s00, s01, s10, s11, s20, s21, s30, s31}
				storePart(c, cs, alpha, s[:], 2, beta, min(4, rows-i), min(2, cols-j))
				continue
			}
			store2(c, alpha, s00, s01, beta)
			store2(element(c, cs), alpha, s10, s11, beta)
			store2(element(c, 2*cs), alpha, s20, s21, beta)
			store2(element(c, 3*cs), alpha, s30, s31, beta)
		}
	}
}

// cover4x4 covers a tile with blocks of 4×4 sums.
func cover4x4[T Float](k int, a *T, as int, byRow bool, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
	for i := 0; i < rows; i += 4 {
		for j := 0; j < cols; j += 4 {
			var s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33 T
			if byRow {
				s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33 = sumRows4x4(k, element(a, i*as), as, element(b, j), bs)
			} else {
				s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33 = sum4x4(k, element(a, i), as, element(b, j), bs)
			}
			c := element(c, i*cs+j)
			if rows-i < 4 || cols-j < 4 {
				s := [...]T{s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33}
				storePart(c, cs, alpha, s[:], 4, beta, min(4, rows-i), min(4, cols-j))
				continue
			}
			store2(c, alpha, s00, s01, beta)
			store2(element(c, 2), alpha, s02, s03, beta)
			store2(element(c, cs), alpha, s10, s11, beta)
			store2(element(c, cs+2), alpha, s12, s13, beta)
			store2(element(c, 2*cs), alpha, s20, s21, beta)
			store2(element(c, 2*cs+2), alpha, s22, s23, beta)
			store2(element(c, 3*cs), alpha, s30, s31, beta)
			store2(element(c, 3*cs+2), alpha, s32, s33, beta)
		}
	}
}

// store2 writes α·sums + β·C to two elements of C. Both products are rounded, on machines that could fuse one of them
// with the sum, too.
func store2[T Float](c *T, alpha, s0, s1, beta T) {
	to := (*[2]T)(unsafe.Pointer(c))
	s0, s1 = T(alpha*s0), T(alpha*s1)
	if beta != 0 {
		s0, s1 = s0+T(beta*to[0]), s1+T(beta*to[1])
	}
	to[0], to[1] = s0, s1
}

// storePart is store2 for the first rows×cols sums of a block that is width wide.
func storePart[T Float](c *T, cs int, alpha T, sums []T, width int, beta T, rows, cols int) {
	for i := range rows {
		to := unsafe.Slice(element(c, i*cs), cols)
		for j := range to {
			s := T(alpha * sums[i*width+j])
			if beta != 0 {
				s += T(beta * to[j])
			}
			to[j] = s
		}
	}
}

// element returns the address of element i.
func element[T Float](x *T, i int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(x), i*int(unsafe.Sizeof(*x))))
}
