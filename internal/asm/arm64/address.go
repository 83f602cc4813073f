package arm64

import "fmt"

// Address is a place in memory.
type Address struct {
	base   Register
	index  Register
	offset int
	scale  int
	mode   mode
}

type mode int

const (
	plain   mode = iota // base + offset
	indexed             // base + index<<scale
	post                // base, which then grows by offset
)

// At is the address base + offset.
func At(base Register, offset int) Address { return Address{base: base, offset: offset} }

// Index is the address base + index<<scale; scale is 0 or log₂ of the bytes
// that are moved.
func Index(base, index Register, scale int) Address {
	return Address{base: base, index: index, scale: scale, mode: indexed}
}

// Post is the address base. The register is then increased by offset.
func Post(base Register, offset int) Address { return Address{base: base, offset: offset, mode: post} }

// Base is the register of an address.
func (a Address) Base() Register { return a.base }

// Offset is the constant of an address.
func (a Address) Offset() int { return a.offset }

func (a Address) reads() []Register {
	if a.mode == indexed {
		return []Register{a.base, a.index}
	}
	return []Register{a.base}
}

func (a Address) writes() []Register {
	if a.mode == post {
		return []Register{a.base}
	}
	return nil
}

// check panics if one instruction that moves so many bytes cannot address it.
func (a Address) check(bytes int) {
	mustInteger("an address", a.reads()...)
	scaled := a.offset >= 0 && a.offset%bytes == 0 && a.offset/bytes < 4096
	near := a.offset >= -256 && a.offset < 256
	switch {
	case a.mode == plain && (scaled || near), a.mode == post && near:
	case a.mode == indexed && (a.scale == 0 || 1<<a.scale == bytes):
	default:
		panic(fmt.Sprintf("arm64: no instruction for %d bytes has the offset %d or the scale %d", bytes, a.offset, a.scale))
	}
}

// goSyntax is the address, and the suffix of the instruction's name.
func (a Address) goSyntax(n numbering) (address, suffix string) {
	switch {
	case a.mode == indexed && a.scale == 0:
		return fmt.Sprintf("(%s)(%s)", goName(a.base, n), goName(a.index, n)), ""
	case a.mode == indexed:
		return fmt.Sprintf("(%s)(%s<<%d)", goName(a.base, n), goName(a.index, n), a.scale), ""
	case a.mode == post:
		suffix = ".P"
	}
	if a.offset == 0 {
		return fmt.Sprintf("(%s)", goName(a.base, n)), suffix
	}
	return fmt.Sprintf("%d(%s)", a.offset, goName(a.base, n)), suffix
}
