package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// mixture is a mixture of two Gaussians: the share of the second, and means and variances.
type mixture struct {
	share          float64
	mean, variance [2]float64
}

// Two clusters, by hand.
var clusters = []float64{-2.1, -1.7, -1.2, -0.9, -2.6, -1.5, 0.8, 1.9, 2.2, 1.4, 3.1, 0.2}

// part is the share of a component times its density.
func (m mixture) part(k int, x float64) float64 {
	share := [2]float64{1 - m.share, m.share}[k]
	d := x - m.mean[k]
	return share * math.Exp(-d*d/(2*m.variance[k])) / math.Sqrt(2*math.Pi*m.variance[k])
}

// loss is the mean of −log p(x), the component summed out.
func (m mixture) loss() float64 {
	sum := 0.0
	for _, x := range clusters {
		sum -= math.Log(m.part(0, x)+m.part(1, x)) / float64(len(clusters))
	}
	return sum
}

// em is a step of EM, as in textbooks: responsibilities, then weighted means and variances.
func (m mixture) em() (next mixture) {
	for k := range 2 {
		var r []float64
		total := 0.0
		for i, x := range clusters {
			r = append(r, m.part(k, x)/(m.part(0, x)+m.part(1, x)))
			total += r[i]
			next.mean[k] += r[i] * x
		}
		next.mean[k] /= total
		for i, x := range clusters {
			d := x - next.mean[k]
			next.variance[k] += r[i] * d * d / total
		}
		next.share = total / float64(len(clusters)) // the second's
	}
	return next
}

// The complete data (x, z) have an exponential family: with η₀ and η₁ the natural
// parameters of the components, T = (z, (1−z)x, (1−z)x², zx, zx²) and
// θ = (logit(share) − A(η₁) + A(η₀), η₀, η₁). Its expectation parameters are the means of T.

func (m mixture) means() []float64 {
	a, b := 1-m.share, m.share
	return []float64{b, a * m.mean[0], a * (m.mean[0]*m.mean[0] + m.variance[0]), b * m.mean[1], b * (m.mean[1]*m.mean[1] + m.variance[1])}
}

func mixtureOf(mu []float64) (m mixture) {
	m.share = mu[0]
	for k, weight := range []float64{1 - mu[0], mu[0]} {
		m.mean[k] = mu[1+2*k] / weight
		m.variance[k] = mu[2+2*k]/weight - m.mean[k]*m.mean[k]
	}
	return m
}

func (m mixture) natural() []float64 {
	f := natural.GaussianNatural{}
	theta := []float64{math.Log(m.share / (1 - m.share))}
	for k, sign := range []float64{1, -1} {
		eta := []float64{m.mean[k] / m.variance[k], -0.5 / m.variance[k]}
		theta[0] += sign * f.LogPartition(eta)
		theta = append(theta, eta...)
	}
	return theta
}

func mixtureOfNatural(theta []float64) (m mixture) {
	f := natural.GaussianNatural{}
	for k := range 2 {
		eta := theta[1+2*k : 3+2*k]
		m.variance[k] = -0.5 / eta[1]
		m.mean[k] = eta[0] * m.variance[k]
	}
	m.share = sigmoid(theta[0] - f.LogPartition(theta[1:3]) + f.LogPartition(theta[3:5]))
	return m
}

// naturalStep is a step on the loss in the expectation parameters of the complete data. The
// natural gradient there is the gradient by θ, which is by differences.
func (m mixture) naturalStep(rate float64) mixture {
	g := slopeOf(m.natural(), func(theta []float64) float64 { return mixtureOfNatural(theta).loss() })
	return mixtureOf(moved(m.means(), rate, g))
}

func (m mixture) numbers() []float64 {
	return append(append([]float64{m.share}, m.mean[:]...), m.variance[:]...)
}

var fuzzy = mixture{share: 0.35, mean: [2]float64{-0.5, 0.7}, variance: [2]float64{2, 1.2}}

