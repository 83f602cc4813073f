package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// machine has vectors of float32 and the operations that the kernels are made
// of. Operands that may be constants in memory are of type Op.
type machine struct {
	isa   string
	bytes int
	wide  bool // AVX-512
}

func (m machine) lanes() int { return m.bytes / 4 }

func (m machine) register() reg.VecVirtual {
	if m.wide {
		return ZMM()
	}
	return YMM()
}

// apply runs the instruction, or its form with a broadcast where an operand of
// an AVX-512 instruction is a constant.
func (m machine) apply(plain, broadcast func(...Op), ops ...Op) {
	for _, o := range ops {
		if m.wide && isConstant(o) {
			broadcast(ops...)
			return
		}
	}
	plain(ops...)
}

// constant fills a register.
func (m machine) constant(c Mem) reg.VecVirtual {
	r := m.register()
	VBROADCASTSS(c, r)
	return r
}

func (m machine) copy(x reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	VMOVAPS(x, r)
	return r
}

// add returns x + y.
func (m machine) add(x reg.VecVirtual, y Op) reg.VecVirtual {
	r := m.register()
	m.apply(VADDPS, VADDPS_BCST, y, x, r)
	return r
}

// subtract returns x − y.
func (m machine) subtract(x reg.VecVirtual, y Op) reg.VecVirtual {
	r := m.register()
	m.apply(VSUBPS, VSUBPS_BCST, y, x, r)
	return r
}

// multiply returns x·y.
func (m machine) multiply(x reg.VecVirtual, y Op) reg.VecVirtual {
	r := m.register()
	m.apply(VMULPS, VMULPS_BCST, y, x, r)
	return r
}

// divide returns x/y.
func (m machine) divide(x, y reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	VDIVPS(y, x, r)
	return r
}

// atLeast returns max(x, limit), and x where it is NaN: the instruction gives
// its second source then.
func (m machine) atLeast(limit, x reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	VMAXPS(x, limit, r)
	return r
}

// atMost returns min(x, limit), and x where it is NaN.
func (m machine) atMost(limit, x reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	VMINPS(x, limit, r)
	return r
}

// addProduct adds x·y to sum.
func (m machine) addProduct(x reg.VecVirtual, y Op, sum reg.VecVirtual) {
	m.apply(VFMADD231PS, VFMADD231PS_BCST, y, x, sum)
}

// subtractProduct takes x·y from difference.
func (m machine) subtractProduct(x reg.VecVirtual, y Op, difference reg.VecVirtual) {
	m.apply(VFNMADD231PS, VFNMADD231PS_BCST, y, x, difference)
}

// nest replaces p by p·x + c, a step of Horner's rule.
func (m machine) nest(p, x reg.VecVirtual, c Op) {
	m.apply(VFMADD213PS, VFMADD213PS_BCST, c, x, p)
}

// polynomial returns Σ c[i]·xⁱ.
func (m machine) polynomial(x reg.VecVirtual, c []float64) reg.VecVirtual {
	p := m.constant(number(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		m.nest(p, x, number(c[i]))
	}
	return p
}

// round returns the nearest whole numbers.
func (m machine) round(x reg.VecVirtual) reg.VecVirtual {
	const nearest, quietly = 0, 8
	r := m.register()
	if m.wide {
		VRNDSCALEPS(U8(nearest|quietly), x, r)
	} else {
		VROUNDPS(U8(nearest|quietly), x, r)
	}
	return r
}

// and, or and xor work on bits. AVX512F has them for integers only, which is
// the same.
func (m machine) and(x reg.VecVirtual, y Op) reg.VecVirtual {
	return m.logical(VANDPS, VPANDD, VPANDD_BCST, x, y)
}

func (m machine) or(x reg.VecVirtual, y Op) reg.VecVirtual {
	return m.logical(VORPS, VPORD, VPORD_BCST, x, y)
}

func (m machine) xor(x reg.VecVirtual, y Op) reg.VecVirtual {
	return m.logical(VXORPS, VPXORD, VPXORD_BCST, x, y)
}

func (m machine) logical(narrow, wide, broadcast func(...Op), x reg.VecVirtual, y Op) reg.VecVirtual {
	r := m.register()
	if m.wide {
		m.apply(wide, broadcast, y, x, r)
	} else {
		narrow(y, x, r)
	}
	return r
}

func (m machine) zero() reg.VecVirtual {
	r := m.register()
	if m.wide {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
	return r
}

// addInt and subtractInt work on lanes of int32.
func (m machine) addInt(x reg.VecVirtual, y Op) reg.VecVirtual {
	r := m.register()
	m.apply(VPADDD, VPADDD_BCST, y, x, r)
	return r
}

func (m machine) subtractInt(x reg.VecVirtual, y Op) reg.VecVirtual {
	r := m.register()
	m.apply(VPSUBD, VPSUBD_BCST, y, x, r)
	return r
}
