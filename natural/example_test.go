package natural_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// One step of length 1 from even odds towards y = 1: the gradient of −log p(y|θ) is −0.5, F is 0.25.
func ExampleBernoulliLogOdds() {
	f := natural.BernoulliLogOdds{}
	theta, gradient, step := []float64{0}, []float64{0}, []float64{0}
	f.Score(gradient, []float64{1}, theta)
	floats.Scale(-1, gradient)
	f.NaturalGradient(step, gradient, theta)
	floats.Scale(-1, step)
	f.Retract(theta, theta, step)
	p := []float64{0}
	f.Mean(p, theta)
	fmt.Printf("gradient %.1f, step %+.0f, p(1) = %.3f\n", gradient[0], step[0], p[0])
	// Output: gradient -0.5, step +2, p(1) = 0.881
}

// The natural step of length 1 goes to the outcome's frequency; Retract keeps it inside of 0 and 1.
func ExampleBernoulliProbability() {
	f := natural.BernoulliProbability{}
	theta, score, step := []float64{0.5}, []float64{0}, []float64{0}
	f.Score(score, []float64{1}, theta)
	f.NaturalGradient(step, score, theta)
	fmt.Printf("step %+.1f", step[0])
	f.Retract(theta, theta, step)
	fmt.Printf(", p(1) = %.3f\n", theta[0])
	fmt.Println(f.Validate([]float64{1.5}))
	// Output:
	// step +0.5, p(1) = 0.875
	// natural: Bernoulli, probability: probability 1.5: want a number between 0 and 1
}

// A softmax layer's logits have one parameter too many: F is singular.
func ExampleCategoricalLogits() {
	f := natural.CategoricalLogits{Classes: 3}
	theta := []float64{0, math.Log(2), math.Log(5)} // π = 1/8, 2/8, 5/8
	var fisher mat.SymDense
	f.Fisher(&fisher, theta)
	fisher.ScaleSym(64, &fisher)
	fmt.Printf("64·F = %.0f\n", mat.Formatted(&fisher, mat.Prefix("       ")))
	score, step := make([]float64, 3), make([]float64, 3)
	f.Score(score, []float64{0}, theta)
	f.NaturalGradient(step, score, theta)
	fmt.Printf("F⁺·score %+.2f\n", step)
	f.Damped(step, score, theta, 0.1)
	fmt.Printf("damped   %+.2f\n", step)
	// Output:
	// 64·F = ⎡  7   -2   -5⎤
	//        ⎢ -2   12  -10⎥
	//        ⎣ -5  -10   15⎦
	// F⁺·score [+5.33 -2.67 -2.67]
	// damped   [+3.29 -1.49 -1.80]
}

// The log-odds of the classes from 1, and their probabilities, are natural and expectation parameters.
func ExampleCategoricalLogOdds() {
	f := natural.CategoricalLogOdds{Classes: 3}
	theta, pi := make([]float64, 2), make([]float64, 2)
	if err := f.FromMean(theta, []float64{0.25, 0.5}); err != nil {
		fmt.Println(err)
		return
	}
	f.Mean(pi, theta)
	fmt.Printf("θ = %.3f, π = %.2f\n", theta, pi)
	// Output: θ = [0.000 0.693], π = [0.25 0.50]
}

// Class 0 takes what the others leave.
func ExampleCategoricalProbabilities() {
	f := natural.CategoricalProbabilities{Classes: 3}
	theta := []float64{0.25, 0.5}
	fmt.Printf("p(0) = %.2f\n", math.Exp(f.LogProb([]float64{0}, theta)))
	fmt.Println(f.Validate([]float64{0.75, 0.5}))
	// Output:
	// p(0) = 0.25
	// natural: categorical of 3, probabilities: the probabilities from class 1 have the sum 1.25: want less than 1
}

// The natural step of length 1 from any rate goes to the mean of the counts.
func ExamplePoissonRate() {
	f := natural.PoissonRate{}
	theta, score, step := []float64{2}, []float64{0}, []float64{0}
	f.Score(score, []float64{7}, theta)
	f.NaturalGradient(step, score, theta)
	f.Retract(theta, theta, step)
	fmt.Println("rate", theta[0])
	// Output: rate 7
}

func ExamplePoissonLogRate() {
	f := natural.PoissonLogRate{}
	fmt.Printf("KL(3 ‖ 4) = %.4f nats\n", f.KL([]float64{math.Log(3)}, []float64{math.Log(4)}))
	// Output: KL(3 ‖ 4) = 0.1370 nats
}

func ExampleGammaShapeRate() {
	f := natural.GammaShapeRate{}
	x := []float64{0}
	rng := rand.New(rand.NewPCG(1, 2))
	sum := 0.0
	for range 100000 {
		f.Sample(x, []float64{3, 2}, rng)
		sum += x[0] / 100000
	}
	fmt.Printf("mean %.2f of 3/2\n", sum)
	// Output: mean 1.50 of 3/2
}

