//go:build arm64 && !noasm

package vector

import "github.com/gokfac/gokfac/internal/isa"

var neon = tier{
	f32: &kernels[float32]{
		finite: sfiniteneon, dot: sdotneon, products: sproductsneon,
		scale: sscaleneon, add: saddneon, addScaled: saddScaledneon, combine: scombineneon,
		addRows: saddRowsneon, transpose: stranspose8neon,
		sgd: ssgdneon, nesterov: snesterovneon, adam: sadamneon, momentum: smomentumneon,
	},
	f64: &kernels[float64]{
		finite: dfiniteneon, dot: ddotneon, products: dproductsneon,
		scale: dscaleneon, add: daddneon, addScaled: daddScaledneon, combine: dcombineneon,
		addRows: daddRowsneon, transpose: dtranspose8neon,
		sgd: dsgdneon, nesterov: dnesterovneon, adam: dadamneon, momentum: dmomentumneon,
	},
	widen: widenneon, narrow: narrowneon,
}

func tierOf(set isa.Set) *tier {
	if set == isa.Generic {
		return &generic
	}
	return &neon
}
