// Package picture draws the result of a learning-rate range test. It stands apart from package lrfinder, so that programs
// without pictures compile no fonts and no plots.
package picture

import (
	"fmt"
	"io"
	"math"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/lrfinder"
)

// WriteSVG writes the curve as an SVG element, which is a file of its own or a part of an
// HTML page: losses over rates, on a logarithmic axis, the smoothed curve, and the
// suggestion as a vertical line. Losses above Bound stand at it.
func WriteSVG(w io.Writer, r *lrfinder.Result) error {
	data, err := chart(r).SVG()
	return write(w, data, err)
}

// WritePNG writes the same picture as a PNG file of 1152×730 pixels.
func WritePNG(w io.Writer, r *lrfinder.Result) error {
	data, err := chart(r).PNG()
	return write(w, data, err)
}

func write(w io.Writer, data []byte, err error) error {
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		return fmt.Errorf("lrfinder: the picture: %w", err)
	}
	return nil
}

func chart(r *lrfinder.Result) *figures.Chart {
	c := &figures.Chart{X: figures.Axis{Label: "learning rate", Log: true}, Y: figures.Axis{Label: "loss"}}
	var smoothed, losses figures.Series
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range r.Points {
		loss := min(p.Loss, r.Bound)
		smoothed.Points = append(smoothed.Points, figures.Point{X: p.Rate, Y: p.Smoothed})
		losses.Points = append(losses.Points, figures.Point{X: p.Rate, Y: loss})
		low, high = min(low, loss), max(high, loss)
	}
	smoothed.Label, losses.Label = "smoothed", "mini-batches"
	c.Series = []figures.Series{smoothed, losses}
	if r.Suggested > 0 {
		c.Series = append([]figures.Series{{
			Label: fmt.Sprintf("suggested: %.2g", r.Suggested), Style: 3,
			Points: []figures.Point{{X: r.Suggested, Y: low}, {X: r.Suggested, Y: high}},
		}}, c.Series...)
		c.Series[1].Style, c.Series[2].Style = 1, 2
	}
	return c
}
