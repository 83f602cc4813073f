//go:build darwin && arm64 && accelerate && !noasm

package blas

import (
	"github.com/gokfac/gokfac/internal/accelerate"
	"github.com/gokfac/gokfac/internal/isa"
)

// tierFor is the tier of a set. Accelerate's is NEON's, with the library's products in front. Package isa has opened it already.
func tierFor(set isa.Set) *tier {
	if set != isa.Accelerate {
		return tierOf(set)
	}
	l, err := accelerate.Open()
	if err != nil {
		return tierOf(isa.NEON)
	}
	t := withExternal(tierOf(isa.NEON), &l.Single, &l.Double)
	t.set = isa.Accelerate
	return t
}
