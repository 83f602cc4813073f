package main

import (
	"flag"
	"log"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

func main() {
	isa := flag.String("isa", "", "avx512, avx2, neon, transpose or transposeneon")
	kernels := flag.String("kernels", "vector", "vector, pooling or moments")
	flag.Parse()
	switch *isa {
	case "transpose":
		emitTranspose()
		return
	case "transposeneon":
		emitTransposeNEON()
		return
	}
	m, err := simd.New(*isa)
	if err != nil {
		log.Fatal(err)
	}
	emit(*kernels, m)
	m.Generate()
}

func emit(kernels string, m simd.Machine) {
	for _, e := range []simd.Element{simd.Single, simd.Double} {
		m := m.Of(e)
		switch kernels {
		case "pooling":
			emitPooling(m)
			continue
		case "moments":
			emitMoments(m)
			continue
		}
		for _, k := range maps {
			k.emit(m)
		}
		emitMomentum(m)
		emitDot(m)
		emitProducts(m)
		emitFinite(m)
		emitAddRows(m)
	}
	if kernels == "vector" {
		emitWiden(m.Of(simd.Double))
		emitNarrow(m.Of(simd.Double))
	}
}
