//go:build amd64 && !noasm

package pooling

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(set isa.Set) (*Kernels[float32], *Kernels[float64]) {
	switch set {
	case isa.AVX512:
		return &Kernels[float32]{
				max: smaxavx512, maxOnly: smaxOnlyavx512, take: stakeavx512, give: sgiveavx512, add: saddavx512, sum: ssumavx512, spread: sspreadavx512, spreadOn: sspreadOnavx512,
			}, &Kernels[float64]{
				max: dmaxavx512, maxOnly: dmaxOnlyavx512, take: dtakeavx512, give: dgiveavx512, add: daddavx512, sum: dsumavx512, spread: dspreadavx512, spreadOn: dspreadOnavx512,
			}
	case isa.AVX2:
		return &Kernels[float32]{
				max: smaxavx2, maxOnly: smaxOnlyavx2, take: stakeavx2, give: sgiveavx2, add: saddavx2, sum: ssumavx2, spread: sspreadavx2, spreadOn: sspreadOnavx2,
			}, &Kernels[float64]{
				max: dmaxavx2, maxOnly: dmaxOnlyavx2, take: dtakeavx2, give: dgiveavx2, add: daddavx2, sum: dsumavx2, spread: dspreadavx2, spreadOn: dspreadOnavx2,
			}
	}
	return plain[float32](), plain[float64]()
}
