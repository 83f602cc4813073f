// Package orthogonal makes the rows of a square matrix orthonormal, one after the
// other, in float64: the orthogonal factor of an LQ decomposition,
//
//	A = LQ,  L lower triangular,  QQᵀ = I.
//
// The first k rows of Q span what the first k rows of A span, for every k. With
// A = BP, rows of B near eigenvectors of a symmetric P come nearer to them: a step of
// orthogonal iteration.
//
// The method is reflections (Householder), in panels whose product is applied at the speed of
// matrix products: 8n³/3 multiplications and additions in all. QQᵀ = I holds to rounding
// whatever the rank of A is, which a Cholesky decomposition of AAᵀ cannot give.
package orthogonal
