package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// What the parameterisations of the gamma distribution share, by the shape a and the rate b.

// gammaLogProb is α·log βx − βx − log Γ(α) − log x. For large shapes its terms cancel near
// x = α/β, and Stirling's formula for log Γ leaves a divergence of βx from α instead.
func gammaLogProb(x, a, b float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Inf(-1)
	}
	logX := math.Log(x)
	logBX := math.Log(b) + logX
	if a >= large {
		d, _ := gammaDistance(x, a, b)
		return math.Log(a/(2*math.Pi))/2 - deviance(a, math.Exp(logBX), d) - stirling(a) - logX
	}
	return a*logBX - math.Exp(logBX) - logGamma(a) - logX
}

// gammaDistance is how far an outcome is from the mean: log(βx/α) and α − βx. Near it the
// logarithms would cancel. Elsewhere they keep a product that leaves the range of float64.
func gammaDistance(x, a, b float64) (logRatio, below float64) {
	logRatio = math.Log(b) + math.Log(x) - math.Log(a)
	if bx := b * x; math.Abs(logRatio) < 0.5 && bx >= 0x1p-1000 && bx <= math.MaxFloat64 {
		above := math.FMA(b, x, -a)
		return logTo(a, bx, above), -above
	}
	return logRatio, a - math.Exp(math.Log(b)+math.Log(x))
}

// gammaScore is the score by α, log βx − ψ(α), and by log β, α − βx.
func gammaScore(x, a, b float64) (byShape, byLogRate float64) {
	logRatio, below := gammaDistance(x, a, b)
	return logRatio + logMinusDigamma(a), below
}

// gammaSolve is F⁻¹g by α and β. F = [[ψ′(α), −1/β], [−1/β, α/β²]] has the inverse
// [[α, β], [β, β²ψ′(α)]]/(αψ′(α) − 1).
func gammaSolve(a, b, byShape, byRate float64) (shape, rate float64) {
	shape = (a*byShape + b*byRate) / trigammaExcess(a)
	return shape, times(shape+b*byRate, b/a)
}

// gammaKL is (α − α′)ψ(α) − log Γ(α) + log Γ(α′) + α′·log(β/β′) + α(β′ − β)/β. It is computed as
// what it is between shapes of the same mean, and a divergence of the means.
func gammaKL(a, b, a2, b2 float64) float64 {
	logA := math.Log(a)
	return shapesKL(a, a2) + divergence(a2, math.Log(a2), logA+(math.Log(b2)-math.Log(b)))
}

// shapesKL is the KL divergence of gamma distributions of one mean and the shapes a and a2:
// log Γ(a2) − log Γ(a) − (a2 − a)ψ(a) less divergence(a2, a), the same for a·log a − a.
func shapesKL(a, a2 float64) float64 {
	if min(a, a2) >= large {
		const logHalf = -math.Ln2
		slope := 0.5/a - logMinusDigamma(a) // stirling′(a)
		kl := divergence(0.5, logHalf, logHalf+(math.Log(a2)-math.Log(a))) + (stirling(a2) - stirling(a) - (a2-a)*slope)
		return math.Max(kl, 0)
	}
	return math.Max(gammaExcess(a2)-gammaExcess(a)+times(a2-a, logMinusDigamma(a)), 0)
}

// gammaExcess is log Γ(a) − a·log a + a.
func gammaExcess(a float64) float64 {
	if a >= large {
		return stirling(a) + math.Log(2*math.Pi/a)/2
	}
	return logGamma(a) - a*math.Log(a) + a
}

// gammaSample is an outcome: next to 0 where small shapes ask for less than the least number.
func gammaSample(a, b float64, rng *rand.Rand) float64 {
	x := distuv.Gamma{Alpha: a, Beta: b, Src: rng}.Rand()
	return min(max(x, math.SmallestNonzeroFloat64), math.MaxFloat64)
}

// gammaShape is the α with log α − ψ(α) = c > 0, by Newton's method for log(log α − ψ(α)) as a
// function of log α, which is close to a straight line (c ≈ 1/α for small, 1/(2α) for large α). The start is
// Minka's (2002, "Estimating a gamma distribution"), exact to 1.5 %.
func gammaShape(c float64) float64 {
	a := (3 - c + math.Hypot(c-3, math.Sqrt(24*c))) / 12 / c
	if c > 10 {
		a = 1 / (c - math.Log(c)) // 3 − c cancels above
	}
	for range 20 {
		g := logMinusDigamma(a)
		step := math.Log(g/c) * g / trigammaExcess(a)
		a *= math.Exp(step)
		if math.Abs(step) < 1e-9 { // the next step would be its square
			break
		}
	}
	return a
}

// gammaFisher sets dst to F by α and sign·β.
func gammaFisher(dst *mat.SymDense, a, b, sign float64) {
	symmetric(dst, 2)
	dst.SetSym(0, 0, (1+trigammaExcess(a))/a)
	dst.SetSym(0, 1, -sign/b)
	dst.SetSym(1, 1, a/b/b)
}
