package main

import (
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/natural"
)

// bend is the second derivative of −log p(x|θ) by the i-th parameter, by differences.
func bend(f natural.Family, x, theta []float64, i int) float64 {
	return fd.Derivative(func(v float64) float64 {
		at := append([]float64{}, theta...)
		at[i] = v
		return lossGradient(f, x, at)[i]
	}, theta[i], &fd.Settings{Formula: fd.Central})
}

// showHessian has the second derivative of −log p for one outcome after another.
func showHessian(p *page) error {
	p.say("One parameter's second derivative of −log p(x|θ), outcome by outcome, and F:")
	show := func(label string, f natural.Family, theta []float64, i int, xs ...float64) row {
		r := row{label, []any{fisherMatrix(f, theta).At(i, i)}}
		for _, x := range xs {
			r.cells = append(r.cells, bend(f, []float64{x}, theta, i))
		}
		return r
	}
	p.table([]string{"", "F", "x = 0", "x = 1"},
		show("Bernoulli, log-odds (natural)", natural.BernoulliLogOdds{}, []float64{0.5}, 0, 0, 1),
		show("Bernoulli, probability", natural.BernoulliProbability{}, []float64{0.6}, 0, 0, 1),
		show("Poisson, log-rate (natural)", natural.PoissonLogRate{}, []float64{0.5}, 0, 0, 1),
		show("Poisson, rate", natural.PoissonRate{}, []float64{1.5}, 0, 0, 1),
		show("Gaussian, −1/2σ² (natural)", natural.GaussianNatural{}, []float64{0.5, -0.5}, 1, 0, 1),
		show("Gaussian, σ", natural.GaussianSigma{}, []float64{0.5, 1}, 1, 0, 1),
	)
	p.say("In natural parameters the Hessian is F for every x. In others F is its mean over the model's")
	p.say("outcomes only. The last line is negative: Newton's method goes uphill where natural steps do not.")
	return nil
}

// showEmpirical has a Gaussian's mean, with data that are closer together than the model has them.
func showEmpirical(p *page) error {
	f, data := natural.GaussianMean{Sigma: 1}, []float64{-0.1, 0.1, 0.2, -0.2}
	p.say("The mean m of N(m, 1), data −0.2, −0.1, 0.1, 0.2: the best m is 0. E is the mean of the squared scores.")
	var rows []row
	for _, m := range []float64{0, 0.05, 1, 10, 100} {
		g, e := 0.0, 0.0
		for _, x := range data {
			s := lossGradient(f, []float64{x}, []float64{m})[0]
			g, e = g+s/4, e+s*s/4
		}
		fisher := fisherMatrix(f, []float64{m}).At(0, 0)
		rows = append(rows, row{text(m), []any{g, fisher, e, m - g/fisher, m - g/e}})
	}
	p.table([]string{"m", "gradient", "F", "E", "m after a step by F", "m after a step by E"}, rows...)
	p.say("At the best m, E is the variance of the data, and F the model's: equal only if the model is right.")
	p.say("Far away E is the squared gradient. Steps by E are the shorter, the farther there is to go.")
	return nil
}

// showDamping damps steps of a Gaussian's (μ, σ), and of (μ, log σ).
func showDamping(p *page) error {
	p.say("A Gaussian at μ = 1, σ = ½, the gradient (2, −1) by (μ, σ): (F + λI)⁻¹ · gradient.")
	theta, g := []float64{1, 0.5}, []float64{2, -1}
	at, gLog := []float64{1, -0.6931471805599453}, []float64{2, -0.5}
	var rows []row
	for _, lambda := range []float64{1e-9, 0.1, 1, 10, 1e3} {
		u, v := make([]float64, 2), make([]float64, 2)
		if err := natural.Damped(natural.GaussianSigma{}, u, g, theta, lambda); err != nil {
			return err
		}
		if err := natural.Damped(natural.GaussianLogSigma{}, v, gLog, at, lambda); err != nil {
			return err
		}
		v[1] *= 0.5 // dσ = σ·d log σ
		rows = append(rows, row{text(lambda), []any{u, floats.Norm(u, 2), cosine(u, g), v}})
	}
	p.table([]string{"λ", "direction", "length", "cosine with the gradient", "damped in log σ instead"}, rows...)
	p.say("From the natural direction to the gradient, and shorter. But λI belongs to the coordinates: a damped")
	p.say("step in (μ, log σ), in the last column written as a step of (μ, σ), is another one.")
	return nil
}
