package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tile describes one micro-kernel: C = α·A·B + β·C for height rows of C and
// vectors vector registers' worth of columns.
type tile struct {
	precision precision
	vector    vector
	height    int
	vectors   int
	// byRow tells that rows of A, not columns, lie contiguous: element (i, l)
	// is a[i*as+l].
	byRow bool
}

func (t tile) lanes() int { return t.vector.bytes / t.precision.bytes }
func (t tile) width() int { return t.lanes() * t.vectors }

func (t tile) name() string {
	suffix := t.vector.isa
	if t.byRow {
		suffix = "row" + suffix
	}
	return fmt.Sprintf("%sgemm%dx%d%s", t.precision.letter, t.height, t.width(), suffix)
}

// unroll is the number of k steps per trip of the main loop.
const unroll = 4

// ahead is how far beyond the current position the panel of B is prefetched,
// in k steps; it is an address scale, so at most 8.
const ahead = 8

// registers of one kernel under construction.
type frame struct {
	tile
	acc              [][]reg.VecPhysical // [row][vector]
	b                []reg.VecPhysical
	spare            []reg.VecPhysical // broadcasts of A
	pa               []reg.Register    // byRow: of every third row
	pb               reg.Register
	strideA, strideB reg.Register
	k                reg.Register
	pc, strideC      reg.Register // only once the loop is done
	rows             reg.Register
	returned         bool // the return sequence is written
}

func (t tile) emit() {
	typ := t.precision.goType
	TEXT(t.name(), NOSPLIT, fmt.Sprintf(
		"func(k int, a *%[1]s, as int, b *%[1]s, bs int, c *%[1]s, cs int, alpha, beta %[1]s, rows, cols int)", typ))
	Doc(tileDoc(t.name(), t.precision, t.height, t.width(), t.byRow)...)
	Pragma("noescape")

	f := t.allocate()
	f.load()
	for _, row := range f.acc {
		for _, acc := range row {
			f.vector.zero(acc)
		}
	}
	f.multiply()
	f.finish()
}

// tileDoc is the documentation of a tile kernel.
func tileDoc(name string, p precision, height, width int, byRow bool) []string {
	element := "a[l*as+i]"
	if byRow {
		element = "a[i*as+l]"
	}
	return []string{name + " is the tile kernel",
		"",
		fmt.Sprintf("\tfor i := range min(rows, %d) {", height),
		fmt.Sprintf("\t\tfor j := range min(cols, %d) {", width),
		fmt.Sprintf("\t\t\tvar sum %s", p.goType),
		"\t\t\tfor l := range k {",
		"\t\t\t\tsum = fma(" + element + ", b[l*bs+j], sum)",
		"\t\t\t}",
		"\t\t\tc[i*cs+j] = alpha*sum + beta*c[i*cs+j] // c is not read when beta is 0",
		"\t\t}",
		"\t}",
		"",
		fmt.Sprintf("It reads %d elements of a and %d of b in every step of k, whatever rows and", height, width),
		"cols are; of c it touches rows×cols elements only. rows and cols are at least 1.",
	}
}

func (t tile) allocate() *frame {
	f := &frame{tile: t}
	next := 0
	take := func() reg.VecPhysical {
		r := t.vector.file[next]
		next++
		return r
	}
	for range t.height {
		row := make([]reg.VecPhysical, t.vectors)
		for j := range row {
			row[j] = take()
		}
		f.acc = append(f.acc, row)
	}
	for range t.vectors {
		f.b = append(f.b, take())
	}
	for next < t.vector.count && len(f.spare) < 6 {
		f.spare = append(f.spare, take())
	}
	return f
}

func (f *frame) load() {
	f.k = Load(Param("k"), GP64())
	f.pa = []reg.Register{Load(Param("a"), GP64())}
	f.strideA = Load(Param("as"), GP64())
	f.pb = Load(Param("b"), GP64())
	f.strideB = Load(Param("bs"), GP64())
	for _, stride := range []reg.Register{f.strideA, f.strideB} {
		SHLQ(U8(f.precision.shift), stride)
	}
	if !f.byRow {
		return
	}
	for i := 3; i < f.height; i += 3 {
		p := GP64()
		LEAQ(Mem{Base: f.pa[len(f.pa)-1], Index: f.strideA, Scale: 2}, p)
		ADDQ(f.strideA, p)
		f.pa = append(f.pa, p)
	}
}

// elementA is where the element of A in row i of the current step is.
func (f *frame) elementA(i int) Mem {
	if !f.byRow {
		return Mem{Base: f.pa[0], Disp: i * f.precision.bytes}
	}
	at := Mem{Base: f.pa[i/3]}
	if i%3 != 0 {
		at.Index, at.Scale = f.strideA, uint8(i%3)
	}
	return at
}

// prefetchC returns a function that asks for one row of the tile of C, which is
// needed only after the loop over k, each time round; after the last row, for
// that one again. All rows at once, before the loop, would keep the first loads
// of A and B waiting.
func (f *frame) prefetchC() func() {
	p, stride, rows, zero := Load(Param("c"), GP64()), Load(Param("cs"), GP64()), GP64(), GP64()
	SHLQ(U8(f.precision.shift), stride)
	MOVQ(U32(uint32(f.height-1)), rows)
	XORQ(zero, zero)
	return func() {
		for offset := 0; offset < f.vectors*f.vector.bytes; offset += 64 {
			PREFETCHT0(Mem{Base: p, Disp: offset})
		}
		ADDQ(stride, p)
		DECQ(rows)
		CMOVQEQ(zero, stride)
	}
}

