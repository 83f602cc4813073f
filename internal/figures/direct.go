package figures

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mostDirect is the greatest number of labels that stand at the ends of curves: more would not fit into a small chart.
const mostDirect = 8

// Distances of labels at the ends of curves, in points.
const (
	directLine  = 12 // from one label to the next
	directMark  = 8  // from the edge of the data to the centre of the marker
	directLabel = 14 // from there to the text
)

var leader = draw.LineStyle{Color: color.Gray{Y: 0xaa}, Width: 0.6}

// end is a label at the end of a curve.
type end struct {
	label string
	style style
	some  bool     // whether the curve has an end to point at
	from  vg.Point // the last point of the curve
	y     vg.Length
}

// drawDirect draws the frame with its curves, and beside it their labels: as high as the curves end, if labels before have
// left that place.
func (c *Chart) drawDirect(canvas draw.Canvas, f frame, curves []curve) {
	var ends []end
	var widest vg.Length
	style := directStyle()
	for i := range curves {
		if label := c.label(i, curves); label != "" {
			label = shorten(label, style, 0.3*canvas.Size().X)
			widest = max(widest, style.Width(label))
			ends = append(ends, end{label: label, style: curves[i].style})
		}
	}
	if len(ends) > 0 {
		canvas.Max.X -= directLabel + widest
	}
	f.draw(canvas)
	data := f.DataCanvas(draw.Canvas{Canvas: canvas.Canvas, Rectangle: f.inner(canvas.Rectangle)})
	for i, n := 0, 0; i < len(curves); i++ {
		if c.label(i, curves) == "" {
			continue
		}
		e := &ends[n]
		n++
		if e.y = data.Min.Y; len(curves[i].points) == 0 {
			continue
		}
		o := curves[i].outline(&data, f.Plot)
		last := o.line[len(o.line)-1]
		e.some = data.ContainsX(last.X) // of a curve that runs out of the chart the height is enough
		e.from = vg.Point{X: last.X, Y: max(data.Min.Y, min(last.Y, data.Max.Y))}
		e.y = e.from.Y
	}
	spread(ends, data.Min.Y, data.Max.Y)
	for _, e := range ends {
		mark := vg.Point{X: data.Max.X + directMark, Y: e.y}
		if e.some {
			canvas.StrokeLine2(leader, e.from.X, e.from.Y, mark.X, mark.Y)
			e.style.mark(&draw.Canvas{Canvas: canvas.Canvas, Rectangle: data.Rectangle}, e.from)
		}
		e.style.mark(&draw.Canvas{Canvas: canvas.Canvas, Rectangle: rectangle(data.Max.X, data.Min.Y-directLine, mark.X+1, data.Max.Y+directLine)}, mark)
		canvas.FillText(style, vg.Point{X: data.Max.X + directLabel, Y: e.y + style.FontExtents().Descent}, e.label)
	}
}

// spread moves labels apart, keeping their order: down from the top, then up from the bottom.
func spread(ends []end, low, high vg.Length) {
	order := make([]*end, len(ends))
	for i := range ends {
		order[i] = &ends[i]
	}
	slices.SortStableFunc(order, func(a, b *end) int {
		switch {
		case a.y > b.y:
			return -1
		case a.y < b.y:
			return 1
		}
		return 0
	})
	top := high
	for _, e := range order {
		e.y = min(e.y, top)
		top = e.y - directLine
	}
	bottom := low
	for _, e := range slices.Backward(order) {
		e.y = max(e.y, bottom)
		bottom = e.y + directLine
	}
}

func directStyle() text.Style { return textStyle(tickSize, text.XLeft, text.YCenter) }
