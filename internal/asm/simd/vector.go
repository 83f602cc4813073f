package simd

// vectors are the operations on whole vectors.
type vectors interface {
	newVec(e Element) Vec
	// operate is to = x op y, or op(x, y, to) for those that change an operand.
	operate(e Element, op vecOp, x Vec, y Operand, to Vec)
	convert(e Element, op vecOp, x, to Vec)
	shift(op vecOp, n int, x, to Vec)
	constant(c Bits, to Vec)
	number(e Element, x float64, to Vec)
	scalar(e Element, name string, to Vec)
	load(e Element, from Address, lanes Lanes, to Vec)
	loadOr(e Element, from Address, lanes Lanes, other, to Vec)
	store(e Element, x Vec, to Address, lanes Lanes)
	loadWide(from Address, lanes Lanes, to Vec)
	storeNarrow(x Vec, to Address, lanes Lanes)
	storeLane(e Element, x Vec, to Address)
	positive(e Element, x, zero, to Vec)
	scale(x, k, to Vec)
	scaleNormal(x, k, to Vec)
	powerOfTwo(k, unit, to Vec)
}

type vecOp int

const (
	add vecOp = iota
	subtract
	multiply
	divide
	greatest
	greater
	least
	addProduct
	subtractProduct
	nest
	and
	or
	xor
	addLanes
	subtractLanes
	copyOf
	clearOf
	root
	round
	toInt
	fromInt
	shiftLanesLeft
	shiftLanesRight
)

// NewVec is a register with nothing in it yet.
func (m Machine) NewVec() Vec { return m.set.newVec(m.Element) }

func (m Machine) binary(op vecOp, x Vec, y Operand) Vec {
	r := m.target()
	m.set.operate(m.Element, op, x, y, r)
	return r
}

func (m Machine) unary(op vecOp, x Vec) Vec {
	r := m.target()
	m.set.convert(m.Element, op, x, r)
	return r
}

// Constant is c in all lanes.
func (m Machine) Constant(c Bits) Vec {
	r := m.target()
	m.set.constant(c, r)
	return r
}

// Number is x, rounded to the element type, in all lanes, made without memory.
func (m Machine) Number(x float64) Vec {
	r := m.target()
	m.set.number(m.Element, x, r)
	return r
}

// Scalar is a parameter of the element type in all lanes.
func (m Machine) Scalar(name string) Vec {
	r := m.target()
	m.set.scalar(m.Element, name, r)
	return r
}

// Zero is 0 in all lanes.
func (m Machine) Zero() Vec { return m.unary(clearOf, 0) }

// Copy is x in a register of its own.
func (m Machine) Copy(x Vec) Vec { return m.unary(copyOf, x) }

// Add is x + y.
func (m Machine) Add(x Vec, y Operand) Vec { return m.binary(add, x, y) }

// Subtract is x − y.
func (m Machine) Subtract(x Vec, y Operand) Vec { return m.binary(subtract, x, y) }

// Multiply is x·y.
func (m Machine) Multiply(x Vec, y Operand) Vec { return m.binary(multiply, x, y) }

// Divide is x/y.
func (m Machine) Divide(x Vec, y Operand) Vec { return m.binary(divide, x, y) }

// Sqrt is √x.
func (m Machine) Sqrt(x Vec) Vec { return m.unary(root, x) }

// AtLeast is max(x, limit), and x where it is NaN or where both are 0, whatever their signs.
func (m Machine) AtLeast(limit, x Vec) Vec { return m.binary(greatest, limit, x) }

// Max is the greater of two. Of two zeros it may be either, and where one is NaN, it may be any of the two.
func (m Machine) Max(x, y Vec) Vec { return m.binary(greater, x, y) }

// Positive is max(x, 0), never −0, and NaN where x is. zero is 0 in all lanes.
func (m Machine) Positive(x, zero Vec) Vec {
	r := m.target()
	m.set.positive(m.Element, x, zero, r)
	return r
}

// AtMost is min(x, limit), and x where it is NaN or where both are 0, whatever their signs.
func (m Machine) AtMost(limit, x Vec) Vec { return m.binary(least, limit, x) }

// AddProduct adds x·y to sum, with one rounding.
func (m Machine) AddProduct(x Vec, y Operand, sum Vec) {
	m.set.operate(m.Element, addProduct, x, y, sum)
}

