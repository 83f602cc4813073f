package figures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// layout is where the parts of a matrix are, in points from the left and the top.
type layout struct {
	*Matrix
	n          int
	cell, side vg.Length
	left       vg.Length // of the cells
	counts     vg.Length // size of their text; 0: none
	names      vg.Length // size of the names' text
	step       int       // each so many-th class has its name
	turned     bool      // the names of columns stand on end
	below      vg.Length // room for them
	heading    heading
	height     vg.Length
}

const (
	mostCell   = 80 // points
	nameRoom   = 84 // the most for a name
	nameGap    = 4
	scaleRoom  = 74
	scaleSide  = 11
	nameLine   = 10.5 // height of a name
	smallNames = 6.5  // the least size of names that is chosen to show all of them
)

// nameStyle is that of the names beside cells, from the right end of the text.
func (l *layout) nameStyle() text.Style { return textStyle(l.names, text.XRight, text.YCenter) }

func (m *Matrix) layout() *layout {
	l := &layout{Matrix: m, n: len(m.Counts)}
	const width = figureWidth - 2*margin
	// Names of rows take what the widest needs of those that are shown, which depends on
	// the cells, which depend on the names: two rounds are enough, as more room for cells
	// only shows more names.
	names := vg.Length(nameRoom)
	for range 2 {
		l.left = yLabelRoom + names + nameGap
		l.cell = min(mostCell, (width-l.left-scaleRoom)/vg.Length(l.n))
		l.names, l.step = nameSize(l.cell)
		names = l.widest()
	}
	l.left = yLabelRoom + names + nameGap
	l.side = l.cell * vg.Length(l.n)
	l.counts = m.countSize(l.cell)
	l.turned = names+3 > l.cell*vg.Length(l.step)
	l.below = nameLine + nameGap
	if l.turned {
		l.below = names + nameGap
	}
	l.heading = heading{left: margin, title: wrap(m.Title, titleStyle(), width)}
	if lines := len(l.heading.title); lines > 0 {
		l.heading.height = titleLine*vg.Length(lines) + 5
	}
	l.height = l.heading.height + max(l.side, leastSide) + l.below + xLabelRoom + 2*margin
	return l
}

// leastSide is room for the scale and the axes' labels beside few cells.
const leastSide = 100

// nameSize is the size of names beside cells of a size, and the distance between classes
// with names, so that their lines do not touch. Somewhat smaller names are better than
// names of half of the classes.
func nameSize(cell vg.Length) (size vg.Length, step int) {
	if size := tickSize * cell / nameLine; size >= smallNames {
		return min(size, tickSize), 1
	}
	for power := 1; ; power *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if cell*vg.Length(digit*power) >= nameLine {
				return tickSize, digit * power
			}
		}
	}
}

// widest is the width of the widest name that is shown, cut at its room.
func (l *layout) widest() vg.Length {
	var w vg.Length
	for i := 0; i < l.n; i += l.step {
		w = max(w, l.nameStyle().Width(shorten(l.name(i), l.nameStyle(), nameRoom)))
	}
	return w
}

func (l *layout) drawNames(c *draw.Canvas, at vg.Rectangle) {
	style := l.nameStyle()
	descent := style.FontExtents().Descent
	tick := draw.LineStyle{Color: color.Gray{Y: 0x55}, Width: 0.7}
	for i := 0; i < l.n; i += l.step {
		name, middle := shorten(l.name(i), style, nameRoom), (vg.Length(i)+0.5)*l.cell
		y := at.Max.Y - middle
		c.StrokeLine2(tick, at.Min.X-2, y, at.Min.X, y)
		c.FillText(style, vg.Point{X: at.Min.X - nameGap, Y: y + descent}, name)
		x := at.Min.X + middle
		c.StrokeLine2(tick, x, at.Min.Y-2, x, at.Min.Y)
		if l.turned {
			turned := style
			turned.Rotation = math.Pi / 2
			c.FillText(turned, vg.Point{X: x - descent, Y: at.Min.Y - nameGap}, name)
			continue
		}
		c.FillText(textStyle(l.names, text.XCenter, text.YTop), vg.Point{X: x, Y: at.Min.Y - nameGap}, name)
	}
	style = textStyle(labelSize, text.XCenter, text.YTop)
	label := "predicted class"
	middle := max((at.Min.X+at.Max.X)/2, c.Min.X+style.Width(label)/2)
	c.FillText(style, vg.Point{X: middle, Y: at.Min.Y - l.below - 1}, label)
	style.Rotation = math.Pi / 2
	label = "true class"
	c.FillText(style, vg.Point{X: c.Min.X, Y: min((at.Min.Y+at.Max.Y)/2, at.Max.Y-style.Width(label)/2)}, label)
}

// scaleMarks are the shares with a label on the scale.
var scaleMarks = []struct {
	share float64
	label string
}{{0, "0"}, {0.01, "1%"}, {0.1, "10%"}, {0.25, "25%"}, {0.5, "50%"}, {1, "100%"}}

// drawScale draws what the colours mean, at the right of the cells.
func (l *layout) drawScale(c *draw.Canvas, at vg.Rectangle) {
	const steps = 60
	height := min(max(l.side, leastSide), 150) - nameLine - 6
	left, top := at.Max.X+12, at.Max.Y-nameLine-6
	label := textStyle(smallSize, text.XLeft, text.YTop)
	c.FillText(label, vg.Point{X: left, Y: at.Max.Y}, "share of row")
	for i := range steps {
		y := top - height + height*vg.Length(i)/steps
		c.SetColor(shade((float64(i) + 0.5) / steps))
		c.Fill(rectangle(left, y, left+scaleSide, y+height/steps+0.2).Path())
	}
	line := draw.LineStyle{Color: color.Gray{Y: 0x55}, Width: 0.5}
	c.StrokeLines(line, []vg.Point{
		{X: left, Y: top - height}, {X: left + scaleSide, Y: top - height}, {X: left + scaleSide, Y: top}, {X: left, Y: top}, {X: left, Y: top - height},
	})
	style := textStyle(smallSize, text.XLeft, text.YCenter)
	for _, mark := range scaleMarks {
		y := top - height + height*vg.Length(level(mark.share))
		c.StrokeLine2(line, left+scaleSide, y, left+scaleSide+2, y)
		c.FillText(style, vg.Point{X: left + scaleSide + 4, Y: y + style.FontExtents().Descent}, mark.label)
	}
}
