package isa

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestChoice(t *testing.T) {
	supported := Supported()
	assert.Equal(t, Generic, supported[len(supported)-1])
	assert.Equal(t, choose(os.Getenv("GOKFAC_ISA"), supported), Active())
	for _, s := range supported {
		assert.Equal(t, s, choose(s.String(), supported))
	}
	assert.Equal(t, supported[0], choose("", supported))
	assert.Equal(t, supported[0], choose("sse9", supported), "an unknown set is ignored")
	assert.Equal(t, Generic, choose("avx512", []Set{Generic}), "an unsupported set is ignored")

	assert.NoError(t, check("", supported))
	assert.NoError(t, check("generic", supported))
	assert.EqualError(t, check("sse9", []Set{AVX2, Generic}), "GOKFAC_ISA=sse9: this machine and build have [avx2 generic]")
	assert.Error(t, check("avx512", []Set{AVX2, Generic}))
	t.Logf("%s on %s/%s", Active(), runtime.GOOS, runtime.GOARCH)
}