// Claim, loose: a step of EM is a natural gradient step of rate 1.
//
// It is so with the Fisher matrix of the complete data (x, z), in the expectation parameters
// of these (Sato 2001; Amari 1995). Then every step has the same numbers, from any start.
// In other parameters, the shares beside the components' own means, a step of rate 1 is
// not EM's. The mixture's own Fisher matrix is a smaller one
// (TestFisherOfAMixtureIsLessThanThatOfCompleteData).
func TestEMIsANaturalStepOfTheCompleteData(t *testing.T) {
	a, b := fuzzy, fuzzy
	near(t, fuzzy.numbers(), mixtureOfNatural(fuzzy.natural()).numbers(), 1e-12)
	near(t, fuzzy.numbers(), mixtureOf(fuzzy.means()).numbers(), 1e-12)
	first := a.em()
	for i := range 60 {
		before := a.loss()
		a, b = a.em(), b.naturalStep(1)
		near(t, a.numbers(), b.numbers(), 1e-8, "step %d", i+1)
		assert.LessOrEqual(t, a.loss(), before+1e-15, "EM never goes uphill")
	}
	t.Logf("start %.4f, one step %.4f, 60 steps %.6f; loss %.4f, %.4f, %.4f", fuzzy.numbers(), first.numbers(), a.numbers(), fuzzy.loss(), first.loss(), a.loss())
	assert.Less(t, gap(a.numbers(), a.em().numbers()), 1e-6, "arrived")

	// Shares and each component's own (E[x], E[x²]) are other parameters: the Fisher matrix of
	// the complete data is block-diagonal in them, of 1/(s(1−s)) and share·F.
	own := func(v []float64) (m mixture) {
		m.share = v[0]
		for k := range 2 {
			m.mean[k], m.variance[k] = v[1+2*k], v[2+2*k]-v[1+2*k]*v[1+2*k]
		}
		return m
	}
	at := []float64{fuzzy.share}
	for k := range 2 {
		at = append(at, fuzzy.mean[k], fuzzy.mean[k]*fuzzy.mean[k]+fuzzy.variance[k])
	}
	g := slopeOf(at, func(v []float64) float64 { return own(v).loss() })
	u := []float64{g[0] * fuzzy.share * (1 - fuzzy.share)}
	f := natural.GaussianNatural{}
	for k, weight := range []float64{1 - fuzzy.share, fuzzy.share} {
		part := naturalOf(natural.Expectation(f), g[1+2*k:3+2*k], at[1+2*k:3+2*k])
		floats.Scale(1/weight, part)
		u = append(u, part...)
	}
	other := own(moved(at, 1, u))
	assert.InDelta(t, first.share, other.share, 1e-9)
	assert.Greater(t, gap(first.numbers(), other.numbers()), 0.02)
}

// The Fisher matrix of a mixture, of x alone, is less than the complete data's, of (x, z),
// by what the component z would tell of the parameters. Natural steps with it are longer
// than EM's. In two of five directions both are equal: x and x² are functions of x alone,
// and the sums over the components of the statistics of z. Scores are by differences, the
// integral is a sum over a grid.
func TestFisherOfAMixtureIsLessThanThatOfCompleteData(t *testing.T) {
	theta := fuzzy.natural()
	complete := symmetric(derivatives(theta, func(v []float64) []float64 { return mixtureOfNatural(v).means() }))
	own := mat.NewSymDense(len(theta), nil)
	const width = 0.1
	total := 0.0
	for x := -15.0; x <= 15; x += width {
		p := fuzzy.part(0, x) + fuzzy.part(1, x)
		s := slopeOf(theta, func(v []float64) float64 {
			m := mixtureOfNatural(v)
			return math.Log(m.part(0, x) + m.part(1, x))
		})
		total += width * p
		own.SymRankOne(own, width*p, mat.NewVecDense(len(s), s))
	}
	assert.InDelta(t, 1, total, 1e-12)
	e := relative(t, own, complete)
	t.Logf("what x tells, as a part of what x and z tell, by direction: %.4f", e)
	assert.Greater(t, e[0], 0.0)
	assert.InDeltaSlice(t, []float64{1, 1}, e[3:], 1e-7)
	assert.Less(t, e[2], 0.5)
}
