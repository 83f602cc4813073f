package main

import (
	"flag"
	"log"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

func main() {
	isa := flag.String("isa", "", "avx512, avx2 or neon")
	flag.Parse()
	m, err := simd.New(*isa)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range []simd.Element{simd.Single, simd.Double} {
		k := kernel{m.Of(e), vectorsOf(m)}
		k.emitMultiply()
		k.emitTransposed()
	}
	m.Generate()
}
