package main

import (
	"flag"
	"math"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// The kernels for ARM's NEON have the same places in a tier as those for AVX,
// and the same sums in the same order. They are described apart, because little
// else is the same: 32 registers of 16 bytes, a product with one lane of a
// register in place of a broadcast, and no masks.

// element describes an element type to ARM.
type element struct {
	precision
	whole arm64.Arrangement // all elements of a register
	one   arm64.Arrangement // its first element

	bitsOfOne uint64 // the number 1
}

var (
	neonSingle = element{single, arm64.S4, arm64.S, uint64(math.Float32bits(1))}
	neonDouble = element{double, arm64.D2, arm64.D, math.Float64bits(1)}
)

// neonBytes is the size of a register.
const neonBytes = 16

func (e element) lanes() int { return neonBytes / e.bytes }

type size struct{ height, width int }

// tiles lists the sizes of the tiles. An Apple M1 begins four products a cycle and
// has each sum back after four: tiles want 16 sums or more, which narrow ones have if they
// are high.
func (e element) tiles() []size {
	if e.bytes == 8 {
		return []size{{4, 12}, {4, 8}, {4, 4}, {8, 4}, {12, 4}}
	}
	return []size{{8, 12}, {8, 8}, {8, 4}, {4, 12}, {4, 8}, {4, 4}, {12, 8}, {12, 4}, {16, 4}}
}

// writeNeon writes the kernels to the files that the flags of avo name.
func writeNeon(isa string, emit func(*arm64.File)) error {
	value := func(name string) string { return flag.Lookup(name).Value.String() }
	out, stubs, pkg := value("out"), value("stubs"), value("pkg")
	file := arm64.NewFile(pkg, "command: go run . -isa "+isa+" -pkg "+pkg+" -out "+out+" -stubs "+stubs)
	emit(file)
	return file.Write(out, stubs)
}

func emitNeon(file *arm64.File) {
	for _, e := range []element{neonSingle, neonDouble} {
		for _, size := range e.tiles() {
			for _, byRow := range []bool{false, true} {
				neonTile{element: e, height: size.height, width: size.width, byRow: byRow}.emit(file)
			}
		}
		emitNeonLeaf(file, e, true)
		emitNeonLeaf(file, e, false)
		emitNeonAddRows(file, e)
		emitNeonAddDots(file, e)
	}
}

func emitNeonPack(file *arm64.File) {
	emitNeonCopy(file)
	emitNeonTranspose(file, neonSingle)
	emitNeonTranspose(file, neonDouble)
}
