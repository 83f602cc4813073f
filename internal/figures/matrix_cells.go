package figures

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mostBoxes is the number of classes above which cells are one picture instead of a box
// each, whose SVG would be large. mostZeros is the number of classes up to which a count of
// 0 is written: among more cells zeros hide the others.
const (
	mostBoxes = 30
	mostZeros = 12
)

// shades are the colours of the scale: white, the palette's blue at 0.75, and a darker
// blue at 1. The last is of rows without examples.
const shades = 101

var noExamples = color.NRGBA{0xe4, 0xe4, 0xe4, 0xff}

func shade(level float64) color.NRGBA {
	const bend = 0.75
	from, to := color.NRGBA{0xff, 0xff, 0xff, 0xff}, palette[0]
	part := level / bend
	if level > bend {
		from, to, part = palette[0], color.NRGBA{0x00, 0x2a, 0x52, 0xff}, (level-bend)/(1-bend)
	}
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	return color.NRGBA{mix(from.R, to.R), mix(from.G, to.G), mix(from.B, to.B), 0xff}
}

func cellColor(share float64) color.NRGBA {
	if share != share {
		return noExamples
	}
	return shade(level(share))
}

// countStyle is legible on a share.
func countStyle(size vg.Length, share float64) text.Style {
	s := textStyle(size, text.XCenter, text.YCenter)
	if color.GrayModel.Convert(cellColor(share)).(color.Gray).Y < 0x90 {
		s.Color = color.White
	}
	return s
}

func (l *layout) drawCells(c *draw.Canvas, at vg.Rectangle) {
	shares := l.shares()
	if l.n > mostBoxes {
		c.DrawImage(at, picture(shares))
	} else {
		l.drawBoxes(c, at, shares)
	}
	border := draw.LineStyle{Color: color.Gray{Y: 0x55}, Width: 0.7}
	c.StrokeLines(border, []vg.Point{
		at.Min, {X: at.Max.X, Y: at.Min.Y}, at.Max, {X: at.Min.X, Y: at.Max.Y}, at.Min,
	})
}

func (l *layout) drawBoxes(c *draw.Canvas, at vg.Rectangle, shares [][]float64) {
	rim := draw.LineStyle{Color: color.Gray{Y: 0xdd}, Width: 0.4}
	for i, row := range shares {
		top := at.Max.Y - vg.Length(i)*l.cell
		for j, share := range row {
			if share == 0 {
				continue // white, as the page
			}
			left := at.Min.X + vg.Length(j)*l.cell
			box := rectangle(left, top-l.cell, left+l.cell, top)
			c.SetColor(cellColor(share))
			c.Fill(box.Path())
		}
	}
	for i := 1; i < l.n; i++ {
		x, y := at.Min.X+vg.Length(i)*l.cell, at.Max.Y-vg.Length(i)*l.cell
		c.StrokeLine2(rim, x, at.Min.Y, x, at.Max.Y)
		c.StrokeLine2(rim, at.Min.X, y, at.Max.X, y)
	}
	if l.counts == 0 {
		return
	}
	for i, row := range shares {
		for j, share := range row {
			style := countStyle(l.counts, share)
			if l.Counts[i][j] == 0 && l.n > mostZeros {
				continue
			}
			if l.Counts[i][j] == 0 {
				style.Color = color.Gray{Y: 0x99} // what is there stands out
			}
			c.FillText(style, vg.Point{
				X: at.Min.X + (vg.Length(j)+0.5)*l.cell,
				Y: at.Max.Y - (vg.Length(i)+0.5)*l.cell + style.FontExtents().Descent,
			}, strconv.Itoa(l.Counts[i][j]))
		}
	}
}

// picture has whole pixels for each cell, enough of them that what scales it does not blur its edges.
func picture(shares [][]float64) image.Image {
	const edge = 1000
	shares = merged(shares)
	colors := make(color.Palette, shades+1)
	for i := range shades {
		colors[i] = shade(float64(i) / (shades - 1))
	}
	colors[shades] = noExamples
	n := len(shares)
	k := (edge + n - 1) / n
	p := image.NewPaletted(image.Rect(0, 0, n*k, n*k), colors)
	for y := range n * k {
		row := p.Pix[y*p.Stride : y*p.Stride+n*k]
		if y%k > 0 {
			copy(row, p.Pix[(y-1)*p.Stride:])
			continue
		}
		for x := range row {
			row[x] = shades
			if share := shares[y/k][x/k]; share == share {
				row[x] = uint8(math.Round((shades - 1) * level(share)))
			}
		}
	}
	return p
}

// mostDrawn is the number of cells on a side that can be told apart.
const mostDrawn = 400

// merged takes neighbouring classes together where there are more than can be drawn. Of
// their shares the greatest counts, so that none disappears.
func merged(shares [][]float64) [][]float64 {
	n := len(shares)
	k := (n + mostDrawn - 1) / mostDrawn
	if k == 1 {
		return shares
	}
	small := make([][]float64, (n+k-1)/k)
	for i := range small {
		small[i] = make([]float64, len(small))
		for j := range small[i] {
			small[i][j] = math.NaN()
		}
	}
	for i, row := range shares {
		for j, share := range row {
			if to := &small[i/k][j/k]; share == share && !(*to >= share) {
				*to = share
			}
		}
	}
	return small
}
