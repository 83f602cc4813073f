package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	isa := flag.String("isa", "", "avx512 or avx2")
	ConstraintExpr("!noasm")
	flag.Parse()
	machines := map[string]machine{
		"avx512": {isa: "avx512", bytes: 64, wide: true},
		"avx2":   {isa: "avx2", bytes: 32},
	}
	m, ok := machines[*isa]
	if !ok {
		log.Fatalf("unknown -isa %q", *isa)
	}
	emitReLU(m)
	emitReLUGrad(m)
	emitTanh(m)
	emitTanhGrad(m)
	emitSigmoid(m)
	emitSigmoidGrad(m)
	emitExp(m)
	emitLog(m)
	emitResidual(m)
	emitSoftplus(m)
	emitSoftplusGrad(m)
	emitSiLU(m)
	emitSiLUGrad(m)
	emitGELU(m)
	emitGELUGrad(m)
	emitELU(m)
	emitELUGrad(m)
	emitLeakyReLU(m)
	emitLeakyReLUGrad(m)
	emitSigmoidCost(m)
	emitSoftmax(m)
	emitExponentialSums(m)
	Generate()
}
