package scale

// InverseFlops is what the dense inverse of a matrix of order n takes: Cholesky's
// factor n³/3, the factor's inverse n³/3, their product n³/3.
func InverseFlops(n int) float64 { return cube(n) }

// EigenFlops is what all eigenvectors take, by the stages of package eigen:
// 4n³/3 to tridiagonalise, 4n³/3 to divide and conquer, 2n³ to reflect.
func EigenFlops(n int) float64 { return 14. / 3 * cube(n) }

// SubspaceFlops is what renewing r eigenvectors takes, by package subspace:
// 2n²r for the product, 4nr² for the Gram matrices and 18r³ for what is of order r.
func SubspaceFlops(n, r int) float64 {
	return 2*float64(n)*float64(n)*float64(r) + 4*float64(n)*float64(r)*float64(r) + 18*cube(r)
}

func cube(n int) float64 { return float64(n) * float64(n) * float64(n) }
