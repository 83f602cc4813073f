//go:build !(amd64 || arm64) || noasm

package elementwise

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf(isa.Set) *kernels[float32] { return plain[float32]() }
