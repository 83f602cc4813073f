//go:build accelerate && linux && (amd64 || arm64)

package blas

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/accelerate"
)

// libraries are the tiers of the libraries that can be opened here: OpenBLAS, if it is installed.
func libraries(t *testing.T) map[string]*tier {
	t.Helper()
	l, err := accelerate.OpenPath("libopenblas.so.0")
	if err != nil {
		t.Logf("without OpenBLAS: %v", err)
		return nil
	}
	return map[string]*tier{"OpenBLAS": withExternal(tiers()[0], &l.Single, &l.Double)}
}

// TestExternalAllocs: nothing is allocated on the way to a library, either.
func TestExternalAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for name, tier := range libraries(t) {
		use(t, tier)
		x, y, c, d := make([]float32, 200*200), make([]float64, 200*200), make([]float32, 200*200), make([]float64, 200*200)
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			Gemm(false, false, 200, 200, 200, 1, x, 200, x, 200, 0, c, 200)
			Affine(200, 200, 200, x, 200, x, 200, x, c, 200)
			Syrk(200, 200, 1, y, 200, 0, d, 200)
			Gram(200, 200, 1, y, 200, 0, d, 200)
		}), name)
	}
}
