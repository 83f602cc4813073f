package elementwise

// GELU sets y = x·Φ(x), Φ the distribution function of N(0, 1).
func GELU[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.gelu, e.kernels.costlyPiece, y, x)
}

// GELUGrad sets dx = dy·(Φ(x) + x·φ(x)), φ the density of N(0, 1).
func GELUGrad[T Float](dx, x, dy []T) {
	e := engineOf[T]()
	binary(e, e.kernels.geluGrad, e.kernels.costlyPiece, dx, x, dy)
}

// SiLU sets y = x·σ(x), σ the sigmoid.
func SiLU[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.silu, e.kernels.costlyPiece, y, x)
}

// SiLUGrad sets dx = dy·σ(x)·(1 + x·(1-σ(x))).
func SiLUGrad[T Float](dx, x, dy []T) {
	e := engineOf[T]()
	binary(e, e.kernels.siluGrad, e.kernels.costlyPiece, dx, x, dy)
}

// Softplus sets y = log(1+eˣ), without overflow.
func Softplus[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.softplus, e.kernels.costlyPiece, y, x)
}

// SoftplusGrad sets dx = dy·σ(x).
func SoftplusGrad[T Float](dx, x, dy []T) {
	e := engineOf[T]()
	binary(e, e.kernels.softplusGrad, e.kernels.costlyPiece, dx, x, dy)
}

// ELU sets y = x where x > 0, and alpha·(eˣ-1) elsewhere.
func ELU[T Float](y, x []T, alpha T) {
	e := engineOf[T]()
	scaled(e, e.kernels.elu, e.kernels.costlyPiece, y, x, alpha)
}

// ELUGrad sets dx = dy where y > 0, and dy·(y + alpha) elsewhere, for y the ELU of x.
func ELUGrad[T Float](dx, y, dy []T, alpha T) {
	e := engineOf[T]()
	scaledPair(e, e.kernels.eluGrad, dx, y, dy, alpha)
}

// LeakyReLU sets y = x where x > 0, and slope·x elsewhere.
func LeakyReLU[T Float](y, x []T, slope T) {
	e := engineOf[T]()
	scaled(e, e.kernels.leakyReLU, e.kernels.cheapPiece, y, x, slope)
}

// LeakyReLUGrad sets dx = dy where x > 0, and slope·dy elsewhere.
func LeakyReLUGrad[T Float](dx, x, dy []T, slope T) {
	e := engineOf[T]()
	scaledPair(e, e.kernels.leakyReLUGrad, dx, x, dy, slope)
}
