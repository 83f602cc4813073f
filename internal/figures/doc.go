// Package figures draws the charts of a benchmark: curves with bands over
// steps or seconds, scaling plots, and stacked bars.
//
// It is given numbers and knows nothing of what they mean:
//
//	chart := figures.Chart{
//		X:      figures.Axis{Label: "training time (s)", Log: true},
//		Y:      figures.Axis{Label: "reconstruction error", Log: true},
//		Series: []figures.Series{{Label: "K-FAC", Points: points}},
//		Lines:  []figures.Line{{Y: 0.01, Label: "target"}},
//	}
//	svg, err := chart.SVG()
//
// A figure is 6 inches wide and stands on white. The colours are by Okabe and
// Ito (Color Universal Design, 2008), which the colour-blind can tell apart;
// each comes with a dash pattern and a marker of its own, for print in grey.
//
// SVG returns an element without prolog: a file of its own, or a part of an
// HTML page as it is. It scales with its viewBox, refers to nothing outside and
// has no ids that could clash with another's. The same figure gives the same
// bytes. PNG has 192 pixels to the inch.
//
// Labels are one line of text each, without markup. Superscripts and subscripts
// are drawn as small digits. What Liberation Sans has no glyph for, such as ∇, is
// an empty box in a PNG and up to the browser in SVG.
package figures
