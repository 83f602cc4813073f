package figures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// frame is the axes, to which plotters are added. It draws their labels itself:
// gonum leaves room for them in the wrong place if an axis is logarithmic.
type frame struct {
	*plot.Plot
	xLabel, yLabel string
}

func newFrame(xAxis, yAxis Axis, x, y span) frame {
	p := plot.New()
	p.BackgroundColor = nil // render paints the background
	set := func(a *plot.Axis, axis Axis, s span) {
		a.Min, a.Max = s.lo, s.hi
		a.Padding = 0
		a.LineStyle = draw.LineStyle{Color: color.Gray{Y: 0x55}, Width: 0.7}
		a.Tick.Marker = ticker{axis, maxTicks}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = 4
		if axis.Log {
			a.Scale = plot.LogScale{}
		}
		if axis.Linear > 0 {
			a.Scale = symmetricScale{axis.Linear}
		}
	}
	set(&p.X, xAxis, x)
	set(&p.Y, yAxis, y)
	p.X.Tick.Label = textStyle(tickSize, text.XCenter, text.YTop)
	p.Y.Tick.Label = textStyle(tickSize, text.XRight, text.YCenter)
	return frame{p, xAxis.Label, yAxis.Label}
}

// Room for the axes' labels, in points.
const (
	xLabelRoom = 15
	yLabelRoom = 18
)

// inner is a rectangle without the room for the axes' labels.
func (f frame) inner(all vg.Rectangle) vg.Rectangle {
	if f.xLabel != "" {
		all.Min.Y += xLabelRoom
	}
	if f.yLabel != "" {
		all.Min.X += yLabelRoom
	}
	return all
}

// data is the part of a rectangle that the data are drawn in.
func (f frame) data(all vg.Rectangle) vg.Rectangle {
	return f.DataCanvas(draw.Canvas{Rectangle: f.inner(all)}).Rectangle
}

func (f frame) draw(c draw.Canvas) {
	data := f.data(c.Rectangle)
	style := textStyle(labelSize, text.XCenter, text.YBottom)
	descent := style.FontExtents().Descent
	c.FillText(style, vg.Point{X: (data.Min.X + data.Max.X) / 2, Y: c.Min.Y + descent}, shorten(f.xLabel, style, data.Size().X))
	yLabel := shorten(f.yLabel, style, data.Size().Y+2*yLabelRoom) // a little past the ends
	style.Rotation, style.YAlign = math.Pi/2, text.YTop
	c.FillText(style, vg.Point{X: c.Min.X, Y: (data.Min.Y + data.Max.Y) / 2}, yLabel)
	c.Rectangle = f.inner(c.Rectangle)
	f.Draw(c)
}

var gridLine = draw.LineStyle{Color: color.Gray{Y: 0xe2}, Width: 0.6}

// grid draws a light line at each label of the y axis.
type grid struct{}

func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := c.Y(p.Y.Norm(t.Value)); !t.IsMinor() && c.ContainsY(y) {
			c.StrokeLine2(gridLine, c.Min.X, y, c.Max.X, y)
		}
	}
}
