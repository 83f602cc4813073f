package elementwise

// Texts of the functions' panics.
const (
	badLength  = "elementwise: slices of different lengths"
	badClasses = "elementwise: classes below 1"
	badRows    = "elementwise: not a whole number of rows"
	badLabels  = "elementwise: not one label for every row"
)

func checkLengths(same bool) {
	if !same {
		panic(badLength)
	}
}

func unary[T Float](e *engine[T], f func(y, x []T), size int, y, x []T) {
	checkLengths(len(y) == len(x))
	e.elements(call[T]{unary: f, out: y, a: x, units: len(x), classes: 1}, size)
}

func binary[T Float](e *engine[T], f func(dx, y, dy []T), size int, dx, y, dy []T) {
	checkLengths(len(dx) == len(y) && len(dy) == len(y))
	e.elements(call[T]{binary: f, out: dx, a: y, b: dy, units: len(y), classes: 1}, size)
}

func scaled[T Float](e *engine[T], f func(y, x []T, scale T), size int, y, x []T, scale T) {
	checkLengths(len(y) == len(x))
	e.elements(call[T]{scaled: f, out: y, a: x, scale: scale, units: len(x), classes: 1}, size)
}

func scaledPair[T Float](e *engine[T], f func(dx, y, dy []T, scale T), dx, y, dy []T, scale T) {
	checkLengths(len(dx) == len(y) && len(dy) == len(y))
	e.elements(call[T]{scaledPair: f, out: dx, a: y, b: dy, scale: scale, units: len(y), classes: 1}, e.kernels.cheapPiece)
}

// ReLU sets y = max(x, 0).
func ReLU[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.relu, e.kernels.cheapPiece, y, x)
}

// ReLUGrad sets dx = dy where y > 0, and 0 elsewhere whatever dy is.
func ReLUGrad[T Float](dx, y, dy []T) {
	e := engineOf[T]()
	binary(e, e.kernels.reluGrad, e.kernels.cheapPiece, dx, y, dy)
}

// Tanh sets y = tanh(x).
func Tanh[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.tanh, e.kernels.costlyPiece, y, x)
}

// TanhGrad sets dx = dy·(1 - y²), for y = tanh(x).
func TanhGrad[T Float](dx, y, dy []T) {
	e := engineOf[T]()
	binary(e, e.kernels.tanhGrad, e.kernels.cheapPiece, dx, y, dy)
}

// Sigmoid sets y = 1/(1+e⁻ˣ).
func Sigmoid[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.sigmoid, e.kernels.costlyPiece, y, x)
}

// SigmoidGrad sets dx = dy·y·(1-y), for y the sigmoid of x.
func SigmoidGrad[T Float](dx, y, dy []T) {
	e := engineOf[T]()
	binary(e, e.kernels.sigmoidGrad, e.kernels.cheapPiece, dx, y, dy)
}

// Exp sets y = eˣ.
func Exp[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.exp, e.kernels.costlyPiece, y, x)
}

// Log sets y = log(x): -Inf for 0 and NaN for less.
func Log[T Float](y, x []T) {
	e := engineOf[T]()
	unary(e, e.kernels.log, e.kernels.costlyPiece, y, x)
}

// Residual sets dz = (p - y)·scale.
func Residual[T Float](dz, p, y []T, scale T) {
	e := engineOf[T]()
	scaledPair(e, e.kernels.residual, dz, p, y, scale)
}
