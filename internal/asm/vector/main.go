package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "avx512, avx2 or transpose")
	ConstraintExpr("!noasm")
	flag.Parse()
	switch *isa {
	case "avx512":
		emit(vector{isa: "avx512", bytes: 64})
	case "avx2":
		emit(vector{isa: "avx2", bytes: 32})
	case "transpose":
		emitTransposeSingle()
		emitTransposeDouble()
	default:
		log.Fatalf("unknown -isa %q", *isa)
	}
	Generate()
}

func emit(v vector) {
	for _, p := range []precision{single, double} {
		for _, k := range maps {
			k.emit(p, v)
		}
		emitMomentum(p, v)
		emitDot(p, v)
		emitProducts(p, v)
		emitFinite(p, v)
		emitAddRows(p, v)
	}
	emitWiden(v)
	emitNarrow(v)
}
