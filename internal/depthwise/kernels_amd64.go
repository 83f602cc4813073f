//go:build amd64 && !noasm

package depthwise

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf[T Float]() kernels[T] { return kernelsFor[T](isa.Active()) }

func kernelsFor[T Float](set isa.Set) (k kernels[T]) {
	switch k := any(&k).(type) {
	case *kernels[float32]:
		switch set {
		case isa.AVX512:
			*k = kernels[float32]{16, smultiplyavx512, stransposedavx512}
		case isa.AVX2:
			*k = kernels[float32]{8, smultiplyavx2, stransposedavx2}
		}
	case *kernels[float64]:
		switch set {
		case isa.AVX512:
			*k = kernels[float64]{8, dmultiplyavx512, dtransposedavx512}
		case isa.AVX2:
			*k = kernels[float64]{4, dmultiplyavx2, dtransposedavx2}
		}
	}
	return k
}
