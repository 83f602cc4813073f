package main

import (
	"math"

	"gonum.org/v1/gonum/diff/fd"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural"
)

// mixture is two Gaussians: the share of the second, means and variances.
type mixture struct {
	share          float64
	mean, variance [2]float64
}

var (
	clusters = []float64{-2.1, -1.7, -1.2, -0.9, -2.6, -1.5, 0.8, 1.9, 2.2, 1.4, 3.1, 0.2}
	emStart  = mixture{share: 0.35, mean: [2]float64{-0.5, 0.7}, variance: [2]float64{2, 1.2}}
)

// part is a component's share times its density.
func (m mixture) part(k int, x float64) float64 {
	d := x - m.mean[k]
	return [2]float64{1 - m.share, m.share}[k] * math.Exp(-d*d/(2*m.variance[k])) / math.Sqrt(2*math.Pi*m.variance[k])
}

// loss is the mean of −log p(x).
func (m mixture) loss() float64 {
	sum := 0.0
	for _, x := range clusters {
		sum -= math.Log(m.part(0, x) + m.part(1, x))
	}
	return sum / float64(len(clusters))
}

// em is a step of EM as textbooks have it.
func (m mixture) em() (next mixture) {
	for k := range 2 {
		var n, sum, squares float64 // weighted by the responsibilities
		for _, x := range clusters {
			r := m.part(k, x) / (m.part(0, x) + m.part(1, x))
			n, sum, squares = n+r, sum+r*x, squares+r*x*x
		}
		next.share = n / float64(len(clusters)) // at last the second's
		next.mean[k] = sum / n
		next.variance[k] = squares/n - next.mean[k]*next.mean[k]
	}
	return next
}

// means are the expectation parameters of the complete data, x with its component z: of
// z, (1−z)x, (1−z)x², zx and zx².
func (m mixture) means() []float64 {
	mu := []float64{m.share}
	for k, share := range []float64{1 - m.share, m.share} {
		mu = append(mu, share*m.mean[k], share*(m.mean[k]*m.mean[k]+m.variance[k]))
	}
	return mu
}

func fromMeans(mu []float64) (m mixture) {
	m.share = mu[0]
	for k, share := range []float64{1 - mu[0], mu[0]} {
		m.mean[k] = mu[1+2*k] / share
		m.variance[k] = mu[2+2*k]/share - m.mean[k]*m.mean[k]
	}
	return m
}

// natural are the natural parameters of the same exponential family.
func (m mixture) natural() []float64 {
	theta := []float64{math.Log(m.share / (1 - m.share))}
	for k, sign := range []float64{1, -1} {
		eta := []float64{m.mean[k] / m.variance[k], -0.5 / m.variance[k]}
		theta[0] += sign * natural.GaussianNatural{}.LogPartition(eta)
		theta = append(theta, eta...)
	}
	return theta
}

func fromNatural(theta []float64) (m mixture) {
	var f natural.GaussianNatural
	for k := range 2 {
		m.variance[k] = -0.5 / theta[2+2*k]
		m.mean[k] = theta[1+2*k] * m.variance[k]
	}
	m.share = sigmoid(theta[0] - f.LogPartition(theta[1:3]) + f.LogPartition(theta[3:5]))
	return m
}

// naturalStep is a step on the loss of x in the expectation parameters of (x, z). The
// natural gradient by these is the gradient by the natural ones, here by differences.
func (m mixture) naturalStep(rate float64) mixture {
	g := fd.Gradient(nil, func(theta []float64) float64 { return fromNatural(theta).loss() }, m.natural(), &fd.Settings{Formula: fd.Central})
	return fromMeans(stepped(m.means(), rate, g))
}

// plainStep is a step in the share's log-odds, the means and the log-variances.
func (m mixture) plainStep(rate float64) mixture {
	at := []float64{math.Log(m.share / (1 - m.share)), m.mean[0], m.mean[1], math.Log(m.variance[0]), math.Log(m.variance[1])}
	of := func(v []float64) mixture {
		return mixture{sigmoid(v[0]), [2]float64{v[1], v[2]}, [2]float64{math.Exp(v[3]), math.Exp(v[4])}}
	}
	g := fd.Gradient(nil, func(v []float64) float64 { return of(v).loss() }, at, &fd.Settings{Formula: fd.Central})
	return of(stepped(at, rate, g))
}

// emCurve is the loss over steps.
func emCurve(step func(m mixture) mixture) (list []figures.Point) {
	m := emStart
	for i := range 31 {
		list = append(list, figures.Point{X: float64(i), Y: m.loss()})
		m = step(m)
	}
	return list
}

// showEM fits a mixture both ways.
func showEM(p *page) error {
	p.say("A mixture of two Gaussians, 12 numbers. Each pair of lines is EM, and a natural step of rate 1 on the")
	p.say("loss −log p(x), in the expectation parameters of the complete data: x with its component z.")
	a, b := emStart, emStart
	line := func(label string, m mixture) row {
		return row{label, []any{m.share, m.mean[:], m.variance[:], m.loss()}}
	}
	rows := []row{line("start", a)}
	for i := range 30 {
		a, b = a.em(), b.naturalStep(1)
		if i < 2 || i == 9 || i == 29 {
			rows = append(rows, line("step "+text(float64(i+1))+", EM", a), line("  natural", b))
		}
	}
	p.table([]string{"", "share", "means", "variances", "loss"}, rows...)
	p.say("The Fisher matrix is the one of (x, z): EM does not use the mixture's own. Rates below 1 are damped EM.")
	return p.picture("natural-em.svg", &figures.Chart{
		Title: "EM is natural gradient descent with the complete data's Fisher matrix",
		X:     figures.Axis{Label: "step", Min: 0, Max: 30}, Y: figures.Axis{Label: "loss, nats"},
		Series: []figures.Series{
			{Label: "EM", Points: emCurve(mixture.em), Markers: true, Style: 6},
			{Label: "natural, rate 1", Points: emCurve(func(m mixture) mixture { return m.naturalStep(1) }), Style: 1},
			{Label: "natural, rate ½", Points: emCurve(func(m mixture) mixture { return m.naturalStep(0.5) }), Style: 4},
			{Label: "plain gradient, rate 1", Points: emCurve(func(m mixture) mixture { return m.plainStep(1) }), Style: 2},
		},
	})
}
