package vector

// Copy is dst ← src.
func Copy[T Float](dst, src []T) {
	same(len(dst), len(src))
	each(&arguments[T]{operation: duplicate, x: dst, y: src})
}

// Scale is x ← c·x.
func Scale[T Float](x []T, c T) {
	each(&arguments[T]{operation: scale, k: kernelsOf[T](), x: x, c: [8]T{c}})
}

// Add is dst ← dst + x.
func Add[T Float](dst, x []T) {
	same(len(dst), len(x))
	each(&arguments[T]{operation: add, k: kernelsOf[T](), x: dst, y: x})
}

// AddScaled is dst ← dst + c·x.
func AddScaled[T Float](dst []T, c T, x []T) {
	same(len(dst), len(x))
	each(&arguments[T]{operation: addScaled, k: kernelsOf[T](), x: dst, y: x, c: [8]T{c}})
}

// Combine is dst ← a·dst + b·x, the step of a running average.
func Combine[T Float](dst []T, a, b T, x []T) {
	same(len(dst), len(x))
	each(&arguments[T]{operation: combine, k: kernelsOf[T](), x: dst, y: x, c: [8]T{a, b}})
}
