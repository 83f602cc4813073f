package main

import (
	"flag"
	"log"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

func main() {
	isa := flag.String("isa", "", "avx512 or avx2")
	flag.Parse()
	set, err := simd.New(*isa)
	if err != nil {
		log.Fatal(err)
	}
	m := machine{set}
	for _, emit := range []func(machine){
		emitReLU, emitReLUGrad, emitTanh, emitTanhGrad, emitSigmoid, emitSigmoidGrad, emitExp, emitLog, emitResidual,
		emitSoftplus, emitSoftplusGrad, emitSiLU, emitSiLUGrad, emitGELU, emitGELUGrad, emitELU, emitELUGrad,
		emitLeakyReLU, emitLeakyReLUGrad, emitSigmoidCost, emitSoftmax, emitExponentialSums,
	} {
		emit(m)
	}
	m.Generate()
}
