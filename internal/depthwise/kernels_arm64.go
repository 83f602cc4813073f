//go:build arm64 && !noasm

package depthwise

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf[T Float]() kernels[T] { return kernelsFor[T](isa.Active()) }

// kernelsFor has kernels for as many channels as AVX2, and so the same results.
func kernelsFor[T Float](set isa.Set) (k kernels[T]) {
	if set == isa.Generic {
		return k
	}
	switch k := any(&k).(type) {
	case *kernels[float32]:
		*k = kernels[float32]{8, smultiplyneon, stransposedneon}
	case *kernels[float64]:
		*k = kernels[float64]{4, dmultiplyneon, dtransposedneon}
	}
	return k
}
