// Package curvature is linear algebra on matrices that nobody writes out: the Fisher,
// Gauss–Newton and Hessian matrices of networks, and whatever else has products with
// vectors.
//
//	NewModel        products with a curvature matrix of a model over a data set
//	Solver          Ax = b, by conjugate gradients
//	Eigen           eigenvalues at an end of the spectrum and their vectors, by Lanczos
//	Hutchinson, HutchPlusPlus    tr A
//	NewDensity      how the eigenvalues are spread, tr f(A), log det A, by Lanczos quadrature
//	Dense           A itself, where it is small
//
// A network of P parameters has a matrix of P² elements. A product with it takes as long as
// one to three gradients. Everything here takes tens to hundreds of products.
//
// # Notation
//
//	n         order of A; P for a model
//	A         a symmetric matrix, an [Operator]: gonum's MulVecTo and SymmetricDim
//	‖x‖, ‖A‖  Euclidean and spectral norm
//	λᵢ, vᵢ    eigenvalues and eigenvectors of A
//	θ         a Ritz value: an eigenvalue of A's projection on a Krylov space
//	φ(λ)      spectral density, of integral 1
//	ε         precision of products: relative to ‖A‖‖x‖
//	z         a vector of random signs
//
// # Vectors
//
// Vectors are [mat.VecDense]s of float64, whatever the float type of a model. The
// elements of a model's are in the order of its parameters, each row-major: [Flatten]
// and [Unflatten] convert from and to a [graph.Direction].
//
// # Randomness and order
//
// What draws random numbers has a seed. Equal seeds give equal bits, if the products do.
//
// # Errors
//
// MulVecTo returns no error, in gonum. An operator whose products can fail has a method
// Err, which is asked after each product; see [Operator]. Results of numerical kind, such
// as negative curvature or products that are used up, are fields of results and not
// errors.
package curvature
