package figures

import (
	"image/color"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Sizes of text, in points.
const (
	titleSize = 10.5
	labelSize = 10
	tickSize  = 9
	smallSize = 8.5
)

var ink = color.Gray{Y: 0x22}

func textStyle(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: x, YAlign: y, Handler: handler{plot.DefaultTextHandler.Cache()},
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

// handler draws one line of plain text. It places superscripts and
// subscripts itself: the font lacks ⁰, ⁹ and ⁻, and spaces ₁ widely.
type handler struct{ fonts *font.Cache }

var _ text.Handler = handler{}

func (h handler) Cache() *font.Cache        { return h.fonts }
func (h handler) Lines(txt string) []string { return []string{txt} }

func (h handler) Extents(f font.Font) font.Extents {
	face := h.fonts.Lookup(f, f.Size)
	return face.Extents()
}

// Box returns the width of the text and its extent above and below the line.
func (h handler) Box(txt string, f font.Font) (width, height, depth vg.Length) {
	for _, r := range runs(txt) {
		face := r.face(h.fonts, f)
		width += face.Width(r.text)
	}
	e := h.Extents(f)
	return width, e.Ascent, e.Descent
}

// Draw draws a text run by run, as text.Plain does for a whole text.
func (h handler) Draw(c vg.Canvas, txt string, s text.Style, pt vg.Point) {
	c.SetColor(s.Color)
	if s.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(s.Rotation)
	}
	sin, cos := math.Sincos(s.Rotation)
	pt.X, pt.Y = pt.Y*vg.Length(sin)+pt.X*vg.Length(cos), pt.Y*vg.Length(cos)-pt.X*vg.Length(sin)
	pt.X += vg.Length(s.XAlign) * s.Width(txt)
	pt.Y += vg.Length(s.YAlign)*s.Height(txt) - h.Extents(s.Font).Ascent + s.Font.Size
	for _, r := range runs(txt) {
		face, at := r.face(h.fonts, s.Font), pt
		at.Y += r.shift * s.Font.Size
		c.FillString(face, at, r.text)
		pt.X += face.Width(r.text)
	}
}

// run is a part of a text, on the line or, smaller, above or below it: shifted
// by a part of the font's size.
type run struct {
	text  string
	shift vg.Length
}

func (r run) face(fonts *font.Cache, f font.Font) font.Face {
	if r.shift != 0 {
		f.Size *= 0.7
	}
	return fonts.Lookup(f, f.Size)
}

const (
	superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
	subscripts   = "₀₁₂₃₄₅₆₇₈₉₋₊"
	onTheLine    = "0123456789−+"
)

// runs splits a text. It replaces the hyphen that the font lacks, and what must
// not be in XML.
func runs(txt string) []run {
	var rs []run
	for _, r := range txt {
		shift := vg.Length(0)
		if i := strings.IndexRune(superscripts, r); i >= 0 {
			shift, r = 0.33, []rune(onTheLine)[utf8.RuneCountInString(superscripts[:i])]
		} else if i := strings.IndexRune(subscripts, r); i >= 0 {
			shift, r = -0.14, []rune(onTheLine)[utf8.RuneCountInString(subscripts[:i])]
		}
		switch {
		case r == '‑':
			r = '-'
		case unicode.IsControl(r):
			r = ' '
		case r&0xfffe == 0xfffe:
			r = unicode.ReplacementChar
		}
		if n := len(rs); n == 0 || rs[n-1].shift != shift {
			rs = append(rs, run{shift: shift})
		}
		rs[len(rs)-1].text += string(r)
	}
	return rs
}
