package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"

	"github.com/gokfac/gokfac/internal/figures"
)

// draw writes the picture: the way to the greatest ELBO of the first seed, above the posteriors of
// two weights.
func draw(ctx context.Context, w io.Writer, s settings, best float64, results [][]outcome) error {
	curves := convergence(best, results)
	ellipses, err := posteriors(ctx)
	if err != nil {
		return err
	}
	path, err := figures.Save(s.out, "variational.svg", stack{curves, ellipses})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nwrote %s\n", path)
	return nil
}

// convergence is the curves of the first seed, each with the rate that is the first at the last goal.
func convergence(best float64, results [][]outcome) *figures.Chart {
	c := &figures.Chart{
		Title: "Full posterior: distance from the greatest ELBO",
		X:     figures.Axis{Label: "steps + 1", Log: true}, Y: figures.Axis{Label: "nats", Log: true, Min: goals()[1] / 10},
	}
	for j, contestant := range contestants() {
		name := contestant.name
		switch name { // two are one, and one is nearly
		case "natural gradient":
			name = "natural gradient, online Newton"
		case "online Newton", "online Newton, old precision":
			continue
		}
		var points []figures.Point
		for _, r := range results[j][0].records {
			points = append(points, figures.Point{X: float64(r.Step + 1), Y: best - r.ELBO})
		}
		if points != nil {
			c.Series = append(c.Series, figures.Series{Label: name, Points: points, Markers: len(points) < 15, Style: j + 1})
		}
	}
	top := 0.0
	for _, s := range c.Series {
		for _, p := range s.Points {
			top = math.Max(top, p.Y)
		}
	}
	c.Y.Max = top * 2
	return c
}

// stack is one picture of a chart above another of the same size, 432×273.6 points or
// 576×364.8 units.
type stack struct{ upper, lower *figures.Chart }

func (s stack) SVG() ([]byte, error) {
	const responsive = `style="max-width:100%;height:auto" `
	var out bytes.Buffer
	out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" ` + responsive + `width="432pt" height="547.2pt" viewBox="0 0 576 729.6">` + "\n")
	for i, c := range []*figures.Chart{s.upper, s.lower} {
		svg, err := c.SVG()
		if err != nil {
			return nil, err
		}
		place := fmt.Sprintf(`<svg x="0" y="%g" `, 364.8*float64(i))
		svg = bytes.Replace(svg, []byte("<svg "), []byte(place), 1)
		out.Write(bytes.Replace(svg, []byte(responsive), nil, 1)) // of the inner one, it would be the height of the outer
		out.WriteByte('\n')
	}
	out.WriteString("</svg>")
	return out.Bytes(), nil
}