// The most likely shape and rate for data are those whose means of log x and x are the data's.
func ExampleGammaNatural() {
	data := []float64{0.5, 1, 2, 4.5}
	f := natural.GammaNatural{}
	mean, t, theta := make([]float64, 2), make([]float64, 2), make([]float64, 2)
	for _, x := range data {
		f.Statistics(t, []float64{x})
		floats.AddScaled(mean, 1/float64(len(data)), t)
	}
	if err := f.FromMean(theta, mean); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("shape %.3f, rate %.3f\n", theta[0], -theta[1])
	// Output: shape 1.725, rate 0.862
}

func ExampleGammaLogs() {
	c, err := natural.Convert(natural.GammaShapeRate{}, natural.GammaLogs{})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float64, 2)
	c.Map(theta, []float64{1, math.E})
	fmt.Println(theta)
	// Output: [0 1]
}

func ExampleExponentialRate() {
	f := natural.ExponentialRate{}
	fmt.Printf("p(2 | 0.5) = %.4f\n", math.Exp(f.LogProb([]float64{2}, []float64{0.5})))
	// Output: p(2 | 0.5) = 0.1839
}

func ExampleExponentialNatural() {
	mu := []float64{0}
	natural.ExponentialNatural{}.Mean(mu, []float64{-0.5})
	fmt.Println("mean", mu[0])
	// Output: mean 2
}

// One success: the geometric distribution.
func ExampleNegativeBinomialProbability() {
	f := natural.NegativeBinomialProbability{Successes: 1}
	for x := range 3 {
		fmt.Printf("p(%d) = %.3f\n", x, math.Exp(f.LogProb([]float64{float64(x)}, []float64{0.5})))
	}
	// Output:
	// p(0) = 0.500
	// p(1) = 0.250
	// p(2) = 0.125
}

func ExampleNegativeBinomialNatural() {
	theta := []float64{0}
	if err := (natural.NegativeBinomialNatural{Successes: 3}).FromMean(theta, []float64{9}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("probability of a failure %.2f\n", math.Exp(theta[0]))
	// Output: probability of a failure 0.75
}

// The gradient with respect to the expectation parameters is the natural gradient with respect to
// the natural ones.
func ExampleExpectation() {
	f := natural.PoissonLogRate{}
	dual := natural.Expectation(f)
	theta, gradient, natGrad := []float64{math.Log(4)}, []float64{2}, []float64{0}
	f.NaturalGradient(natGrad, gradient, theta)
	c, err := natural.Convert(dual, f)
	if err != nil {
		fmt.Println(err)
		return
	}
	byMu := []float64{0}
	c.Gradient(byMu, gradient, []float64{4}) // ∇_μ L = Jᵀ∇_θ L, J = ∂θ/∂μ
	fmt.Printf("%s: %.2f = %.2f\n", dual, byMu[0], natGrad[0])
	// Output: Poisson, expectation: 0.50 = 0.50
}

// Log-odds 0.405 are the probability 0.6; a small change of the one is 0.24 times as large in the other.
func ExampleConvert() {
	c, err := natural.Convert(natural.BernoulliLogOdds{}, natural.BernoulliProbability{})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta, p := []float64{math.Log(1.5)}, []float64{0}
	c.Map(p, theta)
	var j mat.Dense
	c.Jacobian(&j, theta)
	fmt.Printf("p = %.2f, ∂p/∂θ = %.2f\n", p[0], j.At(0, 0))
	// Output: p = 0.60, ∂p/∂θ = 0.24
}

func ExampleReachable() {
	for _, c := range natural.Reachable(natural.CategoricalLogits{Classes: 3}) {
		fmt.Println(c.To)
	}
	// Output:
	// categorical of 3, logits
	// categorical of 3, log-odds
	// categorical of 3, probabilities
	// categorical of 3, expectation
}

// Damping takes the natural gradient towards the plain one.
func ExampleDamped() {
	f := natural.GammaShapeRate{}
	for _, damping := range []float64{1e-9, 1, 1e9} {
		step := make([]float64, 2)
		if err := natural.Damped(f, step, []float64{1, 1}, []float64{2, 1}, damping); err != nil {
			fmt.Println(err)
			return
		}
		floats.Scale(1/floats.Norm(step, 2), step)
		fmt.Printf("λ = %g: direction %.3f\n", damping, step)
	}
	// Output:
	// λ = 1e-09: direction [0.877 0.481]
	// λ = 1: direction [0.834 0.552]
	// λ = 1e+09: direction [0.707 0.707]
}

// Of two classes it is the beta distribution: Beta(1, 1) is uniform.
func ExampleDirichlet() {
	f := natural.Dirichlet{Classes: 2}
	for _, x := range []float64{0.1, 0.5} {
		outcome := []float64{x, 1 - x}
		fmt.Printf("%.2f %.2f\n", math.Exp(f.LogProb(outcome, []float64{1, 1})), math.Exp(f.LogProb(outcome, []float64{2, 2})))
	}
	// Output:
	// 1.00 0.54
	// 1.00 1.50
}
