package policy

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/gokfac/gokfac/natural/control"
)

func families() map[string]Family {
	return map[string]Family{"categorical": Categorical{4}, "gaussian": &Gaussian{Deviations: []float64{1, 0.5}}}
}

func randomRow(r *rand.Rand, k int) []float64 {
	z := make([]float64, k)
	for i := range z {
		z[i] = r.NormFloat64()
	}
	return z
}

// slope is the gradient of f at z by central differences.
func slope(f func(z []float64) float64, z []float64) []float64 {
	const h = 1e-5
	g := make([]float64, len(z))
	for i, v := range z {
		z[i] = v + h
		up := f(z)
		z[i] = v - h
		g[i] = (up - f(z)) / (2 * h)
		z[i] = v
	}
	return g
}

func TestFamilySlopes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, f := range families() {
		for range 20 {
			z, action, dst := randomRow(r, f.Outputs()), make([]float64, f.Size()), make([]float64, f.Outputs())
			f.Sample(r, z, action)
			f.Score(dst, z, action)
			assert.InDeltaSlice(t, slope(func(z []float64) float64 { return f.LogProbability(z, action) }, z), dst, 1e-8, name)
			f.EntropySlope(dst, z)
			assert.InDeltaSlice(t, slope(f.Entropy, z), dst, 1e-8, name)
			assert.InDelta(t, 0, f.KL(z, z), 1e-15, name)
			assert.InDeltaSlice(t, make([]float64, len(z)), slope(func(w []float64) float64 { return f.KL(append([]float64{}, z...), w) }, append([]float64{}, z...)), 1e-8)
			mode := make([]float64, f.Size())
			f.Mode(z, mode)
			assert.GreaterOrEqual(t, f.LogProbability(z, mode), f.LogProbability(z, action), name)
		}
	}
}

// TestFamilyMeans compares entropies, divergences and the Fisher matrix's trace with means
// over draws.
func TestFamilyMeans(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	const draws = 200_000
	for name, f := range families() {
		z0, z := randomRow(r, f.Outputs()), randomRow(r, f.Outputs())
		action, score := make([]float64, f.Size()), make([]float64, f.Outputs())
		var entropy, divergence, squares float64
		var mean = make([]float64, f.Outputs())
		for range draws {
			f.Sample(r, z0, action)
			l := f.LogProbability(z0, action)
			entropy -= l / draws
			d := l - f.LogProbability(z, action)
			divergence += d / draws
			squares += d * d / draws
			f.Score(score, z0, action)
			for i, s := range score {
				mean[i] += s / draws
			}
		}
		// Five standard errors of the noisier of the two.
		most := 5 * math.Sqrt((squares+1)/draws)
		assert.InDelta(t, f.Entropy(z0), entropy, most, name)
		assert.InDelta(t, f.KL(z0, z), divergence, most, name)
		assert.InDeltaSlice(t, make([]float64, len(mean)), mean, 5*math.Sqrt(4.0/draws)/math.Exp(-2), name)
	}
}

func TestGaussianDensity(t *testing.T) {
	g := &Gaussian{Deviations: []float64{1, 1}}
	z, a := []float64{0.3, -1, math.Log(0.5), math.Log(2)}, []float64{0.1, 2}
	one, two := distuv.Normal{Mu: 0.3, Sigma: 0.5}, distuv.Normal{Mu: -1, Sigma: 2}
	assert.InDelta(t, one.LogProb(0.1)+two.LogProb(2), g.LogProbability(z, a), 1e-14)
	assert.InDelta(t, one.Entropy()+two.Entropy(), g.Entropy(z), 1e-14)
}

func TestCategoricalValues(t *testing.T) {
	c := Categorical{3}
	z := []float64{math.Log(0.5), math.Log(0.3), math.Log(0.2)}
	uniform := []float64{7, 7, 7}
	assert.InDelta(t, math.Log(0.3), c.LogProbability(z, []float64{1}), 1e-15)
	assert.InDelta(t, math.Log(3), c.Entropy(uniform), 1e-15)
	assert.InDelta(t, 0.5*math.Log(1.5)+0.3*math.Log(0.9)+0.2*math.Log(0.6), c.KL(z, uniform), 1e-15)
	assert.Equal(t, 0.0, c.Entropy([]float64{1000, 0, -1000}), "nothing overflows")
	action := make([]float64, 1)
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		c.Sample(r, []float64{-1000, 0, -1000}, action)
		require.Equal(t, 1.0, action[0])
	}
}

func TestFamilyOf(t *testing.T) {
	f, err := familyOf(control.Discrete(3))
	require.NoError(t, err)
	assert.Equal(t, Categorical{3}, f)
	inf := math.Inf(1)
	f, err = familyOf(control.Box([]float64{-2, -inf}, []float64{2, inf}))
	require.NoError(t, err)
	assert.Equal(t, &Gaussian{Deviations: []float64{1, 1}}, f)
	for _, s := range []control.Space{{}, {N: 1}, {N: -3}, control.Box([]float64{0}, []float64{0, 1})} {
		_, err := familyOf(s)
		assert.ErrorContains(t, err, "want two actions or more, or a box")
	}
	_, err = familyOf(control.Box([]float64{1}, []float64{1}))
	assert.EqualError(t, err, "policy: element 0 of actions is from 1 to 1: want a range of 1e-12 or more")
	_, err = familyOf(control.Box([]float64{0}, []float64{5e-324}))
	assert.EqualError(t, err, "policy: element 0 of actions is from 0 to 5e-324: want a range of 1e-12 or more")
}
