package main

import (
	"flag"
	"fmt"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// kernel is an element type on a register class.
type kernel struct {
	letter, goType, isa string
	bytes, register     int
}

func main() {
	isa := flag.String("isa", "", "avx512 or avx2")
	ConstraintExpr("!noasm")
	flag.Parse()
	register, ok := map[string]int{"avx512": 64, "avx2": 32}[*isa]
	if !ok {
		log.Fatalf("unknown -isa %q", *isa)
	}
	for _, k := range []kernel{{"s", "float32", *isa, 4, register}, {"d", "float64", *isa, 8, register}} {
		k.emitMultiply()
		k.emitTransposed()
	}
	Generate()
}

func (k kernel) vector() reg.VecVirtual {
	if k.register == 64 {
		return ZMM()
	}
	return YMM()
}

func (k kernel) move(from, to Op) {
	if k.bytes == 4 {
		VMOVUPS(from, to)
	} else {
		VMOVUPD(from, to)
	}
}

func (k kernel) fma(x, y, sum Op) {
	if k.bytes == 4 {
		VFMADD231PS(x, y, sum)
	} else {
		VFMADD231PD(x, y, sum)
	}
}

func (k kernel) add(x, y, to Op) {
	if k.bytes == 4 {
		VADDPS(x, y, to)
	} else {
		VADDPD(x, y, to)
	}
}

func (k kernel) zero(r reg.VecVirtual) {
	if k.register == 64 {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
}

// stride loads a parameter that counts elements, in bytes.
func (k kernel) stride(name string) reg.GPVirtual {
	r := Load(Param(name), GP64()).(reg.GPVirtual)
	IMUL3Q(I32(k.bytes), r, r)
	return r
}

// abreast is the number of windows, or of accumulators, that are worked on at once: as many
// as hide the latency of a multiplication.
const abreast = 4

// emitMultiply: y of all windows of a line, for one register of channels.
func (k kernel) emitMultiply() {
	name := k.letter + "multiply" + k.isa
	TEXT(name, NOSPLIT, fmt.Sprintf("func(m int, y *%[1]s, ys int, x *%[1]s, step int, taps int, offsets *int, w *%[1]s, ws int, bias *%[1]s)", k.goType))
	Doc(name + fmt.Sprintf(" is, for %d channels c,\n//\n", k.register/k.bytes) + `//	for l := range m {
//		sum := bias[c]
//		for s := range taps {
//			sum = fma(x[offsets[s]+l*step+c], w[s*ws+c], sum)
//		}
//		y[l*ys+c] = sum
//	}
//
// m and taps are at least 1.`)
	Pragma("noescape")
	m, y, ys := Load(Param("m"), GP64()), Load(Param("y"), GP64()), k.stride("ys")
	x, step := Load(Param("x"), GP64()), k.stride("step")
	taps, offsets := Load(Param("taps"), GP64()), Load(Param("offsets"), GP64())
	w, ws := Load(Param("w"), GP64()), k.stride("ws")
	bias := k.vector()
	at := Load(Param("bias"), GP64())
	k.move(Mem{Base: at}, bias)
	left, offset, weight, from := GP64(), GP64(), GP64(), GP64()
	for _, windows := range []int{abreast, 1} {
		loop, tap, done := fmt.Sprint("windows", windows), fmt.Sprint("taps", windows), fmt.Sprint("done", windows)
		sums := make([]reg.VecVirtual, windows)
		Label(loop)
		CMPQ(m, Imm(uint64(windows)))
		JL(LabelRef(done))
		for i := range sums {
			sums[i] = k.vector()
			k.move(bias, sums[i])
		}
		MOVQ(taps, left)
		MOVQ(offsets, offset)
		MOVQ(w, weight)
		factor := k.vector()
		Label(tap)
		MOVQ(Mem{Base: offset}, from)
		LEAQ(Mem{Base: x, Index: from, Scale: uint8(k.bytes)}, from)
		k.move(Mem{Base: weight}, factor)
		for i, sum := range sums {
			k.fma(Mem{Base: from}, factor, sum)
			if i+1 < len(sums) {
				ADDQ(step, from)
			}
		}
		ADDQ(Imm(8), offset)
		ADDQ(ws, weight)
		DECQ(left)
		JNZ(LabelRef(tap))
		for _, sum := range sums {
			k.move(sum, Mem{Base: y})
			ADDQ(ys, y)
			ADDQ(step, x)
		}
		SUBQ(Imm(uint64(windows)), m)
		JMP(LabelRef(loop))
		Label(done)
	}
	VZEROUPPER()
	RET()
}

// emitTransposed: a line's part of the weight's gradient, for one register of channels.
func (k kernel) emitTransposed() {
	name := k.letter + "transposed" + k.isa
	TEXT(name, NOSPLIT, fmt.Sprintf("func(m int, dy *%[1]s, dys int, x *%[1]s, step int, taps int, offsets *int, w *%[1]s, ws int)", k.goType))
	Doc(name + fmt.Sprintf(" is, for %d channels c,\n//\n", k.register/k.bytes) + `//	for s := range taps {
//		for l := range m {
//			w[s*ws+c] += x[offsets[s]+l*step+c] * dy[l*dys+c]
//		}
//	}
//
// four sums abreast. m and taps are at least 1.`)
	Pragma("noescape")
	m, g, gs := Load(Param("m"), GP64()), Load(Param("dy"), GP64()), k.stride("dys")
	x, step := Load(Param("x"), GP64()), k.stride("step")
	taps, offset := Load(Param("taps"), GP64()), Load(Param("offsets"), GP64())
	w, ws := Load(Param("w"), GP64()), k.stride("ws")
	from, gradient, left := GP64(), GP64(), GP64()
	sums := make([]reg.VecVirtual, abreast)
	for i := range sums {
		sums[i] = k.vector()
	}
	Label("tap")
	MOVQ(Mem{Base: offset}, from)
	LEAQ(Mem{Base: x, Index: from, Scale: uint8(k.bytes)}, from)
	MOVQ(g, gradient)
	MOVQ(m, left)
	k.move(Mem{Base: w}, sums[0])
	for _, sum := range sums[1:] {
		k.zero(sum)
	}
	for _, windows := range []int{abreast, 1} {
		loop, done := fmt.Sprint("windows", windows), fmt.Sprint("done", windows)
		Label(loop)
		CMPQ(left, Imm(uint64(windows)))
		JL(LabelRef(done))
		for _, sum := range sums[:windows] {
			factor := k.vector()
			k.move(Mem{Base: gradient}, factor)
			k.fma(Mem{Base: from}, factor, sum)
			ADDQ(gs, gradient)
			ADDQ(step, from)
		}
		SUBQ(Imm(uint64(windows)), left)
		JMP(LabelRef(loop))
		Label(done)
	}
	k.add(sums[1], sums[0], sums[0])
	k.add(sums[3], sums[2], sums[2])
	k.add(sums[2], sums[0], sums[0])
	k.move(sums[0], Mem{Base: w})
	ADDQ(ws, w)
	ADDQ(Imm(8), offset)
	DECQ(taps)
	JNZ(LabelRef("tap"))
	VZEROUPPER()
	RET()
}
