package vector

// Finite reports whether no element is NaN or infinite.
func Finite[T Float](x []T) bool {
	k := kernelsOf[T]()
	if len(x) <= pieceSize {
		return k.finite(x)
	}
	return reduce(&arguments[T]{operation: finite, k: k, x: x})[0] == 0
}

// Dot is Σ x·y, in float64.
func Dot[T Float](x, y []T) float64 {
	same(len(x), len(y))
	k := kernelsOf[T]()
	if len(x) <= pieceSize {
		return k.dot(x, y)
	}
	return reduce(&arguments[T]{operation: dot, k: k, x: x, y: y})[0]
}

// Products are Σ x², Σ y² and Σ x·y, in float64.
func Products[T Float](x, y []T) (xx, yy, xy float64) {
	same(len(x), len(y))
	k := kernelsOf[T]()
	if len(x) <= pieceSize {
		return k.products(x, y)
	}
	s := reduce(&arguments[T]{operation: products, k: k, x: x, y: y})
	return s[0], s[1], s[2]
}
