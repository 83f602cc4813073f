package vector

// What the package panics with.
const (
	badLength = "vector: slices differ in length"
	badRows   = "vector: not a whole number of rows"
	badMatrix = "vector: not an n×n matrix"
)

// same panics unless the lengths agree.
func same(n, m int) {
	if n != m {
		panic(badLength)
	}
}
