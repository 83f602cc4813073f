// Package cholesky factors and inverts symmetric positive definite matrices in
// float64, row-major, by recursions whose work is products of large blocks.
// Package kfac inverts factors with it, and package eigen whitens with it.
package cholesky