// SubtractProduct takes x·y from difference, with one rounding.
func (m Machine) SubtractProduct(x Vec, y Operand, difference Vec) {
	m.set.operate(m.Element, subtractProduct, x, y, difference)
}

// Nest replaces p by p·x + c, with one rounding: a step of Horner's rule.
func (m Machine) Nest(p, x Vec, c Operand) { m.set.operate(m.Element, nest, x, c, p) }

// Polynomial is Σ c[i]·xⁱ.
func (m Machine) Polynomial(x Vec, c []float64) Vec {
	p := m.Constant(Number(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		m.Nest(p, x, Number(c[i]))
	}
	return p
}

// Round is the nearest whole numbers, even ones in the middle.
func (m Machine) Round(x Vec) Vec { return m.unary(round, x) }

// And, Or and Xor work on bits.
func (m Machine) And(x Vec, y Operand) Vec { return m.binary(and, x, y) }
func (m Machine) Or(x Vec, y Operand) Vec  { return m.binary(or, x, y) }
func (m Machine) Xor(x Vec, y Operand) Vec { return m.binary(xor, x, y) }

// AddLanes and SubtractLanes work on int32.
func (m Machine) AddLanes(x Vec, y Operand) Vec      { return m.binary(addLanes, x, y) }
func (m Machine) SubtractLanes(x Vec, y Operand) Vec { return m.binary(subtractLanes, x, y) }

// ShiftLanesLeft and ShiftLanesRight work on int32; the sign moves in from the left.
func (m Machine) ShiftLanesLeft(n int, x Vec) Vec  { return m.shifted(shiftLanesLeft, n, x) }
func (m Machine) ShiftLanesRight(n int, x Vec) Vec { return m.shifted(shiftLanesRight, n, x) }

func (m Machine) shifted(op vecOp, n int, x Vec) Vec {
	r := m.target()
	m.set.shift(op, n, x, r)
	return r
}

// ToInt is the int32 of whole float32; what NaN and numbers beyond int32 give differs from set to set.
func (m Machine) ToInt(x Vec) Vec { return m.unary(toInt, x) }

// FromInt is the float32 of int32.
func (m Machine) FromInt(x Vec) Vec { return m.unary(fromInt, x) }

// Scale is x·2ᵏ for whole k from −150 to 128 of float32, rounded once.
func (m Machine) Scale(x, k Vec) Vec {
	r := m.target()
	m.set.scale(x, k, r)
	return r
}

// ScaleNormal is Scale where x and the result are neither 0 nor subnormal nor infinite, or where x and k are NaN.
func (m Machine) ScaleNormal(x, k Vec) Vec {
	r := m.target()
	m.set.scaleNormal(x, k, r)
	return r
}

// PowerOfTwo is 2ᵏ for whole k from −126 to 127 of float32. unit is 1 in all lanes.
func (m Machine) PowerOfTwo(k, unit Vec) Vec {
	r := m.target()
	m.set.powerOfTwo(k, unit, r)
	return r
}

// Load reads a vector, or its Lanes with 0 in the others, whose memory is not touched.
func (m Machine) Load(from Address, lanes Lanes) Vec {
	r := m.target()
	m.set.load(m.Element, from, lanes, r)
	return r
}

// LoadOr reads the Lanes; the others come from other.
func (m Machine) LoadOr(from Address, lanes Lanes, other Vec) Vec {
	r := m.target()
	m.set.loadOr(m.Element, from, lanes, other, r)
	return r
}

// Store writes a vector, or its Lanes.
func (m Machine) Store(x Vec, to Address, lanes Lanes) { m.set.store(m.Element, x, to, lanes) }

// LoadWide reads float32 as a vector of float64, or its Lanes with 0 in the others.
func (m Machine) LoadWide(from Address, lanes Lanes) Vec {
	r := m.Of(Double).target()
	m.set.loadWide(from, lanes, r)
	return r
}

// StoreNarrow writes a vector of float64, or its Lanes, as float32. The vector is used up.
func (m Machine) StoreNarrow(x Vec, to Address, lanes Lanes) { m.set.storeNarrow(x, to, lanes) }

// StoreLane writes the first lane.
func (m Machine) StoreLane(x Vec, to Address) { m.set.storeLane(m.Element, x, to) }
