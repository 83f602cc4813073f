//go:build arm64 && !noasm

package pooling

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(set isa.Set) (*Kernels[float32], *Kernels[float64]) {
	if set == isa.Generic {
		return plain[float32](), plain[float64]()
	}
	return &Kernels[float32]{
			max: smaxneon, maxOnly: smaxOnlyneon, take: stakeneon, give: sgiveneon, add: saddneon, sum: ssumneon, spread: sspreadneon, spreadOn: sspreadOnneon,
		}, &Kernels[float64]{
			max: dmaxneon, maxOnly: dmaxOnlyneon, take: dtakeneon, give: dgiveneon, add: daddneon, sum: dsumneon, spread: dspreadneon, spreadOn: dspreadOnneon,
		}
}