// multiply forms the products of all k steps in the accumulators.
func (f *frame) multiply() {
	prefetchRow := f.prefetchC()
	trips := GP64()
	MOVQ(f.k, trips)
	SHRQ(U8(2), trips)
	JZ(LabelRef("tail"))
	Label("loop")
	prefetchRow()
	for range unroll {
		f.step()
	}
	DECQ(trips)
	JNZ(LabelRef("loop"))
	Label("tail")
	ANDQ(U8(unroll-1), f.k)
	JZ(LabelRef("done"))
	Label("tailloop")
	f.step()
	DECQ(f.k)
	JNZ(LabelRef("tailloop"))
	Label("done")
}

// step adds one rank-one update: a column of A times a row of B.
func (f *frame) step() {
	for j, b := range f.b {
		f.precision.move(Mem{Base: f.pb, Disp: j * f.vector.bytes}, b)
	}
	f.prefetchStep()
	for i, row := range f.acc {
		a := f.spare[i%len(f.spare)]
		f.precision.broadcast(f.elementA(i), a)
		for j, acc := range row {
			f.precision.fma(f.b[j], a, acc)
		}
	}
	if f.byRow {
		for _, p := range f.pa {
			ADDQ(U8(f.precision.bytes), p)
		}
	} else {
		ADDQ(f.strideA, f.pa[0])
	}
	ADDQ(f.strideB, f.pb)
}

// prefetchStep fetches what a later step will read, for operands read in place:
// they step through memory in strides that no hardware prefetcher follows. The
// AVX2 kernels have no room for it: 19 instructions fill nearly five of the six
// cycles that the products of a step take, and two more cost 7 %.
func (f *frame) prefetchStep() {
	if f.vector.isa != "avx512" {
		return
	}
	for offset := 0; offset < f.vectors*f.vector.bytes; offset += 64 {
		PREFETCHT0(Mem{Base: f.pb, Index: f.strideB, Scale: ahead, Disp: offset})
	}
	if !f.byRow {
		PREFETCHT0(Mem{Base: f.pa[0], Index: f.strideA, Scale: ahead})
	}
}

// finish scales by α, adds β·C and stores: four copies of the row loop, for
// whole rows or masked ones, with or without reading C.
func (f *frame) finish() {
	f.pc = Load(Param("c"), GP64())
	f.strideC = Load(Param("cs"), GP64())
	f.rows = Load(Param("rows"), GP64())
	SHLQ(U8(f.precision.shift), f.strideC)
	free := append(append([]reg.VecPhysical{}, f.b...), f.spare...)
	alpha, beta := free[0], free[0]
	f.precision.broadcast(argument("alpha"), alpha)
	for _, row := range f.acc {
		for _, acc := range row {
			f.precision.scale(alpha, acc)
		}
	}
	f.precision.overwriteIfZero()
	f.precision.broadcast(argument("beta"), beta)
	f.storeEither("add", beta, free[1:])
	Label("overwrite")
	f.storeEither("overwrite", nil, free[1:])
}

// storeEither stores whole rows, or masked ones where the tile is cut.
func (f *frame) storeEither(label string, beta reg.VecPhysical, free []reg.VecPhysical) {
	cols := Load(Param("cols"), GP64())
	CMPQ(cols, U8(f.width()))
	JLT(LabelRef(label + "masked"))
	f.store(nil, beta, nil)
	Label(label + "masked")
	f.store(f.vector.masks(f.tile, cols, free[0]), beta, free[1])
}

// argument is where an argument of a kernel is.
func argument(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// store writes the accumulators row by row, stopping after rows of them, and
// returns from the kernel.
func (f *frame) store(mask *mask, beta, c reg.VecPhysical) {
	for i, row := range f.acc {
		for j, acc := range row {
			at := Mem{Base: f.pc, Disp: j * f.vector.bytes}
			if mask != nil {
				mask.pick(j)
			}
			switch {
			case mask == nil && beta == nil:
				f.precision.move(acc, at)
			case mask == nil:
				f.precision.fma(at, beta, acc)
				f.precision.move(acc, at)
			case beta == nil:
				mask.store(f.precision, acc, at)
			default:
				mask.load(f.precision, at, c)
				f.precision.fma(c, beta, acc)
				mask.store(f.precision, acc, at)
			}
		}
		if i+1 < f.height {
			DECQ(f.rows)
			JZ(LabelRef("return"))
			ADDQ(f.strideC, f.pc)
		}
	}
	if f.returned {
		JMP(LabelRef("return"))
		return
	}
	Label("return")
	VZEROUPPER()
	RET()
	f.returned = true
}

// overwriteIfZero jumps to the label overwrite if β is 0.
func (p precision) overwriteIfZero() {
	Comment("±0 is the only β whose bits vanish when doubled.")
	bits := GP64()
	if p.bytes == 4 {
		MOVL(argument("beta"), bits.As32())
		ADDL(bits.As32(), bits.As32())
	} else {
		MOVQ(argument("beta"), bits)
		ADDQ(bits, bits)
	}
	JZ(LabelRef("overwrite"))
}
