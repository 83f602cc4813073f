package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural/variational"
)

// linear prints what whole steps of the natural gradient do in linear regression, whose evidence is
// known: 60 examples of 4 correlated inputs, noise of deviation 0.5.
func linear(ctx context.Context, w io.Writer) error {
	const n, d, beta = 60, 4, 4
	rng := rand.New(rand.NewPCG(1, 13))
	x, y := mat.NewDense(n, d, nil), make([]float64, n)
	for i := range n {
		common := rng.NormFloat64()
		for j := range d {
			x.Set(i, j, common+rng.NormFloat64())
			y[i] += x.At(i, j) * float64(j-1)
		}
		y[i] += rng.NormFloat64() / 2
	}
	m, err := variational.NewModel(variational.Config{X: x, Y: y, Likelihood: variational.Noise{Precision: beta}})
	if err != nil {
		return err
	}
	_, evidence, err := m.Exact()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Linear regression: log evidence %.6f. ELBO after whole steps of the natural gradient, and at the optimum:\n", evidence)
	fmt.Fprintf(w, "%-12s %14s %14s %14s %14s\n", "", "prior", "1 step", "2 steps", "optimum")
	for _, structure := range structures() {
		r, err := m.Fit(ctx, variational.FitConfig{Method: &variational.NaturalGradient{}, Structure: structure, Steps: 2})
		if err != nil {
			return err
		}
		best, err := optimum(ctx, m, structure)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%-12s %14.6f %14.6f %14.6f %14.6f\n", structure, r.Records[0].ELBO, r.Records[1].ELBO, r.Records[2].ELBO, best.ELBO())
	}
	return nil
}
