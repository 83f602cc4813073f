package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/natural"
)

// The terms of a log-probability of a large count or shape are a trillion times what is left of
// them. The values are mpmath's, with 60 digits; the last digits of a difference of 1e6 from a
// mean of 1e12 are those of the difference itself.

func TestLogProbOfLargeCounts(t *testing.T) {
	for _, c := range []struct{ x, rate, want float64 }{
		{0.0, 0.5, -0.5},
		{1.0, 0.5, -1.1931471805599453094},
		{5.0, 3.25, -2.1442167610738154082},
		{100.0, 90.5, -3.7043904849754464019},
		{1000000.0, 1000000.0, -7.8266938955201431272},
		{1000000.0, 1001500.0, -8.950570159628289127},
		{1000000000000.0, 1000000000000.0, -14.734449091169030179},
		{999998765433.0, 1000000000000.0, -15.49652662624189311},
		{1000000000000.0, 2000000000000.0, -306852819454.78913967},
		{1000000000000000.0, 1000000000000000.5, -18.18832673066001558},
		{3.0, 1e-300, -2074.1183431638691705},
		{3.0, 1e+300, -1.0000000000000000525e+300},
	} {
		assert.InEpsilon(t, c.want, natural.PoissonRate{}.LogProb([]float64{c.x}, []float64{c.rate}), 1e-13, c)
	}
	for _, c := range []struct{ x, r, p, want float64 }{
		{0.0, 2.5, 0.25, -3.4657359027997265471},
		{3.0, 2.5, 0.25, -2.447410492237327196},
		{100.0, 50.0, 0.375, -4.337474521740815253},
		{1000000.0, 1000000.0, 0.5, -8.1732675274667824485},
		{1002000.0, 1000000.0, 0.5, -9.1737674440086821239},
		{1000000000000.0, 1000000000000.0, 0.5, -15.081022681449044501},
		{1000000000.0, 1000.0, 9.5367431640625e-07, -19.295734952679079082},
		{5.0, 1e-12, 0.5, -32.706194931160984964},
		{5.0, 1000000000000.0, 0.75, -287682072325.34478541},
		{7.0, 2.0, 8.673617379884035e-19, -81.098220125513601208},
		{1000000000.0, 3.0, 3.725290298461914e-09, -21.196268976103336974},
	} {
		f := natural.NegativeBinomialProbability{Successes: c.r}
		assert.InEpsilon(t, c.want, f.LogProb([]float64{c.x}, []float64{c.p}), 1e-11, c)
	}
}

// TestScoreOfLargeShapes: (log βx − ψ(α), α/β − x). ψ is log α − 1/2α there; the distance of
// 1e-6 from the mean is exact to the rounding of x.
func TestScoreOfLargeShapes(t *testing.T) {
	x, score := 1.000001, make([]float64, 2)
	natural.GammaShapeRate{}.Score(score, []float64{x}, []float64{1e12, 1e12})
	assert.InEpsilon(t, math.Log1p(x-1)+0.5e-12, score[0], 1e-13)
	assert.InEpsilon(t, 1-x, score[1], 1e-13)
}

func TestLogProbOfLargeShapes(t *testing.T) {
	for _, c := range []struct{ x, shape, rate, want float64 }{
		{1.0, 1000000000000.0, 1000000000000.0, 12.896572024759518029},
		{1.000001, 1000000000000.0, 1000000000000.0, 12.396571358175368},
		{9.5367431640625e-07, 10000000000.0, 1e+16, -11073671.951890299411},
	} {
		assert.InEpsilon(t, c.want, natural.GammaShapeRate{}.LogProb([]float64{c.x}, []float64{c.shape, c.rate}), 1e-12, c)
	}
}
