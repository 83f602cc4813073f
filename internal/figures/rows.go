package figures

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// rowPlotter draws the bars and their numbers.
type rowPlotter struct{ *Bars }

var _ plot.Plotter = rowPlotter{}

func (b rowPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := c.X(p.X.Norm(t.Value)); c.ContainsX(x) {
			c.StrokeLine2(gridLine, x, c.Min.Y, x, c.Max.Y)
		}
	}
	rim := draw.LineStyle{Color: color.White, Width: 0.8}
	for i, r := range b.Rows {
		y := c.Y(p.Y.Norm(float64(len(b.Rows) - 1 - i)))
		sum, left := 0.0, c.Min.X
		for part, v := range r.Values {
			sum += v
			right := c.X(p.X.Norm(sum))
			box := rectangle(left, y-barHeight/2, right, y+barHeight/2)
			c.SetColor(partColor(part))
			c.Fill(box.Path())
			if left > c.Min.X && v > 0 {
				c.StrokeLine2(rim, left, box.Min.Y, left, box.Max.Y)
			}
			style, label := valueStyle(part), significant(v)
			if style.Width(label)+5 <= right-left {
				c.FillText(style, vg.Point{X: (left + right) / 2, Y: y + style.FontExtents().Descent}, label)
			}
			left = right
		}
		c.FillText(totalStyle(), vg.Point{X: left + 4, Y: y + totalStyle().FontExtents().Descent}, significant(sum))
	}
}

// valueStyle is legible on a part.
func valueStyle(part int) text.Style {
	s := textStyle(smallSize, text.XCenter, text.YCenter)
	if color.GrayModel.Convert(partColor(part)).(color.Gray).Y < 0x88 {
		s.Color = color.White
	}
	return s
}

func totalStyle() text.Style { return bold(textStyle(tickSize, text.XLeft, text.YCenter)) }

func rectangle(left, bottom, right, top vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: right, Y: top}}
}
