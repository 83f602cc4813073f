//go:build !(amd64 || arm64) || noasm

package moments

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(isa.Set) (*kernels[float32], *kernels[float64]) {
	return plain[float32](), plain[float64]()
}
