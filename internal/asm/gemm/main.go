package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "avx512, avx2, pack, neon or neonpack")
	ConstraintExpr("!noasm")
	flag.Parse()
	switch *isa {
	case "avx512":
		for _, p := range []precision{single, double} {
			for _, height := range []int{12, 8, 4} {
				for _, vectors := range []int{2, 1} {
					for _, byRow := range []bool{false, true} {
						tile{precision: p, vector: zmm, height: height, vectors: vectors, byRow: byRow}.emit()
					}
				}
			}
			emitLeaf(p, zmm, true)
			emitLeaf(p, zmm, false)
			emitAddRows(p, zmm)
			emitAddDots(p, zmm)
			emitOuter(p, zmm)
		}
	case "avx2":
		for _, p := range []precision{single, double} {
			for _, size := range []struct{ height, vectors int }{{4, 3}, {4, 2}, {4, 1}, {8, 1}, {12, 1}} {
				for _, byRow := range []bool{false, true} {
					tile{precision: p, vector: ymm, height: size.height, vectors: size.vectors, byRow: byRow}.emit()
				}
			}
			emitLeaf(p, ymm, true)
			emitLeaf(p, ymm, false)
			emitAddRows(p, ymm)
			emitAddDots(p, ymm)
			emitOuter(p, ymm)
		}
	case "pack":
		emitCopy()
		emitCopyPanels()
		emitTranspose(single)
		emitTranspose(double)
	case "neon":
		finish(writeNeon(*isa, emitNeon))
		return
	case "neonpack":
		finish(writeNeon(*isa, emitNeonPack))
		return
	default:
		log.Fatalf("unknown -isa %q", *isa)
	}
	Generate()
}

func finish(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
