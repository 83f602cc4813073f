package main

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural"
)

// straight is a line of steps from a distribution.
type straight struct {
	name       string
	f          natural.Family
	theta, way []float64
}

func straights() []straight {
	return []straight{
		{"Bernoulli, log-odds", natural.BernoulliLogOdds{}, []float64{1}, []float64{1}},
		{"Poisson, log-rate", natural.PoissonLogRate{}, []float64{0.5}, []float64{1}},
		{"Gaussian, μ and σ", natural.GaussianSigma{}, []float64{0, 1}, []float64{0.6, 0.8}},
		{"gamma, shape and rate", natural.GammaShapeRate{}, []float64{2.5, 1.5}, []float64{0.6, 0.8}},
	}
}

// at is KL(θ, θ+d) and ½dᵀFd for a d of a length.
func (s straight) at(length float64) (kl, half float64) {
	d := stepped(make([]float64, len(s.way)), -length, s.way)
	return s.f.KL(s.theta, stepped(s.theta, -1, d)), halfSquare(fisherMatrix(s.f, s.theta), d)
}

// showKL halves the length of steps.
func showKL(p *page) error {
	for i, s := range straights()[1:3] {
		p.say("%s, at θ = %s:", s.name, text(s.theta))
		var rows []row
		for _, length := range []float64{1, 0.1, 0.01, 0.001} {
			kl, half := s.at(length)
			rows = append(rows, row{text(length), []any{kl, half, kl - half, (kl - half) / math.Pow(length, 3)}})
		}
		p.table([]string{"‖d‖", "KL(θ, θ+d)", "½dᵀFd", "difference", "difference / ‖d‖³"}, rows...)
		if i == 0 {
			p.say("The last column has a limit, e^θ/6: the error is of third order. In natural parameters it is")
			p.say("a sixth of the third cumulant of T(x).")
			p.say("")
		}
	}
	p.say("KL the other way round has another error, of third order as well: KL is no metric, F is one.")
	chart := &figures.Chart{
		Title: "KL(θ, θ+d) − ½dᵀFd is of third order (grey: slope 3)",
		X:     figures.Axis{Label: "length of the step d", Log: true}, Y: figures.Axis{Label: "|KL − ½dᵀFd|, nats", Log: true},
	}
	for _, s := range straights() {
		var list []figures.Point
		for k := range 13 {
			length := math.Pow(10, -3+float64(k)/4)
			kl, half := s.at(length)
			list = append(list, figures.Point{X: length, Y: math.Abs(kl - half)})
		}
		chart.Series = append(chart.Series, figures.Series{Label: s.name, Points: list})
	}
	for k := range 5 {
		y := math.Pow(10, float64(k-3))
		chart.Contours = append(chart.Contours, []figures.Point{{X: 1e-3, Y: 1e-9 * y}, {X: 1, Y: y}})
	}
	return p.picture("natural-kl.svg", chart)
}

// ball is −log p of a few numbers under N(μ, σ²), around N(0, 1).
type ball struct {
	f     natural.GaussianSigma
	theta []float64
	data  []float64
}

func newBall() ball {
	return ball{theta: []float64{0, 1}, data: []float64{0.4, 2.9, 1.7, 1.1}}
}

func (b ball) loss(theta []float64) float64 {
	sum := 0.0
	for _, x := range b.data {
		sum -= b.f.LogProb([]float64{x}, theta)
	}
	return sum / float64(len(b.data))
}

func (b ball) gradient() []float64 {
	g := make([]float64, 2)
	for _, x := range b.data {
		floats.AddScaled(g, 1/float64(len(b.data)), lossGradient(b.f, []float64{x}, b.theta))
	}
	return g
}

// reach is the step with KL(θ, θ+d) = ε in a direction, by bisection.
func (b ball) reach(way []float64, eps float64) []float64 {
	low, high := 0.0, 4*math.Sqrt(eps)/floats.Norm(way, 2)
	for range 100 {
		if r := (low + high) / 2; b.f.KL(b.theta, stepped(b.theta, -r, way)) < eps {
			low = r
		} else {
			high = r
		}
	}
	return stepped(make([]float64, 2), -low, way)
}

// showSteepest tries all directions.
func showSteepest(p *page) error {
	b := newBall()
	g := b.gradient()
	u := naturalGradient(b.f, g, b.theta)
	p.say("Fitting N(μ, σ²) to 0.4, 1.1, 1.7, 2.9 from N(0, 1): steps with KL(θ, θ+d) = ε. The fall of the loss,")
	p.say("and the direction in (μ, σ) as an angle. Brute force tries 36,000 directions.")
	degrees := func(d []float64) float64 { return math.Atan2(d[1], d[0]) * 180 / math.Pi }
	var rows []row
	for _, eps := range []float64{1e-1, 1e-2, 1e-3, 1e-4} {
		fall := func(way []float64) float64 { return b.loss(b.theta) - b.loss(stepped(b.theta, -1, b.reach(way, eps))) }
		best, angle := 0.0, 0.0
		for k := range 36000 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 18000)
			if v := fall([]float64{cos, sin}); v > best {
				best, angle = v, float64(k)/100
			}
		}
		down, natural := stepped([]float64{0, 0}, 1, g), stepped([]float64{0, 0}, 1, u)
		rows = append(rows, row{text(eps), []any{fall(down), fall(natural), best, degrees(down), degrees(natural), angle,
			math.Sqrt(floats.Dot(g, u) / (2 * eps))}})
	}
	p.table([]string{"ε", "plain", "natural", "best of all", "plain at", "natural at", "best at", "multiplier"}, rows...)
	p.say("The Lagrangian gᵀd + λ(½dᵀFd − ε) gives d = −F⁻¹g/λ, λ = √(gᵀF⁻¹g/2ε), the last column. It is the")
	p.say("steepest step in the limit of small ε: of a great ball the best direction is another one.")
	return nil
}
