package figures

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key is an entry of a legend: a sample of a width in points, drawn from its
// left end at half its height, and its label.
type key struct {
	label string
	width vg.Length
	draw  func(c *draw.Canvas, left vg.Point)
}

// heading is the title and the legend. It stands above the data and begins at their left end.
type heading struct {
	left   vg.Length
	title  []string
	legend []keyRow
	height vg.Length
}

func newHeading(all vg.Rectangle, f frame, title string, keys []key) heading {
	h := heading{left: f.data(all).Min.X}
	if h.left > all.Min.X+all.Size().X/3 {
		h.left = all.Min.X // labels of rows may be long
	}
	h.title = wrap(title, titleStyle(), all.Max.X-h.left)
	h.legend = rows(keys, all.Max.X-h.left)
	h.height = titleLine*vg.Length(len(h.title)) + keyLine*vg.Length(len(h.legend))
	if h.height > 0 {
		h.height += 5
	}
	return h
}

func (h heading) draw(c *draw.Canvas) {
	y := c.Max.Y
	for _, line := range h.title {
		c.FillText(titleStyle(), vg.Point{X: h.left, Y: y}, line)
		y -= titleLine
	}
	for _, row := range h.legend {
		for i, k := range row.keys {
			x := h.left + row.x[i]
			k.draw(c, vg.Point{X: x, Y: y - keyLine/2})
			c.FillText(keyStyle(), vg.Point{X: x + k.width + keyGap, Y: y - keyLine/2 + keyStyle().FontExtents().Descent}, k.label)
		}
		y -= keyLine
	}
}

// Distances in points.
const (
	titleLine = 15
	keyLine   = 13.5
	keyGap    = 4  // between a sample and its label
	keysApart = 14 // between one entry and the next
)

func titleStyle() text.Style { return bold(textStyle(titleSize, text.XLeft, text.YTop)) }
func keyStyle() text.Style   { return textStyle(tickSize, text.XLeft, text.YCenter) }

type keyRow struct {
	keys []key
	x    []vg.Length // of the samples, from the left
}

// rows lays out a legend: in one row if it fits, otherwise in columns.
func rows(keys []key, width vg.Length) []keyRow {
	var sum, widest vg.Length
	one := keyRow{keys: keys}
	for _, k := range keys {
		w := k.width + keyGap + keyStyle().Width(k.label) + keysApart
		one.x = append(one.x, sum)
		sum += w
		widest = max(widest, w)
	}
	switch {
	case len(keys) == 0:
		return nil
	case sum-keysApart <= width:
		return []keyRow{one}
	}
	columns := max(1, int((width+keysApart)/widest))
	var table []keyRow
	for i, k := range keys {
		k.label = shorten(k.label, keyStyle(), width-k.width-keyGap)
		if i%columns == 0 {
			table = append(table, keyRow{})
		}
		last := &table[len(table)-1]
		last.keys = append(last.keys, k)
		last.x = append(last.x, vg.Length(i%columns)*widest)
	}
	return table
}
