package main

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// showGaussian has Gaussians whose scale is known, and one whose scale is to be found.
func showGaussian(p *page) error {
	f, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	if err != nil {
		return err
	}
	p.say("N(m, Σ), Σ = [[2, 1], [1, 2]], y = (1, 2), at m = 0. F = Σ⁻¹, so natural = Σ · plain.")
	m, y := []float64{0, 0}, []float64{1, 2}
	squared, likelihood := []float64{-1, -2}, lossGradient(f, y, m)
	p.table([]string{"loss", "plain gradient", "natural gradient"},
		row{"½‖y − m‖²", []any{squared, naturalGradient(f, squared, m)}},
		row{"−log p(y|m)", []any{likelihood, naturalGradient(f, likelihood, m)}},
	)
	p.say("(−4, −5) belongs to the squared error. Of −log p the natural step of rate 1 ends at y.")

	p.say("")
	p.say("N(m, σ²) of known σ, the loss ½(m − y)² with y = 1.5, at m = 0:")
	var rows []row
	for _, sigma := range []float64{0.5, 1, 2} {
		g := []float64{-1.5}
		rows = append(rows, row{"σ = " + text(sigma), []any{g[0], naturalGradient(natural.GaussianMean{Sigma: sigma}, g, m[:1])[0]}})
	}
	p.table([]string{"", "plain gradient", "natural gradient"}, rows...)
	p.say("Natural is plain times σ²: the same direction always, the same step with σ = 1.")

	p.say("")
	p.say("Mean field: independent N(m, σ²), in (m, σ), the gradient (1, 1):")
	rows = nil
	for _, sigma := range []float64{0.1, 1, 10} {
		theta, g := []float64{0, sigma}, []float64{1, 1}
		fisher := fisherMatrix(natural.MeanFieldSigma(1), theta)
		logs := naturalGradient(natural.MeanFieldLogSigma(1), g, []float64{0, math.Log(sigma)})
		rows = append(rows, row{"σ = " + text(sigma), []any{
			[]float64{fisher.At(0, 0), fisher.At(1, 1)}, naturalGradient(natural.MeanFieldSigma(1), g, theta), logs}})
	}
	p.table([]string{"", "Fisher's diagonal", "natural, (m, σ)", "natural, (m, log σ)"}, rows...)
	p.say("F = diag(1/σ², 2/σ²): the factor is σ² of the mean and σ²/2 of σ. Steps are measured in standard deviations.")
	return nil
}

// showSoftmax has three classes, and the step towards the first.
func showSoftmax(p *page) error {
	f := natural.CategoricalLogits{Classes: 3}
	theta := []float64{0, math.Log(2), math.Log(5)}
	pi := make([]float64, 3)
	f.Probabilities(pi, theta)
	fisher := fisherMatrix(f, theta)
	var e mat.EigenSym
	if !e.Factorize(fisher, false) {
		return errFactorize
	}
	p.say("Three classes with π = 1/8, 2/8, 5/8, and y = the first. F = diag(π) − ππᵀ:")
	p.table([]string{"F", "class 0", "class 1", "class 2"},
		row{"class 0", []any{fisher.At(0, 0), fisher.At(0, 1), fisher.At(0, 2)}},
		row{"class 1", []any{fisher.At(1, 0), fisher.At(1, 1), fisher.At(1, 2)}},
		row{"class 2", []any{fisher.At(2, 0), fisher.At(2, 1), fisher.At(2, 2)}},
	)
	g := lossGradient(f, []float64{0}, theta)
	damped := make([]float64, 3)
	f.Damped(damped, g, theta, 0.1)
	moved := func(u []float64) any {
		next := make([]float64, 3)
		f.Probabilities(next, stepped(theta, 1, u))
		return next
	}
	pseudo := naturalGradient(f, g, theta)
	p.table([]string{"", "of logits", "π after a step of rate 1"},
		row{"eigenvalues of F", []any{e.Values(nil), ""}},
		row{"gradient", []any{g, moved(g)}},
		row{"F⁺ · gradient", []any{pseudo, moved(pseudo)}},
		row{"(F + 0.1·I)⁻¹ · gradient", []any{damped, moved(damped)}},
	)
	p.say("The rank is K − 1: one number added to all logits changes nothing. The pseudo-inverse F⁺ has")
	p.say("the shortest of all solutions, damping a shorter step, and both move logits of the sum 0.")
	return nil
}
