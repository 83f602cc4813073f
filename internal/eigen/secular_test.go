package eigen

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newSecular sets up D + ρzzᵀ with ‖z‖ = 1.
func newSecular(d, z []float64, rho float64) secular {
	w := new(Workspace)
	w.resize(len(d))
	norm := frobenius(z)
	for i := range d {
		w.pole[i], w.weight[i], w.place[i] = d[i], z[i]/norm, i
	}
	return secular{w: w, k: len(d), rho: rho}
}

// TestSecular: roots interlace with the values, even where only their distance
// from these can tell, and the vectors made of them are orthogonal.
func TestSecular(t *testing.T) {
	const k = 50
	r := source(k)
	for name, element := range map[string]func(i int) (d, z float64){
		"even":           func(i int) (d, z float64) { return float64(i), 1 },
		"random":         func(i int) (d, z float64) { return float64(i) + r.Float64(), r.NormFloat64() },
		"near":           func(i int) (d, z float64) { return 1 + 8*unit*float64(i), 1 },
		"pairs":          func(i int) (d, z float64) { return float64(i/2) + 1e-14*float64(i%2), 1 },
		"graded":         func(i int) (d, z float64) { return math.Ldexp(1, i-k), 1 },
		"graded z":       func(i int) (d, z float64) { return float64(i), math.Ldexp(1, -i) },
		"graded z, up":   func(i int) (d, z float64) { return float64(i), math.Ldexp(1, i-k) },
		"weak in middle": func(i int) (d, z float64) { return float64(i), math.Pow(1e-14, float64(1-(i+1)%2)) },
		"negative":       func(i int) (d, z float64) { return -math.Ldexp(1, -i), -1 },
	} {
		d, z := make([]float64, k), make([]float64, k)
		for i := range d {
			d[i], z[i] = element(i)
		}
		for _, rho := range []float64{1e-3, 1, 1e3} {
			s := newSecular(d, z, rho)
			require.True(t, s.solve(), name)
			w := s.w
			for i := range k {
				origin, shift := w.origin[i], w.shift[i]
				if origin == i {
					assert.Greater(t, shift, 0.0, "%s, ρ = %g, root %d", name, rho, i)
				} else {
					assert.Equal(t, i+1, origin)
					assert.Less(t, shift, 0.0, "%s, ρ = %g, root %d", name, rho, i)
				}
			}
			gram := make([]float64, k*k)
			kernel.Dgemm('N', 'T', k, k, k, 1, w.basis, w.stride, w.basis, w.stride, 0, gram, k)
			for i := range k {
				gram[i*k+i]--
			}
			assert.LessOrEqual(t, frobenius(gram), 2*k*unit, "%s, ρ = %g", name, rho)
		}
	}
}

// TestNoConvergence: what no matrix leads to is reported all the same.
func TestNoConvergence(t *testing.T) {
	s := newSecular([]float64{1, 2, 3}, []float64{1, 1, 1}, math.NaN())
	assert.False(t, s.solve())
	s = newSecular([]float64{1, math.NaN(), 3}, []float64{1, 1, 1}, 1)
	assert.False(t, s.solve())
	var w Workspace
	w.resize(3)
	copy(w.d, []float64{1, 2, 3})
	copy(w.e, []float64{math.Inf(1), math.Inf(1), 0})
	assert.False(t, w.rotateAway(0, 3))
}
