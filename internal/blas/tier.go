package blas

import "github.com/gokfac/gokfac/internal/isa"

// tier is the kernels of one instruction set. The generic tier's are in Go.
type tier struct {
	set isa.Set
	f32 *kernels[float32]
	f64 *kernels[float64]
}

var generic = tier{
	set: isa.Generic,
	f32: plainKernels[float32](),
	f64: plainKernels[float64](),
}

// active never changes while the program runs.
var active = tierFor(isa.Products())

// tiers lists the tiers that this machine can run, best first.
func tiers() []*tier {
	var list []*tier
	for _, set := range isa.Supported() {
		list = append(list, tierFor(set))
	}
	return list
}
