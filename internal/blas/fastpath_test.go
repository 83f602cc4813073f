package blas

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/internal/isa"
)

// counting returns the kernels with tiles that count their calls.
func counting[T Float](kern *kernels[T], calls *int) *kernels[T] {
	counted := *kern
	wrap := func(tiles [][]tile[T]) (wrapped [][]tile[T]) {
		for _, row := range tiles {
			var r []tile[T]
			for _, f := range row {
				r = append(r, func(k int, a *T, as int, b *T, bs int, c *T, cs int, alpha, beta T, rows, cols int) {
					*calls++
					f(k, a, as, b, bs, c, cs, alpha, beta, rows, cols)
				})
			}
			wrapped = append(wrapped, r)
		}
		return wrapped
	}
	counted.tiles, counted.rowTiles = wrap(kern.tiles), wrap(kern.rowTiles)
	return &counted
}

// TestFastPath makes sure that every entry point runs on the kernels.
func TestFastPath(t *testing.T) {
	for _, base := range tiers() {
		t.Run(base.set.String(), func(t *testing.T) {
			var calls int
			use(t, &tier{set: base.set, f32: counting(base.f32, &calls), f64: counting(base.f64, &calls)})
			x := make([]float32, 40*40)
			y := make([]float64, 40*40)
			var impl Implementation
			for name, f := range map[string]func(){
				"Gemm32": func() { Gemm(true, false, 40, 20, 40, 1, x, 40, x, 40, 0, make([]float32, 1600), 40) },
				"Gemm64": func() { Gemm(false, true, 40, 20, 40, 1, y, 40, y, 40, 0, make([]float64, 1600), 40) },
				"Syrk32": func() { Syrk(40, 40, 1, x, 40, 0, make([]float32, 1600), 40) },
				"Syrk64": func() { Syrk(40, 40, 1, y, 40, 0, make([]float64, 1600), 40) },
				"Strsm": func() {
					impl.Strsm(blas.Left, blas.Upper, blas.Trans, blas.Unit, 40, 40, 1, x, 40, make([]float32, 1600), 40)
				},
				"Dtrsm": func() {
					impl.Dtrsm(blas.Right, blas.Upper, blas.Trans, blas.Unit, 40, 40, 1, y, 40, make([]float64, 1600), 40)
				},
				"Dtrmm": func() {
					impl.Dtrmm(blas.Left, blas.Lower, blas.Trans, blas.Unit, 40, 40, 1, y, 40, make([]float64, 1600), 40)
				},
			} {
				calls = 0
				f()
				assert.Positive(t, calls, name)
			}
		})
	}
}

// TestHighTiles: a product with few columns is made of high tiles. A low and narrow one has too few sums at a time to keep
// a processor's vector units busy.
func TestHighTiles(t *testing.T) {
	for _, base := range tiers() {
		if base.set == isa.Generic {
			continue
		}
		var calls int
		use(t, &tier{set: base.set, f32: counting(base.f32, &calls), f64: counting(base.f64, &calls)})
		x, y := make([]float32, 12*12), make([]float64, 12*12)
		Gemm(false, false, 12, 4, 12, 1, x, 12, x, 12, 0, make([]float32, 48), 4)
		assert.Equal(t, 1, calls, "%v, float32", base.set)
		calls = 0
		Gemm(true, false, 12, 4, 12, 1, y, 12, y, 12, 0, make([]float64, 48), 4)
		assert.Equal(t, 1, calls, "%v, float64", base.set)
	}
}
