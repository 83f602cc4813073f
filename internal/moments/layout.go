package moments

// Float is the set of element types.
type Float interface{ float32 | float64 }

// Layout says what the parts of an array are. All numbers are at least 1.
type Layout struct {
	Blocks, Rows  int // B, R
	Groups, Width int // Q, W
}

// Channels is C, the length of a row.
func (l Layout) Channels() int { return l.Groups * l.Width }

// Parts is B·Q, the number of means.
func (l Layout) Parts() int { return l.Blocks * l.Groups }

// Size is the number of elements.
func (l Layout) Size() int { return l.Blocks * l.Rows * l.Channels() }

// Moments is the length of an array of moments.
func (l Layout) Moments() int { return 4 * l.Parts() }

// Sums is the length of an array of sums: see Engine.Sums.
func (l Layout) Sums() int { return 2*l.Parts() + 2*l.Channels() }

// Scratch is the number of float64 that an engine keeps.
func (l Layout) Scratch() int { return 2 * l.cut().pieces * l.Channels() }

// pieceSize is about how many elements a worker takes at a time: they stay in its own cache for a second pass.
const pieceSize = 1 << 15

// cut is how an array is shared out.
type cut struct {
	pieces int
	each   int // rows of a piece, or blocks of a piece where a block is one row
	chunks int // pieces of a block; 1 where a block is one row
}

func (l Layout) cut() cut {
	each := max(1, pieceSize/l.Channels())
	if l.Rows == 1 {
		return cut{(l.Blocks + each - 1) / each, each, 1}
	}
	each = min(each, l.Rows)
	chunks := (l.Rows + each - 1) / each
	return cut{l.Blocks * chunks, each, chunks}
}

// rows are the elements of x in a piece of a block: rows lo to hi of block.
func (c cut) rows(l Layout, piece int) (block, lo, hi int) {
	block = piece / c.chunks
	lo = piece % c.chunks * c.each
	return block, lo, min(lo+c.each, l.Rows)
}

// blocks are the blocks of a piece where a block is one row.
func (c cut) blocks(l Layout, piece int) (lo, hi int) {
	return piece * c.each, min((piece+1)*c.each, l.Blocks)
}

// parts are the rows of an array of moments.
type parts[T Float] struct{ mean, rest, variance, inverse []T }

func partsOf[T Float](m []T, n int) parts[T] {
	return parts[T]{m[:n], m[n : 2*n], m[2*n : 3*n], m[3*n : 4*n]}
}
