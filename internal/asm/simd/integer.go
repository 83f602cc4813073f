package simd

// integers are the operations on integers.
type integers interface {
	newInt() Int
	parameter(name, part string, to Int)
	moveInt(from, to Int)
	setInt(to Int, n int)
	clearInt(to Int)
	immediate(op intOp, n int, to Int)
	intOf(op intOp, x, to Int)
	loadInt(from Address, to Int)
	storeInt(x Int, to Address)
	advance(to, count Int, scale int)
	beyond(base, index Int, scale int, to Int)
	compareInt(x Int, n int)
	compareInts(x, y Int)
	testInt(x Int)
	label(name string)
	jump(name string)
	branch(c Condition, name string)
	while(count Int, step int, label, next string, body func())
	counter(name string) Counter
	down(c Counter)
}

type intOp int

const (
	addInt intOp = iota
	subtractInt
	multiplyInt
	andInt
	shiftLeft
)

// NewInt is a register with nothing in it yet.
func (m Machine) NewInt() Int { return m.set.newInt() }

// Param is an integer or a pointer of the kernel's parameters.
func (m Machine) Param(name string) Int { return m.param(name, "") }

// Base is where a slice of the parameters begins.
func (m Machine) Base(slice string) Int { return m.param(slice, "base") }

// Len is the number of elements of a slice of the parameters.
func (m Machine) Len(slice string) Int { return m.param(slice, "len") }

func (m Machine) param(name, part string) Int {
	r := m.targetInt()
	m.set.parameter(name, part, r)
	return r
}

// CopyInt is x in a register of its own.
func (m Machine) CopyInt(x Int) Int {
	r := m.targetInt()
	m.set.moveInt(x, r)
	return r
}

// SetInt makes r the number n.
func (m Machine) SetInt(r Int, n int) { m.set.setInt(r, n) }

// ClearInt makes r 0.
func (m Machine) ClearInt(r Int) { m.set.clearInt(r) }

// The following change their last operand: to += n, to −= n, to *= n, to &= n, to <<= n.
func (m Machine) AddTo(n int, to Int)        { m.set.immediate(addInt, n, to) }
func (m Machine) SubtractFrom(n int, to Int) { m.set.immediate(subtractInt, n, to) }
func (m Machine) MultiplyBy(n int, to Int)   { m.set.immediate(multiplyInt, n, to) }
func (m Machine) AndWith(n int, to Int)      { m.set.immediate(andInt, n, to) }
func (m Machine) ShiftLeft(n int, to Int)    { m.set.immediate(shiftLeft, n, to) }

// AddIntTo is to += x.
func (m Machine) AddIntTo(x, to Int) { m.set.intOf(addInt, x, to) }

// SubtractIntFrom is to −= x.
func (m Machine) SubtractIntFrom(x, to Int) { m.set.intOf(subtractInt, x, to) }

// LoadInt is the integer at an address.
func (m Machine) LoadInt(from Address) Int {
	r := m.targetInt()
	m.set.loadInt(from, r)
	return r
}

// StoreInt writes an integer.
func (m Machine) StoreInt(x Int, to Address) { m.set.storeInt(x, to) }

// Advance is to += count·scale, where scale is 1, 2, 4 or 8. It need not set the flags.
func (m Machine) Advance(to, count Int, scale int) { m.set.advance(to, count, scale) }

// Beyond is base + scale·index, where scale is 1, 2, 4 or 8. It leaves the flags.
func (m Machine) Beyond(base, index Int, scale int) Int {
	r := m.targetInt()
	m.set.beyond(base, index, scale, r)
	return r
}

// CompareInt is for the branch after it: x against n.
func (m Machine) CompareInt(x Int, n int) { m.set.compareInt(x, n) }

// CompareInts is for the branch after it: x against y.
func (m Machine) CompareInts(x, y Int) { m.set.compareInts(x, y) }

// TestInt is for the branch after it: x against 0.
func (m Machine) TestInt(x Int) { m.set.testInt(x) }

// Label names a place in the kernel.
func (m Machine) Label(name string) { m.set.label(name) }

// Jump goes on at a label.
func (m Machine) Jump(name string) { m.set.jump(name) }

// Branch goes on at a label if the flags of the operation just before are so.
func (m Machine) Branch(c Condition, name string) { m.set.branch(c, name) }

// While repeats the body as long as there are step of count, which it takes from it. label is the name of the loop; next
// is that of the code that follows, which must begin with it.
func (m Machine) While(count Int, step int, label, next string, body func()) {
	m.set.while(count, step, label, next, body)
}

// Counter is a parameter that a loop counts down: in memory where registers are few.
type Counter struct {
	name string
	r    Int
}

// Counter is the parameter as a counter. It must be made before the loop.
func (m Machine) Counter(name string) Counter { return m.set.counter(name) }

// Down takes 1 from a counter, for the branch after it.
func (m Machine) Down(c Counter) { m.set.down(c) }

// DownInt takes 1 from r, for the branch after it.
func (m Machine) DownInt(r Int) { m.set.down(Counter{r: r}) }
