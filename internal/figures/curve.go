package figures

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve is a series in the form in which it is drawn.
type curve struct {
	style  style
	order  int
	all    bool // markers
	points []Point
}

// outline is a curve on a canvas, in points.
type outline struct{ line, low, high []vg.Point }

// place puts a coordinate on the canvas. A coordinate far outside is moved nearer, because clipping multiplies
// coordinates and must not overflow.
func place(norm float64, at func(float64) vg.Length) vg.Length {
	return at(max(-1e4, min(norm, 1e4)))
}

func (k *curve) outline(c *draw.Canvas, p *plot.Plot) outline {
	var o outline
	for _, pt := range k.points {
		low, high := pt.Y, pt.Y
		if pt.banded() {
			// 0 has no logarithm; the band is cut off at the edge anyway.
			low, high = max(pt.Low, min(pt.Y, p.Y.Min)), min(pt.High, max(pt.Y, p.Y.Max))
		}
		x := place(p.X.Norm(pt.X), c.X)
		o.line = append(o.line, vg.Point{X: x, Y: place(p.Y.Norm(pt.Y), c.Y)})
		o.low = append(o.low, vg.Point{X: x, Y: place(p.Y.Norm(low), c.Y)})
		o.high = append(o.high, vg.Point{X: x, Y: place(p.Y.Norm(high), c.Y)})
	}
	return o
}

func (k *curve) whiskers() bool { return k.all || len(k.points) == 1 }

func (k *curve) drawRange(c *draw.Canvas, o outline) {
	if !k.whiskers() {
		polygon := append([]vg.Point(nil), o.low...)
		for i := range o.high {
			polygon = append(polygon, o.high[len(o.high)-1-i])
		}
		c.FillPolygon(k.style.band(), c.ClipPolygonXY(polygon))
		return
	}
	const cap = 2.5
	line := draw.LineStyle{Color: k.style.color, Width: 0.8}
	for i, low := range o.low {
		high := o.high[i]
		if high.Y-low.Y < 0.1 {
			continue
		}
		c.StrokeLines(line, c.ClipLinesXY(
			[]vg.Point{low, high},
			[]vg.Point{{X: low.X - cap, Y: low.Y}, {X: low.X + cap, Y: low.Y}},
			[]vg.Point{{X: high.X - cap, Y: high.Y}, {X: high.X + cap, Y: high.Y}})...)
	}
}

// drawMarkers marks points. On a dense curve the marks keep a distance, and they are staggered from curve to curve.
func (k *curve) drawMarkers(c *draw.Canvas, o outline) {
	const apart = 72
	next := c.Min.X + apart*vg.Length(0.3+0.28*float64(k.order%4))
	marked := false
	for i, at := range o.line {
		last := i == len(o.line)-1
		if !k.all && at.X < next && (marked || !last) {
			continue
		}
		k.style.mark(c, at)
		marked = true
		for next <= at.X {
			next += apart
		}
	}
}

// plotter draws the data of a chart: ranges first, then reference lines, curves,
// markers, which no curve covers, and the lines' labels.
type plotter struct {
	curves []curve
	lines  []Line
}

var _ plot.Plotter = (*plotter)(nil)

func (d *plotter) Plot(c draw.Canvas, p *plot.Plot) {
	outlines := make([]outline, len(d.curves))
	for i := range d.curves {
		outlines[i] = d.curves[i].outline(&c, p)
		d.curves[i].drawRange(&c, outlines[i])
	}
	refs := references(&c, p, d.lines)
	for _, r := range refs {
		c.StrokeLine2(referenceLine, c.Min.X, r.y, c.Max.X, r.y)
	}
	for i := len(d.curves) - 1; i >= 0; i-- {
		c.StrokeLines(d.curves[i].style.line, c.ClipLinesXY(outlines[i].line)...)
	}
	for i := len(d.curves) - 1; i >= 0; i-- {
		d.curves[i].drawMarkers(&c, outlines[i])
	}
	labelReferences(&c, refs, outlines)
}
