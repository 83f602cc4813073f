//go:build amd64 && !noasm

package vector

import "github.com/gokfac/gokfac/internal/isa"

var avx512 = tier{
	f32: &kernels[float32]{
		finite: sfiniteavx512, dot: sdotavx512, products: sproductsavx512,
		scale: sscaleavx512, add: saddavx512, addScaled: saddScaledavx512, combine: scombineavx512,
		addRows: saddRowsavx512, transpose: stranspose8,
		sgd: ssgdavx512, nesterov: snesterovavx512, adam: sadamavx512, momentum: smomentumavx512,
	},
	f64: &kernels[float64]{
		finite: dfiniteavx512, dot: ddotavx512, products: dproductsavx512,
		scale: dscaleavx512, add: daddavx512, addScaled: daddScaledavx512, combine: dcombineavx512,
		addRows: daddRowsavx512, transpose: dtranspose8,
		sgd: dsgdavx512, nesterov: dnesterovavx512, adam: dadamavx512, momentum: dmomentumavx512,
	},
	widen: widenavx512, narrow: narrowavx512,
}

var avx2 = tier{
	f32: &kernels[float32]{
		finite: sfiniteavx2, dot: sdotavx2, products: sproductsavx2,
		scale: sscaleavx2, add: saddavx2, addScaled: saddScaledavx2, combine: scombineavx2,
		addRows: saddRowsavx2, transpose: stranspose8,
		sgd: ssgdavx2, nesterov: snesterovavx2, adam: sadamavx2, momentum: smomentumavx2,
	},
	f64: &kernels[float64]{
		finite: dfiniteavx2, dot: ddotavx2, products: dproductsavx2,
		scale: dscaleavx2, add: daddavx2, addScaled: daddScaledavx2, combine: dcombineavx2,
		addRows: daddRowsavx2, transpose: dtranspose8,
		sgd: dsgdavx2, nesterov: dnesterovavx2, adam: dadamavx2, momentum: dmomentumavx2,
	},
	widen: widenavx2, narrow: narrowavx2,
}

func tierOf(set isa.Set) *tier {
	switch set {
	case isa.AVX512:
		return &avx512
	case isa.AVX2:
		return &avx2
	}
	return &generic
}
