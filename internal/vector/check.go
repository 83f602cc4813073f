package vector

// Texts of the package's panics.
const (
	badLength = "vector: slices differ in length"
	badRows   = "vector: not a whole number of rows"
	badMatrix = "vector: not an n×n matrix"
)

// same panics unless the lengths are equal.
func same(n, m int) {
	if n != m {
		panic(badLength)
	}
}
