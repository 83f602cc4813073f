package variational_test

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural/variational"
)

// Robust regression hardly sees the outlier, 30. Far from a target its likelihood is convex: from
// a narrow start there, a whole step of the natural gradient has no precision, and
// the improved rule goes on.
func ExampleImproved() {
	x, y := mat.NewDense(5, 2, []float64{1, 0, 1, 1, 1, 2, 1, 3, 1, 4}), []float64{0, 1, 30, 3, 4}
	for _, likelihood := range []variational.Likelihood{variational.Noise{Precision: 4}, variational.StudentT{Degrees: 2, Scale: 0.5}} {
		m, err := variational.NewModel(variational.Config{X: x, Y: y, Likelihood: likelihood, Prior: 0.01})
		if err != nil {
			panic(err)
		}
		start, err := variational.NewPosterior(variational.Full, 2, 1e4)
		if err != nil {
			panic(err)
		}
		copy(start.Mean(), []float64{10, -5})
		cfg := variational.FitConfig{Method: &variational.NaturalGradient{}, Start: start, Steps: 500, Tolerance: 1e-9}
		r, err := m.Fit(context.Background(), cfg)
		if errors.Is(err, variational.ErrNotPositive) {
			fmt.Println(err)
			cfg.Method = &variational.Improved{Rate: variational.Rate{Initial: 0.3}}
			r, err = m.Fit(context.Background(), cfg)
		}
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: mean %.2f\n", likelihood, r.Posterior.Mean())
	}
	// Output:
	// Gaussian noise of precision 4: mean [5.59 1.00]
	// variational: natural gradient, step 1: the step leads to a precision that is not positive definite: choose a smaller rate, or Improved
	// Student's t of 2 degrees, scale 0.5: mean [0.01 1.00]
}

// The natural gradient of the ELBO, and a step of one's own with package natural's retraction.
func ExampleModel_NaturalGradient() {
	m, err := variational.NewModel(hours())
	if err != nil {
		panic(err)
	}
	q, err := m.PriorPosterior(variational.MeanField)
	if err != nil {
		panic(err)
	}
	theta, step := make([]float64, 4), make([]float64, 4) // m/σ² and −1/2σ² of two weights
	for k := range 4 {
		q.Natural(theta)
		fmt.Printf("step %d: θ %.3f, ELBO %.4f\n", k, theta, m.ELBO(q))
		m.NaturalGradient(step, q)
		floats.Scale(0.7, step)
		q.Family().Retract(theta, theta, step)
		if err := q.SetNatural(theta); err != nil {
			panic(err)
		}
	}
	// Output:
	// step 0: θ [0.000 0.000 -0.050 -0.050], ELBO -17.6061
	// step 1: θ [0.700 2.800 -0.720 -1.499], ELBO -5.9516
	// step 2: θ [0.904 3.366 -0.705 -1.248], ELBO -5.3993
	// step 3: θ [0.964 3.201 -0.631 -1.004], ELBO -5.1680
}
