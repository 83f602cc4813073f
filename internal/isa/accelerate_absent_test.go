//go:build !(darwin && arm64 && accelerate && !noasm)

package isa

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestWithoutAccelerate: what builds say that are without it.
func TestWithoutAccelerate(t *testing.T) {
	for _, c := range []struct {
		system, architecture string
		supported            []Set
		want                 string
	}{
		{"darwin", "arm64", []Set{NEON, Generic}, "this build is without it; build with -tags accelerate"},
		{"darwin", "arm64", []Set{Generic}, "this build is without it; build with -tags accelerate and without noasm"},
		{"darwin", "amd64", []Set{AVX2, Generic}, "it is for macOS on arm64; this machine and build have [avx2 generic]"},
		{"linux", "arm64", []Set{NEON, Generic}, "it is for macOS on arm64; this machine and build have [neon generic]"},
		{"linux", "amd64", []Set{AVX512, AVX2, Generic}, "it is for macOS on arm64; this machine and build have [avx512 avx2 generic]"},
		{"js", "wasm", []Set{Generic}, "it is for macOS on arm64; this machine and build have [generic]"},
	} {
		open := func() error { return without(c.system, c.architecture, c.supported) }
		got := choose("accelerate", c.supported, open)
		assert.EqualError(t, got.err, "GOKFAC_ISA=accelerate: "+c.want)
		assert.Equal(t, c.supported[0], got.products, "the best set is in use")
		assert.Equal(t, c.supported[0], got.vectors)
	}
}
