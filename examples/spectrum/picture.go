package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/floats/scalar"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/figures"
)

// draw writes the picture of the densities to dir.
func draw(dir, title string, spectra []*spectrum, estimate []float64, out io.Writer) error {
	path, err := figures.Save(dir, "spectrum.svg", picture(title, spectra, estimate))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nwrote %s\n", path)
	return nil
}

// names of the matrices in the picture.
var names = map[graph.Matrix]string{graph.Hessian: "Hessian", graph.GaussNewton: "Gauss–Newton", graph.Fisher: "Fisher"}

// picture is eigenvalues per decade over the eigenvalue. The Gauss–Newton matrix has no curve of
// its own if it is the Fisher matrix, as it is for the losses whose cost is −log p.
func picture(title string, spectra []*spectrum, estimate []float64) *figures.Chart {
	scale := axis{linear: spectra[0].threshold()}
	for _, s := range spectra {
		scale.include(s.density.Nodes)
	}
	scale.include(estimate)
	chart := &figures.Chart{
		Title: title,
		X:     figures.Axis{Label: "eigenvalue", Linear: scale.linear, Min: scale.low, Max: scale.high},
		Y:     figures.Axis{Label: "eigenvalues per decade", Log: true, Min: 1, Max: 10 * float64(spectra[0].order)},
	}
	fisher := spectra[len(spectra)-1]
	for _, s := range spectra {
		label := names[s.matrix]
		if same(spectra[1], fisher) {
			if s.matrix == graph.GaussNewton {
				continue
			}
			label = strings.Replace(label, "Fisher", "Fisher, Gauss–Newton", 1)
		}
		chart.Series = append(chart.Series, figures.Series{Label: label, Points: scale.curve(s.bumps(&scale))})
	}
	if estimate != nil {
		bumps := make([]bump, len(estimate))
		for i, value := range estimate {
			bumps[i] = bump{scale.at(value), narrow, 1}
		}
		chart.Series = append(chart.Series, figures.Series{Label: "K-FAC’s estimate", Points: scale.curve(bumps)})
	}
	return chart
}

// axis is the picture's: decades far from 0, and linear near 0, where the nodes of a density
// stand for many eigenvalues and say no more of them than that they are small.
type axis struct{ linear, low, high float64 }

func (a *axis) include(values []float64) {
	if len(values) > 0 {
		a.low, a.high = min(a.low, 1.6*slices.Min(values)), max(a.high, 1.6*slices.Max(values))
	}
	a.low = min(a.low, -2*a.linear)
}

// at is the place of an eigenvalue, in decades.
func (a *axis) at(value float64) float64 { return math.Asinh(value/a.linear) / math.Ln10 }

// bump is a Gaussian that stands for some eigenvalues: its place and its standard deviation in
// decades, and their number.
type bump struct{ at, width, number float64 }

// narrow is the width of a bump for a single eigenvalue.
const narrow = 0.04

// bumps of a density's nodes. A node that stands for several eigenvalues is as wide as half the
// distance of its neighbours from the same random vector: Lanczos quadrature says how many
// eigenvalues are about there, and not where between the neighbours.
func (s *spectrum) bumps(a *axis) []bump {
	d := s.density
	bumps := make([]bump, len(d.Nodes))
	for i, node := range d.Nodes {
		bumps[i] = bump{a.at(node), narrow, d.Weights[i] * float64(d.Order)}
		if bumps[i].number*float64(d.Vectors) > 3 {
			before, after := d.Nodes[max(0, i-d.Vectors)], d.Nodes[min(i+d.Vectors, len(d.Nodes)-1)]
			bumps[i].width = max(narrow, (a.at(after)-a.at(before))/4)
		}
	}
	return bumps
}

// curve is the number of eigenvalues per decade, at 300 places.
func (a *axis) curve(bumps []bump) []figures.Point {
	const places = 300
	low, high := a.at(a.low), a.at(a.high)
	points := make([]figures.Point, places)
	for i := range points {
		at := low + (high-low)*float64(i)/(places-1)
		points[i].X = a.linear * math.Sinh(at*math.Ln10)
		for _, b := range bumps {
			x := (at - b.at) / b.width
			if math.Abs(x) < 8 {
				points[i].Y += b.number * math.Exp(-x*x/2) / b.width / math.Sqrt(2*math.Pi)
			}
		}
	}
	return points
}

// same reports whether two matrices have the same greatest eigenvalues, up to what the search for
// them leaves open.
func same(a, b *spectrum) bool {
	return floats.EqualFunc(a.largest.Values, b.largest.Values, func(x, y float64) bool {
		return scalar.EqualWithinRel(x, y, 1e-5)
	})
}
