package figures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is the colours of Okabe and Ito. They are ordered so that neighbours differ in luminance, and so do the first
// four among each other. Yellow is last because it is faint on white.
var palette = [...]color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x00, 0x00, 0x00, 0xff}, // black
	{0xd5, 0x5e, 0x00, 0xff}, // vermillion
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xf0, 0xe4, 0x42, 0xff}, // yellow
}

// fills are the palette in another order, for parts that touch: neighbours
// differ in luminance, as do the first five, and black is not among the first,
// which tend to be long.
var fills = [len(palette)]int{0, 1, 3, 7, 2, 4, 5, 6}

func partColor(part int) color.NRGBA { return palette[fills[part%len(fills)]] }

// dashes are lengths of ink and gap, in points.
var dashes = [len(palette)][]vg.Length{
	nil,
	{6, 2},
	{1.5, 1.5},
	{7, 2, 1.5, 2},
	{11, 3},
	{3, 2},
	{7, 2, 1.5, 2, 1.5, 2},
	{12, 2, 4, 2},
}

// marker is a circle if it has no corners, otherwise a regular polygon or star
// with a first corner at an angle in degrees. inner is the distance from the centre of a star's inner corners, 0
// for polygons, as the outer ones' is 1.
type marker struct {
	corners int
	angle   float64
	inner   float64
	radius  vg.Length // in points, so that all look equally large
}

var markers = [len(palette)]marker{
	{radius: 2.7},
	{corners: 4, angle: 45, radius: 3.4},
	{corners: 3, angle: 90, radius: 3.7},
	{corners: 4, angle: 90, radius: 3.6},
	{corners: 3, angle: -90, radius: 3.7},
	{corners: 4, angle: 90, inner: 0.35, radius: 4.4},
	{corners: 4, angle: 45, inner: 0.35, radius: 4.4},
	{corners: 5, angle: 90, inner: 0.42, radius: 4.1},
}

// path returns the outline around a centre.
func (m marker) path(centre vg.Point) vg.Path {
	var p vg.Path
	if m.corners == 0 {
		p.Move(centre.Add(vg.Point{X: m.radius}))
		p.Arc(centre, m.radius, 0, 2*math.Pi)
		p.Close()
		return p
	}
	corner := func(i, of int, distance float64) {
		sin, cos := math.Sincos(m.angle*math.Pi/180 + 2*math.Pi*float64(i)/float64(of))
		at := centre.Add(vg.Point{X: vg.Length(distance*cos) * m.radius, Y: vg.Length(distance*sin) * m.radius})
		if len(p) == 0 {
			p.Move(at)
			return
		}
		p.Line(at)
	}
	for i := range m.corners {
		corner(2*i, 2*m.corners, 1)
		if m.inner > 0 {
			corner(2*i+1, 2*m.corners, m.inner)
		}
	}
	p.Close()
	return p
}

// style is the look of a series: colour, dashes, marker.
type style struct {
	color  color.NRGBA
	line   draw.LineStyle
	marker marker
}

// styleOf returns the style of a number from 0. Styles repeat after 64. When a colour occurs again it has the next
// colour's dashes.
func styleOf(number int) style {
	n := len(palette)
	i, j := number%n, (number+number/n)%n
	return style{
		color:  palette[i],
		line:   draw.LineStyle{Color: palette[i], Width: 1.5, Dashes: dashes[j]},
		marker: markers[j],
	}
}

// band is the colour of a range.
func (s style) band() color.NRGBA {
	c := s.color
	c.A = 0x33
	return c
}

// mark draws a marker with a thin white rim, which separates it from its line.
func (s style) mark(c *draw.Canvas, at vg.Point) {
	if !c.Contains(at) {
		return
	}
	path := s.marker.path(at)
	c.SetLineStyle(draw.LineStyle{Color: color.White, Width: 1})
	c.Stroke(path)
	c.SetColor(s.color)
	c.Fill(path)
}

// keyWidth is the width of a sample in a legend, in points.
const keyWidth = 32

func (s style) drawKey(c *draw.Canvas, left vg.Point) {
	c.StrokeLine2(s.line, left.X, left.Y, left.X+keyWidth, left.Y)
	s.mark(c, left.Add(vg.Point{X: keyWidth / 2}))
}
