package arm64

import "fmt"

// Register is an integer or a vector register, fixed or virtual. It is
// comparable.
type Register struct {
	vector  bool
	virtual bool
	number  int
}

// R is the integer register of that number, 0 to 30.
func R(number int) Register { return fixed(false, number, 30) }

// V is the vector register of that number, 0 to 31.
func V(number int) Register { return fixed(true, number, 31) }

// Zero is the integer register that reads as 0.
var Zero = Register{number: 31}

func fixed(vector bool, number, last int) Register {
	if number < 0 || number > last {
		panic(fmt.Sprintf("arm64: there is no register %d", number))
	}
	return Register{vector: vector, number: number}
}

// Number is the number of a fixed register.
func (r Register) Number() int { return r.number }

func (r Register) String() string {
	kind := "R"
	if r.vector {
		kind = "V"
	}
	if r.virtual {
		kind = "virtual " + kind
	}
	return fmt.Sprintf("%s%d", kind, r.number)
}

// numbering gives every register its number.
type numbering func(Register) int

// Arrangement is how a vector register is divided into elements, or the one
// element of it that an instruction uses.
type Arrangement int

const (
	S4  Arrangement = iota // 4 elements of 32 bits
	S2                     // 2 elements of 32 bits, the lower half
	D2                     // 2 elements of 64 bits
	B16                    // 16 bytes
	B8                     // 8 bytes, the lower half
	H8                     // 8 elements of 16 bits
	H4                     // 4 elements of 16 bits, the lower half
	S                      // the first 32 bits
	D                      // the first 64 bits
	Q                      // all 128 bits, in loads and stores
)

// Bytes is how much of a register the arrangement covers.
func (a Arrangement) Bytes() int {
	return [...]int{S4: 16, S2: 8, D2: 16, B16: 16, B8: 8, H8: 16, H4: 8, S: 4, D: 8, Q: 16}[a]
}

// element is log₂ of the bytes of an element.
func (a Arrangement) element() int {
	return [...]int{S4: 2, S2: 2, D2: 3, B16: 0, B8: 0, H8: 1, H4: 1, S: 2, D: 3, Q: 4}[a]
}

// scalar tells that only one element is used.
func (a Arrangement) scalar() bool { return a >= S }

// quad is bit 30 of most vector instructions: all 128 bits, not 64.
func (a Arrangement) quad() uint32 {
	if !a.scalar() && a.Bytes() == 16 {
		return 1 << 30
	}
	return 0
}

// letter is the name of an element's size.
func (a Arrangement) letter() string { return [...]string{"B", "H", "S", "D", "Q"}[a.element()] }

// operand is the register in ARM's syntax: V1.4S, or S1.
func (a Arrangement) operand(number int) string {
	if a.scalar() {
		return fmt.Sprintf("%s%d", a.letter(), number)
	}
	return fmt.Sprintf("V%d.%d%s", number, a.Bytes()>>a.element(), a.letter())
}

// lane is one element of a register in ARM's syntax: V1.S[2].
func (a Arrangement) lane(number, index int) string {
	if index < 0 || index >= 16>>a.element() {
		panic(fmt.Sprintf("arm64: there is no lane %d of %s", index, a.letter()))
	}
	return fmt.Sprintf("V%d.%s[%d]", number, a.letter(), index)
}
