package main

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural"
)

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
	p.say("steepest step in the limit of small ε. In a large ball another direction is better.")
	return p.picture("natural-steepest.svg", ballChart())
}

// ballChart has balls of one KL divergence, and from the middle of each the plain gradient's
// step and the natural one to its edge.
func ballChart() *figures.Chart {
	const eps = 0.1
	natural := figures.Series{Label: "natural", Markers: true, Style: 1}
	plain := figures.Series{Label: "plain", Markers: true, Style: 2}
	chart := &figures.Chart{
		Title: "Balls of KL = 0.1 nats (grey), and the steps to their edges",
		X:     figures.Axis{Label: "mean μ", Min: -1.4, Max: 4.6}, Y: figures.Axis{Label: "standard deviation σ", Min: 0, Max: 3},
	}
	b := newBall()
	m, sigma := stat.PopMeanStdDev(b.data, nil)
	best := figures.Series{Label: "the least loss", Markers: true, Style: 3, Points: []figures.Point{{X: m, Y: sigma}}}
	for i, theta := range [][]float64{{0, 1}, {0, 2}, {0, 0.4}, {3.4, 0.6}, {3.4, 1.6}} {
		b.theta = theta
		edge := func(way []float64) figures.Point {
			end := stepped(theta, -1, b.reach(way, eps))
			return figures.Point{X: end[0], Y: end[1]}
		}
		var ring []figures.Point
		for k := range 121 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 60)
			ring = append(ring, edge([]float64{cos, sin}))
		}
		chart.Contours = append(chart.Contours, ring)
		g := b.gradient()
		u := naturalGradient(b.f, g, theta)
		middle := figures.Point{X: theta[0], Y: theta[1]}
		for _, s := range []struct {
			series figures.Series
			way    []float64
		}{{natural, u}, {plain, g}} {
			if i > 0 {
				s.series.Label = ""
			}
			s.series.Points = []figures.Point{middle, edge(stepped([]float64{0, 0}, 1, s.way))}
			chart.Series = append(chart.Series, s.series)
		}
	}
	chart.Series = append(chart.Series, best)
	return chart
}
