// Package subspace keeps the leading eigenvectors of a symmetric positive
// semidefinite matrix that changes slowly, such as a running average.
//
//	symbol  shape  meaning
//	M       n×n    the matrix
//	r       –      number of vectors that are kept, far less than n
//	U       n×r    orthonormal columns, approximate eigenvectors of M
//	s       r      approximate eigenvalues of M, in descending order
//	t       –      mean of the eigenvalues that are left out, (tr M − Σ s_i)/(n − r)
//
// [Basis.Renew] approximates M from its product with the last U, by Nyström's method:
//
//	Y = MU,  M ≈ Y (UᵀY)⁻¹ Yᵀ = U′ diag(s) U′ᵀ,
//
// and U′ becomes the new U (Tropp et al. 2017, arXiv 1706.05736). The product takes
// 2n²r operations, and the rest O(nr²), where a decomposition of the whole matrix takes
// O(n³). The approximation is M itself on the span of U, and never more than M: each s_i
// is at most the i-th eigenvalue. With r = n it is exact. Each Renew is also a step of
// block iteration, in which the component of U along a left-out eigenvector of value s
// shrinks by s/s_r. A matrix that changes by a few per cent between two calls needs one
// Renew for each change. A new basis starts from random columns (Halko, Martinsson & Tropp
// 2011, arXiv 0909.4061), and needs three.
//
// Rayleigh–Ritz values and vectors of the span of MU were tried first. They take a second
// product with M and are no better: errors of the two agree to a few per cent.
//
// # Precision
//
// M, U and MU have the element type of the model, all matrices of order r are in float64.
// With LLᵀ = UᵀY, the new vectors come from the decomposition of the Gram matrix of
// YL⁻ᵀ, which has the eigenvalues s themselves. UᵀY gets a shift ν, as if M were M + νI,
// which is taken off s again. It keeps the Cholesky decomposition alive where rounding has
// made UᵀY indefinite, or M has a rank below r. A product in float32 has errors of
// 1e-7·s₁, so that values below about 1e-5·s₁ mean little there; [Basis.Resolves] says so.
//
// Results depend on M, n and the calls before alone, and not on the number of workers:
// random columns come from a generator with a fixed seed.
package subspace
