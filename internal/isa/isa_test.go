package isa

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func opens() error { return nil }

func TestChoice(t *testing.T) {
	supported := Supported()
	assert.Equal(t, Generic, supported[len(supported)-1])
	assert.Equal(t, choose(os.Getenv("GOKFAC_ISA"), supported, openAccelerate).vectors, Active())
	for _, s := range supported {
		c := choose(s.String(), supported, opens)
		assert.Equal(t, s, c.products)
		assert.NoError(t, c.err)
	}
	best := choice{vectors: supported[0], products: supported[0]}
	assert.Equal(t, best, choose("", supported, nil), "Accelerate is not opened unless it is asked for")
	assert.Equal(t, supported[0], choose("sse9", supported, nil).vectors, "an unknown set is ignored")
	assert.Equal(t, Generic, choose("avx512", []Set{Generic}, nil).vectors, "an unsupported set is ignored")

	assert.EqualError(t, choose("sse9", []Set{AVX2, Generic}, nil).err, "GOKFAC_ISA=sse9: this machine and build have [avx2 generic]")
	assert.EqualError(t, choose("avx512", []Set{NEON, Accelerate, Generic}, nil).err, "GOKFAC_ISA=avx512: this machine and build have [neon accelerate generic]")
	t.Logf("%s on %s/%s", Active(), runtime.GOOS, runtime.GOARCH)
}

// TestAccelerate: with Accelerate, everything but products uses NEON. If it cannot be opened, the best set is used for all, and
// the error says why.
func TestAccelerate(t *testing.T) {
	mac := []Set{NEON, Accelerate, Generic}
	assert.Equal(t, choice{vectors: NEON, products: NEON}, choose("", mac, nil), "NEON is the default")
	assert.Equal(t, choice{vectors: NEON, products: Accelerate}, choose("accelerate", mac, opens))

	c := choose("accelerate", mac, func() error { return errors.New("image not found") })
	assert.Equal(t, NEON, c.vectors)
	assert.Equal(t, NEON, c.products)
	assert.EqualError(t, c.err, "GOKFAC_ISA=accelerate: image not found")
}

// TestAccelerateHere: a build that lists Accelerate has it.
func TestAccelerateHere(t *testing.T) {
	listed := len(libraries()) > 0
	assert.Equal(t, listed, openAccelerate() == nil)
	assert.Equal(t, listed, slices.Contains(Supported(), Accelerate))
}
