package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/natural"
)

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

// Claim: from log-odds 0, with y = 1 and the rate 1, the gradient of −log p is −0.5, F is
// 0.25, the natural step is +2, to p = σ(2) ≈ 0.881, and the plain step is +0.5, to
// p = σ(0.5) ≈ 0.622.
//
// Of the probability instead of its log-odds, the gradient is −2 and F is 4. The natural
// step is +0.5 and leads to p = 1, outside of the family; the plain step of rate 1, +2,
// leads nowhere.
func TestBernoulliStepFromEvenOdds(t *testing.T) {
	y, odds, p := []float64{1}, natural.BernoulliLogOdds{}, natural.BernoulliProbability{}
	theta := []float64{0}
	g := negative(score(odds, y, theta))
	assert.Equal(t, -0.5, g[0])
	assert.Equal(t, 0.25, fisherOf(odds, theta).At(0, 0))
	far, short := moved(theta, 1, naturalOf(odds, g, theta)), moved(theta, 1, g)
	assert.Equal(t, []float64{2}, far)
	assert.Equal(t, []float64{0.5}, short)
	assert.InDelta(t, 0.880797, meanOf(odds, far)[0], 1e-6)
	assert.InDelta(t, 0.622459, meanOf(odds, short)[0], 1e-6)

	half := []float64{0.5}
	g = negative(score(p, y, half))
	assert.Equal(t, -2.0, g[0])
	assert.Equal(t, 4.0, fisherOf(p, half).At(0, 0))
	assert.Equal(t, []float64{1}, moved(half, 1, naturalOf(p, g, half)))
	assert.Error(t, p.Validate([]float64{1}))
	assert.Equal(t, []float64{2.5}, moved(half, 1, g))
}

// Claim, loose: natural gradient descent does not depend on the parameterisation.
//
// Small natural steps draw one curve of distributions in both parameterisations, here
// p(t) = 1 − ½exp(−t), and the distance to it falls with the size of the steps. One whole
// step goes to 0.881 in log-odds, to 1 in probabilities, and the curve to 0.816. Plain
// gradients draw different curves, however small the steps: dp/dt = p(1 − p)² in
// log-odds, dp/dt = 1/p in probabilities.
func TestSmallNaturalStepsDrawOneCurve(t *testing.T) {
	y, odds, prob := []float64{1}, natural.BernoulliLogOdds{}, natural.BernoulliProbability{}
	walk := func(f natural.Family, theta []float64, steps int, time float64, way func(g, theta []float64) []float64) []float64 {
		for range steps {
			theta = moved(theta, time/float64(steps), way(negative(score(f, y, theta)), theta))
		}
		return theta
	}
	curved := func(f natural.Family) func(g, theta []float64) []float64 {
		return func(g, theta []float64) []float64 { return naturalOf(f, g, theta) }
	}
	direct := func(g, _ []float64) []float64 { return g }

	end := 1 - math.Exp(-1)/2
	assert.InDelta(t, 0.816060, end, 1e-6)
	assert.InDelta(t, 0.880797, sigmoid(walk(odds, []float64{0}, 1, 1, curved(odds))[0]), 1e-6)
	assert.Equal(t, 1.0, walk(prob, []float64{0.5}, 1, 1, curved(prob))[0])
	var sizes, byOdds, byProb []float64
	for _, n := range []int{64, 128, 256, 512} {
		sizes = append(sizes, 1/float64(n))
		byOdds = append(byOdds, sigmoid(walk(odds, []float64{0}, n, 1, curved(odds))[0])-end)
		byProb = append(byProb, walk(prob, []float64{0.5}, n, 1, curved(prob))[0]-end)
	}
	t.Logf("beside the curve: log-odds %.2g, as rate^%.3f; probability %.2g, as rate^%.3f", byOdds, order(sizes, byOdds), byProb, order(sizes, byProb))
	assert.InDelta(t, 1, order(sizes, byOdds), 0.02)
	assert.InDelta(t, 1, order(sizes, byProb), 0.02)

	a := sigmoid(walk(odds, []float64{0}, 4096, 0.25, direct)[0])
	b := walk(prob, []float64{0.5}, 4096, 0.25, direct)[0]
	assert.InDelta(t, math.Sqrt(0.25+2*0.25), b, 1e-3, "p² grows by 2t")
	assert.Greater(t, b-a, 0.25)
}
