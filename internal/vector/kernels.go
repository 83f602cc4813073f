package vector

// kernels are the loops of one set of instructions over one piece of memory,
// on the caller. plain.go has each as a Go loop; the others give the same bits.
type kernels[T Float] struct {
	finite    func(x []T) bool
	dot       func(x, y []T) float64
	products  func(x, y []T) (xx, yy, xy float64)
	scale     func(x []T, c T)
	add       func(dst, x []T)
	addScaled func(dst []T, c T, x []T)
	combine   func(dst []T, a, b T, x []T)
	addRows   func(dst, x []T, stride, groups int)
	transpose func(dst, src []T, stride, tiles int)
	sgd       func(theta, grad, velocity []T, alpha, mu, shrink T)
	nesterov  func(theta, grad, velocity []T, alpha, mu, shrink T)
	adam      func(theta, grad, m, v []T, b1, b2, c1, c2, step, root, eps, shrink T)
	momentum  func(theta, velocity, u []T, alpha, mu, nu T) float64
}

// tier is the kernels of one set of instructions.
type tier struct {
	f32    *kernels[float32]
	f64    *kernels[float64]
	widen  func(dst []float64, src []float32)
	narrow func(dst []float32, src []float64)
}

var generic = tier{plain[float32](), plain[float64](), widenPlain, narrowPlain}

func plain[T Float]() *kernels[T] {
	return &kernels[T]{
		finitePlain[T], dotPlain[T], productsPlain[T],
		scalePlain[T], addPlain[T], addScaledPlain[T], combinePlain[T],
		addRowsPlain[T], transposePlain[T],
		sgdPlain[T], nesterovPlain[T], adamPlain[T], momentumPlain[T],
	}
}
