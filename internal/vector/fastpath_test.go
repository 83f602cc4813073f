package vector

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// TestFastPath: a set of instructions has a kernel of its own for everything,
// and the active one is what the package runs.
func TestFastPath(t *testing.T) {
	require.Same(t, tierOf(isa.Active()), active)
	for _, set := range isa.Supported() {
		if set == isa.Generic {
			continue
		}
		assertOwn(t, *generic.f32, *tierOf(set).f32, set)
		assertOwn(t, *generic.f64, *tierOf(set).f64, set)
		assert.NotNil(t, tierOf(set).widen)
		assert.NotNil(t, tierOf(set).narrow)
	}

	previous := active
	t.Cleanup(func() { active = previous })
	active = &tier{f32: &kernels[float32]{}, f64: &kernels[float64]{}}
	o := newOperands[float32](10, 0, 1)
	for _, tr := range trials[float32]() {
		if tr.name != "Copy" {
			assert.Panics(t, func() { o.apply(tr.run) }, "%s runs without a kernel", tr.name)
		}
	}
	assert.Panics(t, func() { ColumnSums(make([]float32, 5), make([]float32, 50)) })
	assert.Panics(t, func() { Mirror(make([]float32, 400), 20) })
}

func assertOwn(t *testing.T, plain, own any, set isa.Set) {
	p, o := reflect.ValueOf(plain), reflect.ValueOf(own)
	for i := range p.NumField() {
		name := p.Type().Field(i).Name
		if assert.False(t, o.Field(i).IsNil(), "%s has no %s", set, name) {
			assert.NotEqual(t, p.Field(i).Pointer(), o.Field(i).Pointer(), "%s of %s", name, set)
		}
	}
}

// TestRegisters: registers 16 to 31 are AVX-512's, and the assembler takes them
// without a word; machines with AVX2 alone would stop there.
func TestRegisters(t *testing.T) {
	wrong := regexp.MustCompile(`\b([XY](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	for _, pattern := range []string{"*_avx2_amd64.s", "transpose_amd64.s"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.Len(t, files, 1)
		text, err := os.ReadFile(files[0])
		require.NoError(t, err)
		assert.Empty(t, wrong.FindString(string(text)), files[0])
	}
}
