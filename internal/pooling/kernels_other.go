//go:build !(amd64 || arm64) || noasm

package pooling

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(isa.Set) (*Kernels[float32], *Kernels[float64]) {
	return plain[float32](), plain[float64]()
}
