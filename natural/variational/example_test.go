package variational_test

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural/variational"
	"github.com/gokfac/gokfac/trainer"
)

// hours are hours of study and whether the exam was passed, with a column of ones.
func hours() variational.Config {
	return variational.Config{
		X: mat.NewDense(8, 2, []float64{1, -2, 1, -1.5, 1, -1, 1, -0.5, 1, 0.5, 1, 1, 1, 1.5, 1, 2}),
		Y: []float64{0, 0, 1, 0, 1, 1, 1, 1}, Likelihood: variational.Logistic{}, Prior: 0.1,
	}
}

// One step is the exact posterior of linear regression, and its ELBO the log evidence.
func Example() {
	m, err := variational.NewModel(variational.Config{
		X: mat.NewDense(3, 2, []float64{1, 0, 1, 1, 1, 2}), Y: []float64{1, 3, 4}, Likelihood: variational.Noise{Precision: 4},
	})
	if err != nil {
		panic(err)
	}
	r, err := m.Fit(context.Background(), variational.FitConfig{Method: &variational.NaturalGradient{}, Steps: 1})
	if err != nil {
		panic(err)
	}
	exact, evidence, err := m.Exact()
	if err != nil {
		panic(err)
	}
	fmt.Printf("one step: mean %.4f, ELBO %.4f\n", r.Posterior.Mean(), r.ELBO())
	fmt.Printf("exact:    mean %.4f, log evidence %.4f\n", exact.Mean(), evidence)
	// Output:
	// one step: mean [1.1163 1.4574], ELBO -5.1848
	// exact:    mean [1.1163 1.4574], log evidence -5.1848
}

// The ELBO tells when to stop.
func ExampleModel_Fit() {
	m, err := variational.NewModel(hours())
	if err != nil {
		panic(err)
	}
	r, err := m.Fit(context.Background(), variational.FitConfig{Method: &variational.Online{Rate: variational.Rate{Initial: 0.7}}, Tolerance: 1e-3})
	if err != nil {
		panic(err)
	}
	for _, record := range r.Records {
		fmt.Printf("step %d: ELBO %.4f\n", record.Step, record.ELBO)
	}
	x := []float64{1, 3} // twice the hours of the best
	fmt.Printf("passes with probability %.3f\n", math.Exp(m.LogPredictive(r.Posterior, x, 1)))
	// Output:
	// step 0: ELBO -17.6061
	// step 1: ELBO -5.3127
	// step 2: ELBO -4.8586
	// step 3: ELBO -4.7880
	// step 4: ELBO -4.7696
	// step 5: ELBO -4.7638
	// step 6: ELBO -4.7618
	// step 7: ELBO -4.7610
	// passes with probability 0.981
}

// The plain gradient needs more steps.
func ExampleNewGradient() {
	m, err := variational.NewModel(hours())
	if err != nil {
		panic(err)
	}
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 1})
	if err != nil {
		panic(err)
	}
	for _, method := range []variational.Method{&variational.NaturalGradient{Rate: variational.Rate{Initial: 0.7}}, variational.NewGradient(sgd)} {
		target := -4.77
		r, err := m.Fit(context.Background(), variational.FitConfig{Method: method, Target: &target, Steps: 1000})
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: %d steps to %.2f\n", method, r.Records[len(r.Records)-1].Step, r.ELBO())
	}
	// Output:
	// natural gradient: 4 steps to -4.77
	// gradient: 44 steps to -4.77
}

// Laplace's approximation is at the most probable weights.
func ExampleModel_Laplace() {
	m, err := variational.NewModel(hours())
	if err != nil {
		panic(err)
	}
	q, evidence, err := m.Laplace()
	if err != nil {
		panic(err)
	}
	fmt.Printf("mode %.3f, log evidence about %.3f, ELBO %.3f\n", q.Mean(), evidence, m.ELBO(q))
	// Output:
	// mode [1.049 1.770], log evidence about -4.813, ELBO -5.034
}

// A mean field ignores that weights depend on each other.
func ExamplePosterior_Covariance() {
	m, err := variational.NewModel(variational.Config{
		X: mat.NewDense(3, 2, []float64{1, 0, 1, 1, 1, 2}), Y: []float64{1, 3, 4}, Likelihood: variational.Noise{Precision: 4},
	})
	if err != nil {
		panic(err)
	}
	for _, s := range []variational.Structure{variational.Full, variational.MeanField} {
		r, err := m.Fit(context.Background(), variational.FitConfig{Method: &variational.NaturalGradient{}, Structure: s, Steps: 1})
		if err != nil {
			panic(err)
		}
		var sigma mat.SymDense
		r.Posterior.Covariance(&sigma)
		fmt.Printf("%s:\n%.4f\n", s, mat.Formatted(&sigma))
	}
	// Output:
	// full:
	// ⎡ 0.1628  -0.0930⎤
	// ⎣-0.0930   0.1008⎦
	// mean-field:
	// ⎡0.0769  0.0000⎤
	// ⎣0.0000  0.0476⎦
}
