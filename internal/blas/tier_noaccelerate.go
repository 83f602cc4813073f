//go:build !(darwin && arm64 && accelerate && !noasm)

package blas

import "github.com/gokfac/gokfac/internal/isa"

func tierFor(set isa.Set) *tier { return tierOf(set) }
