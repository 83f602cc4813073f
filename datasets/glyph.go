package datasets

import (
	"fmt"
	"math"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomediumitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/gomonobolditalic"
	"golang.org/x/image/font/gofont/gomonoitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

type point struct{ x, y float64 }

// outline is a glyph's closed contours as polygons, y downwards, centred on the origin and 1 high.
type outline [][]point

// typeface has the outline of each digit.
type typeface [numerals]outline

// goFonts parses the digits of the Go fonts. They are compiled in, so that a failure is a broken program.
func goFonts() []typeface {
	files := [][]byte{
		goregular.TTF, gomedium.TTF, gobold.TTF, goitalic.TTF, gomediumitalic.TTF, gobolditalic.TTF,
		gomono.TTF, gomonobold.TTF, gomonoitalic.TTF, gomonobolditalic.TTF,
	}
	faces := make([]typeface, len(files))
	for i, file := range files {
		face, err := parseTypeface(file)
		if err != nil {
			panic(fmt.Sprintf("datasets: embedded font %d: %v", i, err))
		}
		faces[i] = face
	}
	return faces
}

func parseTypeface(file []byte) (face typeface, err error) {
	f, err := sfnt.Parse(file)
	if err != nil {
		return face, err
	}
	// The Go fonts strike their zero through, to tell it from the letter. Nobody writes it so: the letter it is.
	characters := [numerals]rune{'O', '1', '2', '3', '4', '5', '6', '7', '8', '9'}
	var buf sfnt.Buffer
	for digit := range face {
		index, err := f.GlyphIndex(&buf, characters[digit])
		if err != nil {
			return face, err
		}
		const size = 256 // pixels per em: only the precision of the coordinates
		segments, err := f.LoadGlyph(&buf, index, fixed.I(size), nil)
		if err != nil {
			return face, err
		}
		face[digit] = refine(normalize(flatten(segments)))
	}
	return face, nil
}

// flatten replaces the curves of a glyph by polygons.
func flatten(segments sfnt.Segments) (contours outline) {
	const pieces = 4 // per curve: below a tenth of a pixel off at the size the digits are drawn
	at := func(p fixed.Point26_6) point { return point{float64(p.X), float64(p.Y)} }
	var pen point
	add := func(p point) {
		if p != pen {
			last := len(contours) - 1
			contours[last] = append(contours[last], p)
			pen = p
		}
	}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			pen = at(s.Args[0])
			contours = append(contours, []point{pen})
		case sfnt.SegmentOpLineTo:
			add(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			from, control, to := pen, at(s.Args[0]), at(s.Args[1])
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

// normalize moves and scales an outline to what the type promises. A letter O, round in some fonts, gets no wider than a
// numeral.
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
