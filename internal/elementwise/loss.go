package elementwise

// rowsOf is the number of rows, each of classes elements.
func rowsOf(elements, classes int) int {
	if classes < 1 {
		panic(badClasses)
	}
	if elements%classes != 0 {
		panic(badRows)
	}
	return elements / classes
}

// classOf is the class that a label names. NaN is no class: it becomes any integer, 0 on some processors.
func classOf[T Float](label T) int {
	if label != label {
		return -1
	}
	return int(label)
}

// Softmax sets every row of p to e^z/Σe^z of that row of z; both have rows of
// classes elements.
func Softmax[T Float](p, z []T, classes int) {
	checkLengths(len(p) == len(z))
	rows := rowsOf(len(z), classes)
	e := engineOf[T]()
	e.elements(call[T]{rows: e.kernels.softmax, out: p, a: z, units: rows, classes: classes}, e.kernels.costlyPiece)
}

// SoftmaxCrossEntropy is Σ_n log Σ_c exp(z_nc) - z_{n,label_n}, for z of rows of
// classes elements and a label for every row: a whole number from 0 to
// classes-1.
func SoftmaxCrossEntropy[T Float](z, labels []T, classes int) float64 {
	rows := rowsOf(len(z), classes)
	if len(labels) != rows {
		panic(badLabels)
	}
	e := engineOf[T]()
	return e.sum(call[T]{rowCost: e.kernels.softmaxCost, a: z, b: labels, units: rows, classes: classes})
}

// SigmoidCrossEntropy is Σ max(z,0) + log(1 + e^-|z|) - z·y, which is
// Σ log(1+eᶻ) - z·y without overflow.
func SigmoidCrossEntropy[T Float](z, y []T) float64 {
	checkLengths(len(z) == len(y))
	e := engineOf[T]()
	return e.sum(call[T]{cost: e.kernels.sigmoidCost, a: z, b: y, units: len(z), classes: 1})
}
