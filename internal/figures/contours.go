package figures

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// contourLine is darker than the grid, and lighter than any curve.
var contourLine = draw.LineStyle{Color: color.Gray{Y: 0xbe}, Width: 0.7}

// contours draws curves under all others.
type contours [][]Point

var _ plot.Plotter = contours(nil)

func (k contours) Plot(c draw.Canvas, p *plot.Plot) {
	for _, points := range k {
		line := make([]vg.Point, len(points))
		for i, pt := range points {
			line[i] = vg.Point{X: place(p.X.Norm(pt.X), c.X), Y: place(p.Y.Norm(pt.Y), c.Y)}
		}
		c.StrokeLines(contourLine, c.ClipLinesXY(line)...)
	}
}

// drawable are the contours without the points that cannot be drawn.
func (c *Chart) drawable() [][]Point {
	all := make([][]Point, len(c.Contours))
	for i, points := range c.Contours {
		for _, p := range points {
			if c.X.shows(p.X) && c.Y.shows(p.Y) {
				all[i] = append(all[i], p)
			}
		}
	}
	return all
}
