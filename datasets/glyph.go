package datasets

import (
	_ "embed" // the outlines of the digits
	"math"
)

type point struct{ x, y float64 }

// outline is a glyph's closed contours as polygons. Its y axis points downwards, its centre is the origin and its height is 1.
type outline [][]point

// typeface has the outline of each digit.
type typeface [numerals]outline

// A glyph is drawn with a pen. Each move of the pen is a segment.
const (
	penMove  = iota // to a point, without a line: a contour begins
	penLine         // to a point
	penCurve        // a quadratic Bézier curve: its control point, then its end
)

// faces is the number of typefaces in glyphs.
const faces = 10

// glyphs has the digits of the Go fonts (golang.org/x/image/font/gofont, BSD licence): for each typeface and each digit the
// number of its segments, then each segment's kind and points. Every number is two bytes, little-endian; a coordinate is in
// 1/64 pixel at 256 pixels per em. The fonts themselves and a parser for them would take a user of this package seconds to
// compile. TestGlyphs compares this file with the fonts and writes it anew with -update.
//
//go:embed glyphs.bin
var glyphs string

// goFonts decodes the digits of the Go fonts.
func goFonts() []typeface {
	all := make([]typeface, faces)
	rest := ink(glyphs)
	for f := range all {
		for digit := range all[f] {
			all[f][digit] = refine(normalize(rest.glyph()))
		}
	}
	return all
}

// ink is the part of glyphs that is still to be decoded.
type ink string

func (s *ink) number() int {
	v := int16(uint16((*s)[0]) | uint16((*s)[1])<<8)
	*s = (*s)[2:]
	return int(v)
}

func (s *ink) point() point {
	x := s.number()
	return point{float64(x), float64(s.number())}
}

// glyph decodes the next glyph and replaces its curves by polygons.
func (s *ink) glyph() (contours outline) {
	const pieces = 4 // per curve: below a tenth of a pixel off at the size the digits are drawn
	var pen point
	add := func(p point) {
		if p != pen {
			last := len(contours) - 1
			contours[last] = append(contours[last], p)
			pen = p
		}
	}
	for range s.number() {
		switch s.number() {
		case penMove:
			pen = s.point()
			contours = append(contours, []point{pen})
		case penLine:
			add(s.point())
		case penCurve:
			from, control := pen, s.point()
			to := s.point()
			for i := 1; i <= pieces; i++ {
				t := float64(i) / pieces
				u := 1 - t
				add(point{
					u*u*from.x + 2*u*t*control.x + t*t*to.x,
					u*u*from.y + 2*u*t*control.y + t*t*to.y,
				})
			}
		}
	}
	for i, c := range contours {
		if n := len(c); n > 1 && c[0] == c[n-1] {
			contours[i] = c[:n-1]
		}
	}
	return contours
}

// normalize moves and scales an outline to what the type promises. A letter O is round in some fonts; it gets no wider than
// a numeral.
func normalize(o outline) outline {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, contour := range o {
		for _, p := range contour {
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	const widest = 0.72
	height := high.y - low.y
	width := max(height, (high.x-low.x)/widest)
	for _, contour := range o {
		for i, p := range contour {
			contour[i] = point{(p.x - (low.x+high.x)/2) / width, (p.y - (low.y+high.y)/2) / height}
		}
	}
	return o
}

// refine splits long edges, so that bending the plane bends them too.
func refine(o outline) outline {
	const longest = 0.1
	for c, contour := range o {
		var fine []point
		for i, p := range contour {
			q := contour[(i+1)%len(contour)]
			pieces := math.Ceil(math.Hypot(q.x-p.x, q.y-p.y) / longest)
			for k := range int(max(pieces, 1)) {
				t := float64(k) / max(pieces, 1)
				fine = append(fine, point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)})
			}
		}
		o[c] = fine
	}
	return o
}
