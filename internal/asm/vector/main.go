package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "avx512, avx2 or transpose")
	kernels := flag.String("kernels", "vector", "vector, pooling or moments")
	ConstraintExpr("!noasm")
	flag.Parse()
	switch *isa {
	case "avx512":
		emit(*kernels, vector{isa: "avx512", bytes: 64})
	case "avx2":
		emit(*kernels, vector{isa: "avx2", bytes: 32})
	case "transpose":
		emitTransposeSingle()
		emitTransposeDouble()
	default:
		log.Fatalf("unknown -isa %q", *isa)
	}
	Generate()
}

func emit(kernels string, v vector) {
	for _, p := range []precision{single, double} {
		switch kernels {
		case "pooling":
			emitPooling(p, v)
			continue
		case "moments":
			emitMoments(p, v)
			continue
		}
		for _, k := range maps {
			k.emit(p, v)
		}
		emitMomentum(p, v)
		emitDot(p, v)
		emitProducts(p, v)
		emitFinite(p, v)
		emitAddRows(p, v)
	}
	if kernels == "vector" {
		emitWiden(v)
		emitNarrow(v)
	}
}
