package figures

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var referenceLine = draw.LineStyle{Color: color.Gray{Y: 0x66}, Width: 0.9, Dashes: []vg.Length{3, 2.5}}

// reference is a reference line on the canvas.
type reference struct {
	y     vg.Length
	label string
}

func references(c *draw.Canvas, p *plot.Plot, lines []Line) []reference {
	var refs []reference
	for _, l := range lines {
		if p.Y.Min <= l.Y && l.Y <= p.Y.Max {
			refs = append(refs, reference{c.Y(p.Y.Norm(l.Y)), l.Label})
		}
	}
	return refs
}

// labelReferences writes each label where it covers least. Places are above or below its line, and preferably far to the
// right.
func labelReferences(c *draw.Canvas, refs []reference, outlines []outline) {
	style := textStyle(smallSize, text.XLeft, text.YBottom)
	style.Color = color.Gray{Y: 0x44}
	var taken []vg.Rectangle
	for _, r := range refs {
		if r.label == "" {
			continue
		}
		r.label = shorten(r.label, style, c.Max.X-c.Min.X-8)
		width, height := style.Width(r.label), style.Height(r.label)
		var best vg.Rectangle
		lowest := vg.Length(-1)
		for _, box := range boxes(c, r.y, width, height) {
			cost := (c.Max.X-box.Max.X)/10 + cover(c, box, refs, outlines, taken)
			if box.Max.Y < r.y {
				cost++
			}
			if lowest < 0 || cost < lowest {
				best, lowest = box, cost
			}
		}
		taken = append(taken, best)
		// Things below the label, the grid at least, would make it hard to read.
		c.SetColor(color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xbb})
		c.Fill(best.Path())
		c.FillText(style, vg.Point{X: best.Min.X, Y: best.Min.Y + style.FontExtents().Descent}, r.label)
	}
}

// boxes are the possible places for a label at a line: inside the canvas or, if none fits, at the right of the line.
func boxes(c *draw.Canvas, y, width, height vg.Length) []vg.Rectangle {
	const gap, steps = 1.5, 24
	var inside []vg.Rectangle
	rightmost := c.Max.X - width - 2
	step := max(0, rightmost-c.Min.X-4) / steps
	for i := range steps {
		for _, bottom := range []vg.Length{y + gap, y - gap - height} {
			low := vg.Point{X: rightmost - vg.Length(i)*step, Y: bottom}
			box := vg.Rectangle{Min: low, Max: low.Add(vg.Point{X: width, Y: height})}
			if box.Min.Y >= c.Min.Y && box.Max.Y <= c.Max.Y {
				inside = append(inside, box)
			}
		}
	}
	if inside == nil {
		low := vg.Point{X: rightmost, Y: y + gap}
		return []vg.Rectangle{{Min: low, Max: low.Add(vg.Point{X: width, Y: height})}}
	}
	return inside
}

// cover is the amount that a box would cover: points of curves, edges of their bands, other lines. A label counts more
// than all of these.
func cover(c *draw.Canvas, box vg.Rectangle, refs []reference, outlines []outline, taken []vg.Rectangle) vg.Length {
	const margin = 2
	box.Min, box.Max = box.Min.Sub(vg.Point{X: margin}), box.Max.Add(vg.Point{X: margin})
	window := draw.Canvas{Canvas: c.Canvas, Rectangle: box}
	var cost vg.Length
	for _, o := range outlines {
		cost += 2*length(window.ClipLinesXY(o.line)) + 0.3*length(window.ClipLinesXY(o.low, o.high))
	}
	for _, r := range refs {
		if window.ContainsY(r.y) {
			cost += box.Size().X
		}
	}
	for _, t := range taken {
		if t.Min.X < box.Max.X && box.Min.X < t.Max.X && t.Min.Y < box.Max.Y && box.Min.Y < t.Max.Y {
			cost += 1e4
		}
	}
	return cost
}

func length(lines [][]vg.Point) vg.Length {
	var sum vg.Length
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			d := l[i].Sub(l[i-1])
			sum += max(d.X, -d.X) + max(d.Y, -d.Y)
		}
	}
	return sum
}
