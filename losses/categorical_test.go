package losses

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Rounded probabilities may sum to less than the uniform draw: what is left
// goes to a class that can be drawn, never to one of probability 0.
func TestCategoricalAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		u    float64
		p    []float32
		want float32
	}{
		{0, []float32{0, 0.5, 0.5}, 1},
		{0.25, []float32{0.25, 0.75}, 1},
		{math.Nextafter(0.25, 0), []float32{0.25, 0.75}, 0},
		{math.Nextafter(1, 0), []float32{0.5, 0.5 - 1e-7, 0}, 1},
		{math.Nextafter(1, 0), []float32{1 - 1e-7, 0, 0}, 0},
		{0.5, []float32{1}, 0},
	} {
		out := []float32{-1}
		categorical(func() float64 { return c.u }, len(c.p), out, c.p)
		assert.Equal(t, c.want, out[0], "u = %v, p = %v", c.u, c.p)
	}
}
