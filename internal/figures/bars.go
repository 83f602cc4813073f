package figures

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars is stacked horizontal bars, from 0, with their totals at their ends. It
// is 6 inches wide and as high as its rows need.
type Bars struct {
	Title string   // may be empty; wrapped where it is too long
	X     Axis     // linear, with Min 0; Max is moved to hold all totals
	Parts []string // names of the parts of every bar, from the left; the legend shows them
	Rows  []BarRow // from the top
}

// BarRow is one bar.
type BarRow struct {
	Label  string    // cut at half of the figure
	Values []float64 // of the Parts, in the unit of the axis, at least 0
}

// SVG returns the bars as an SVG element. It fails if there are none, if a row
// has not one value for each part, or if one is negative or not finite.
func (b *Bars) SVG() ([]byte, error) {
	if err := b.validate(); err != nil {
		return nil, err
	}
	return usual(b.height()).svg(b.Title, b.paint)
}

// PNG returns the bars as a PNG file 1152 pixels wide. It fails as SVG does.
func (b *Bars) PNG() ([]byte, error) {
	if err := b.validate(); err != nil {
		return nil, err
	}
	return usual(b.height()).png(b.paint)
}

func (b *Bars) validate() error {
	fail := func(err error) error { return fmt.Errorf("bars %q: %w", b.Title, err) }
	if err := b.X.validate(); err != nil {
		return fail(fmt.Errorf("x axis: %w", err))
	}
	switch {
	case b.X.Log || b.X.Min != 0:
		return fail(errors.New("x axis: not linear from 0"))
	case len(b.Rows) == 0 || len(b.Parts) == 0:
		return fail(errors.New("no rows or no parts"))
	}
	for _, r := range b.Rows {
		if len(r.Values) != len(b.Parts) {
			return fail(fmt.Errorf("row %q: %d values for %d parts", r.Label, len(r.Values), len(b.Parts)))
		}
		for i, v := range r.Values {
			if !finite(v) || v < 0 {
				return fail(fmt.Errorf("row %q: %q is %v", r.Label, b.Parts[i], v))
			}
		}
	}
	return nil
}

const (
	rowHeight = 26 // points
	barHeight = 17
)

func (b *Bars) keys() []key {
	keys := make([]key, len(b.Parts))
	for i, label := range b.Parts {
		keys[i] = key{label, 12, func(c *draw.Canvas, left vg.Point) {
			c.SetColor(partColor(i))
			c.Fill(rectangle(left.X, left.Y-4, left.X+12, left.Y+4).Path())
		}}
	}
	return keys
}

// paint draws the bars. The ends of their axis depend on the room that the totals need.
func (b *Bars) paint(c draw.Canvas) {
	f := b.frame(1)
	h := newHeading(c.Rectangle, f, b.Title, b.keys())
	h.draw(&c)
	c.Max.Y -= h.height
	data := f.data(c.Rectangle)
	width := max(data.Max.X-data.Min.X, 1)
	end := b.X.Max
	for _, r := range b.Rows {
		room := totalStyle().Width(significant(r.total())) + 8
		end = max(end, r.total()/max(0.2, 1-float64(room/width)))
	}
	if end == 0 {
		end = 1
	}
	f = b.frame(end)
	f.X.Tick.Marker = ticker{b.X, min(max(2, int(width/40)), maxTicks)} // long labels leave little room
	f.Add(rowPlotter{b})
	f.draw(c)
}

// frame has the rows at n−1, …, 0 on its y axis.
func (b *Bars) frame(end float64) frame {
	f := newFrame(b.X, Axis{}, span{0, end, true}, span{-0.5, float64(len(b.Rows)) - 0.5, true})
	names := make(plot.ConstantTicks, len(b.Rows))
	for i, r := range b.Rows {
		names[i] = plot.Tick{Value: float64(len(b.Rows) - 1 - i), Label: shorten(r.Label, f.Y.Tick.Label, 0.45*figureWidth)}
	}
	f.Y.Tick.Marker = names
	f.Y.Tick.Length = 0
	return f
}

// height is the height of the rows, the axis below and the heading above.
func (b *Bars) height() vg.Length {
	const tall = 1000
	f, all := b.frame(1), rectangle(0, 0, figureWidth-2*margin, tall)
	data := f.data(all)
	axis := tall - (data.Max.Y - data.Min.Y)
	return vg.Length(len(b.Rows))*rowHeight + axis + newHeading(all, f, b.Title, b.keys()).height + 2*margin
}

func (r *BarRow) total() float64 {
	sum := 0.0
	for _, v := range r.Values {
		sum += v
	}
	return sum
}
