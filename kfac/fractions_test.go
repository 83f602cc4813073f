package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// large is a bowl that says it has so many examples.
type large struct {
	*bowl
	examples int
	asked    []int // what products were taken on
}

func (l *large) Examples() int { return l.examples }

func (l *large) Products(n int, dirs ...graph.Direction) (*mat.SymDense, error) {
	l.asked = append(l.asked, n)
	return l.bowl.Products(n, dirs...)
}

// TestFractionsFollowTheMiniBatch: products are taken on at most 1024 examples and factors
// on at most 2048, unless a fraction is given.
func TestFractionsFollowTheMiniBatch(t *testing.T) {
	for _, c := range []struct {
		given, examples, products int // given in per cent
		factors                   float64
	}{
		{0, 1, 0, 1}, {0, 1024, 0, 1}, {0, 1025, 1024, 1}, {0, 2048, 1024, 1}, {0, 4096, 1024, 0.5}, {0, 5000, 1024, 2048.0 / 5000},
		{100, 5000, 0, 1}, {50, 4096, 2048, 0.5}, {25, 100, 25, 0.25},
	} {
		for _, mode := range Modes() {
			l := &large{bowl: randomBowl(1, []float64{1, 2, 3}), examples: c.examples}
			f := float64(c.given) / 100
			o := newOptimizer(t, Config{Mode: mode, Damping: 1, DampingUpdateSteps: 1, FactorFraction: f, ProductFraction: f})
			for range 3 {
				_, err := o.Step(l)
				require.NoError(t, err)
			}
			require.NotEmpty(t, l.asked)
			for _, n := range l.asked {
				assert.Equal(t, c.products, n, "%+v", c)
			}
			assert.Equal(t, c.factors, o.pre.cfg.FactorFraction, "%+v", c)
		}
	}
}
