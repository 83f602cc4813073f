// Package eigen decomposes symmetric matrices, and pairs of them, in float64, at
// the speed of matrix products.
//
//	Decompose      M = Q diag(values) Qᵀ,  QᵀQ = I
//	Simultaneous   KᵀAK = I,  KᵀCK = diag(s)
//
// K-FAC needs the one for the eigenbases of its factors (George et al. 2018), and
// the other to solve A X B − C X D = V, which couples neighbouring layers (Martens
// & Grosse 2015, appendix B): with K₁, s₁ of (A, C) and K₂, s₂ of (B, D),
//
//	X = K₁[(K₁ᵀVK₂) ⊘ (1 − s₁s₂ᵀ)]K₂ᵀ.
//
// Matrices are n×n, row-major, and only lower triangles are read. A Workspace keeps
// its memory, 4n² numbers, for the next call. Whatever the numbers are, the answer is
// true or false and no panic; shapes that do not fit are a panic.
//
// # Decompose
//
// In four stages, for n = 1001 with the shares of the time that they take:
//
//	tridiagonalise  T = HᵀMH by reflections, in panels             4n³/3   1/2
//	divide          T = ZΛZᵀ by divide and conquer                ≤ 4n³/3  1/4
//	reflect         Q = HZ, many reflections at a time              2n³    1/5
//	deliver         Qᵀ into the caller's columns, sorted              n²
//
// Half of the first stage is products of the shrinking matrix with a vector, which
// take as long as it takes to read its lower triangle n times; everything else of
// order n³ is Gemm.
//
// The second stage is Cuppen's method (1981): halves are decomposed on their own,
// and what joins them is of rank one. The eigenvalues of D + ρzzᵀ are the roots of a
// rational function, found with Li's iteration (1993) as distances from the nearest
// element of D. Eigenvectors follow from those and from a z for which they would be
// exact (Gu & Eisenstat 1994, 1995), which keeps them orthogonal however near to each
// other the eigenvalues are. Elements of z that are next to nothing, and elements of D
// next to each other, drop out beforehand: matrices of low rank or with many equal
// eigenvalues, like K-FAC's, take less than the flops above.
//
// Residual and loss of orthogonality, as Frobenius norms, are below 4nε‖M‖₂ for all
// matrices of the tests; small eigenvalues are as good as that and no better.
//
// The result does not depend on the number of workers: what is shared out is cut into
// pieces by the order of the matrix alone, and sums of pieces are added in their
// order.
//
// # Measured
//
// Covariances of n samples, two processors with AVX-512 and 2 MiB of L2 cache each,
// milliseconds; gonum is mat.EigenSym (go test -bench Decompose):
//
//	n        32    100   250   500   1001
//	eigen    0.09  0.7   4     18    90
//	gonum    0.11  2.2   30    300   2900
//
// With both processors busy elsewhere the times of both grow two- to threefold.
//
// Rows of the work matrices are an odd number of cache lines apart. Packed rows of
// 1001 numbers made the first stage slower by a fifth to a half.
//
// # Tried and lost
//
// On processors that had other work as well, where less than 10 % does not show.
//
//   - The triangle T of I − VᵀTV row by row, in plain Go: 1.6× slower for n = 100
//     than its inverse, which needs no forming, and a triangular solve.
//   - Panels of 16, 24 or 48 rows instead of 32, strips of 64 rows in a product with a
//     vector, or 4 or 8 pieces of it for two processors: no
//     difference. Strips of 16: 10 to 50 % slower.
//   - Runs of 96 and 128 reflectors: up to 10 % slower from n = 500 on, 2× below.
//   - QR steps for orders up to 8, 16 or 24 instead of 32: no faster.
//   - Reduction to a band first, all of it Gemm: not tried. The bulges chased out of the
//     band take O(n²) steps of plain Go, and Q another 2n³ flops.
package eigen
