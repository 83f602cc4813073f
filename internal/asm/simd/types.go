package simd

import "math"

// Element is the type of a vector's elements.
type Element struct {
	Letter string // the first of the name of a kernel: s or d
	Go     string // its name in Go
	Bytes  int
}

var (
	Single = Element{"s", "float32", 4}
	Double = Element{"d", "float64", 8}
)

// Vec, Int and Mask are numbers of registers; 0 is none.
type (
	Vec  int
	Int  int
	Mask int
)

// Operand is a Vec, Bits or an Address.
type Operand interface{ operand() }

func (Vec) operand()     {}
func (Bits) operand()    {}
func (Address) operand() {}

// Bits is the bits of a float32 or int32, the same in all lanes.
type Bits uint32

// Number is x, rounded to float32.
func Number(x float64) Bits { return Bits(math.Float32bits(float32(x))) }

// Address is Base + Scale·Index + Offset, in bytes. Without an Index it is Base + Offset.
type Address struct {
	Base, Index Int
	Scale       int
	Offset      int
}

// next is where the vector after one of so many bytes lies.
func (at Address) next(bytes int) Address {
	at.Offset += bytes
	return at
}

// Condition is what a Branch asks of the flags.
type Condition int

const (
	Zero     Condition = iota // the result is 0, the compared are equal
	NotZero                   // the contrary
	Less                      // the result is below 0, the first is less than the second
	NotLess                   // the contrary
	Greater                   // the result is above 0, the first is greater
	NotAbove                  // the contrary of Greater
)

// Predicate is a comparison of floating-point numbers. All are false for NaN but NotLessThan and NotAtMost; Ordered is
// true where neither is NaN.
type Predicate int

const (
	Equal Predicate = iota
	LessThan
	GreaterThan
	NotLessThan
	NotAtMost
	Ordered
)

// Lanes are the first n lanes of a vector. The zero value is all of them.
type Lanes struct {
	mask  Mask        // AVX-512, and AVX2 where they were made by FirstLanes
	edge  map[int]Int // AVX2: where the masks of a step begin in a table, by bytes of an element
	first int         // AVX2: the elements of the step before this vector
	count Int         // NEON: n
	fewer bool        // NEON: n is neither 0 nor all
}

// Whole is whether all lanes are meant.
func (l Lanes) Whole() bool { return l.mask == 0 && l.edge == nil && l.count == 0 }
