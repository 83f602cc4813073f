//go:build amd64 && !noasm

package moments

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(set isa.Set) (*kernels[float32], *kernels[float64]) {
	switch set {
	case isa.AVX512:
		return &kernels[float32]{
				shifted: sshiftedavx512, squares: ssquaresavx512, dots: sdotsavx512, affine: saffineavx512, combine: scombineavx512,
				row: &rowKernels[float32]{shifted: srowShiftedavx512, squares: srowSquaresavx512, dots: srowDotsavx512, accumulate: srowAccumulateavx512, affine: srowAffineavx512, gradient: srowGradientavx512, tangent: srowTangentavx512},
			}, &kernels[float64]{
				shifted: dshiftedavx512, squares: dsquaresavx512, dots: ddotsavx512, affine: daffineavx512, combine: dcombineavx512,
				row: &rowKernels[float64]{shifted: drowShiftedavx512, squares: drowSquaresavx512, dots: drowDotsavx512, accumulate: drowAccumulateavx512, affine: drowAffineavx512, gradient: drowGradientavx512, tangent: drowTangentavx512},
			}
	case isa.AVX2:
		return &kernels[float32]{
				shifted: sshiftedavx2, squares: ssquaresavx2, dots: sdotsavx2, affine: saffineavx2, combine: scombineavx2,
				row: &rowKernels[float32]{shifted: srowShiftedavx2, squares: srowSquaresavx2, dots: srowDotsavx2, accumulate: srowAccumulateavx2, affine: srowAffineavx2, gradient: srowGradientavx2, tangent: srowTangentavx2},
			}, &kernels[float64]{
				shifted: dshiftedavx2, squares: dsquaresavx2, dots: ddotsavx2, affine: daffineavx2, combine: dcombineavx2,
				row: &rowKernels[float64]{shifted: drowShiftedavx2, squares: drowSquaresavx2, dots: drowDotsavx2, accumulate: drowAccumulateavx2, affine: drowAffineavx2, gradient: drowGradientavx2, tangent: drowTangentavx2},
			}
	}
	return plain[float32](), plain[float64]()
}
