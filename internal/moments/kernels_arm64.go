//go:build arm64 && !noasm

package moments

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(set isa.Set) (*kernels[float32], *kernels[float64]) {
	if set == isa.Generic {
		return plain[float32](), plain[float64]()
	}
	return &kernels[float32]{
			shifted: sshiftedneon, squares: ssquaresneon, dots: sdotsneon, affine: saffineneon, combine: scombineneon,
			row: &rowKernels[float32]{shifted: srowShiftedneon, squares: srowSquaresneon, dots: srowDotsneon, accumulate: srowAccumulateneon, affine: srowAffineneon, gradient: srowGradientneon, tangent: srowTangentneon},
		}, &kernels[float64]{
			shifted: dshiftedneon, squares: dsquaresneon, dots: ddotsneon, affine: daffineneon, combine: dcombineneon,
			row: &rowKernels[float64]{shifted: drowShiftedneon, squares: drowSquaresneon, dots: drowDotsneon, accumulate: drowAccumulateneon, affine: drowAffineneon, gradient: drowGradientneon, tangent: drowTangentneon},
		}
}
