package figures

import (
	"errors"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reliability is a reliability diagram: how often a classifier is right, over how certain
// it is, in bins of its confidence (Guo et al. 2017, figure 1). Accuracies are bars; a
// frame goes from each to the mean confidence of its bin, and is the gap that the expected
// calibration error averages. Below are the shares of the examples in the bins. It is
// 6 inches wide and 4.4 high.
type Reliability struct {
	Title string // may be empty; wrapped where it is too long
	Bins  []ReliabilityBin
}

// ReliabilityBin is the examples with a confidence from Low to High.
type ReliabilityBin struct {
	Low, High            float64 // from 0 to 1
	Examples             int     // those without are not drawn
	Confidence, Accuracy float64 // means, from 0 to 1
}

const (
	reliabilityHeight = 4.4 * vg.Inch
	sharesPart        = 0.24 // of the height, for the shares
)

func (r *Reliability) validate() error {
	fail := func(err error) error { return fmt.Errorf("reliability %q: %w", r.Title, err) }
	examples := 0
	for i, b := range r.Bins {
		switch {
		case b.Examples < 0:
			return fail(fmt.Errorf("bin %d: %d examples", i, b.Examples))
		case !(b.Low >= 0 && b.Low < b.High && b.High <= 1):
			return fail(fmt.Errorf("bin %d: from %v to %v", i, b.Low, b.High))
		case b.Examples > 0 && !(b.Confidence >= 0 && b.Confidence <= 1 && b.Accuracy >= 0 && b.Accuracy <= 1):
			return fail(fmt.Errorf("bin %d: confidence %v, accuracy %v", i, b.Confidence, b.Accuracy))
		}
		examples = max(examples, b.Examples)
	}
	if examples == 0 {
		return fail(errors.New("no examples"))
	}
	return nil
}

// SVG returns the diagram as an SVG element. It fails if no bin has examples, or if one
// has a number out of its range.
func (r *Reliability) SVG() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	what := r.Title
	if what == "" {
		what = "accuracy over confidence"
	}
	return usual(reliabilityHeight).svg(fmt.Sprintf("%s: calibration error %s%%", what, significant(100*r.expectedError())), r.paint)
}

// PNG returns the diagram as a PNG file of 1152×845 pixels. It fails as SVG does.
func (r *Reliability) PNG() ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	return usual(reliabilityHeight).png(r.paint)
}

func (r *Reliability) examples() float64 {
	sum := 0.0
	for _, b := range r.Bins {
		sum += float64(b.Examples)
	}
	return sum
}

// expectedError is the mean gap over the examples.
func (r *Reliability) expectedError() float64 {
	sum := 0.0
	for _, b := range r.Bins {
		if b.Examples > 0 {
			sum += float64(b.Examples) / r.examples() * max(b.Accuracy-b.Confidence, b.Confidence-b.Accuracy)
		}
	}
	return sum
}

func (r *Reliability) keys() []key {
	sample := func(paint func(c *draw.Canvas, box vg.Rectangle)) func(*draw.Canvas, vg.Point) {
		return func(c *draw.Canvas, left vg.Point) { paint(c, rectangle(left.X, left.Y-4, left.X+14, left.Y+4)) }
	}
	return []key{
		{"accuracy", 14, sample(drawAccuracy)},
		{"gap to the mean confidence", 14, sample(drawGap)},
		{"as certain as right", 22, func(c *draw.Canvas, left vg.Point) {
			c.StrokeLine2(referenceLine, left.X, left.Y, left.X+22, left.Y)
		}},
	}
}

func (r *Reliability) paint(c draw.Canvas) {
	most := 0.0
	for _, b := range r.Bins {
		most = max(most, float64(b.Examples)/r.examples())
	}
	bins := newFrame(Axis{}, Axis{Label: "accuracy", Percent: true}, span{0, 1, true}, span{0, 1, true})
	shares := newFrame(Axis{Label: "confidence", Percent: true}, Axis{Label: "examples", Percent: true}, span{0, 1, true}, span{0, most * 1.05, true})
	bins.X.Tick.Marker = unlabelled{ticker{Axis{Percent: true}, maxTicks}}
	shares.Y.Tick.Marker = ticker{Axis{Percent: true}, 2}
	h := newHeading(c.Rectangle, bins, r.Title, r.keys())
	h.draw(&c)
	c.Max.Y -= h.height
	upper, lower := c, c
	upper.Min.Y += sharesPart * (c.Max.Y - c.Min.Y)
	lower.Max.Y = upper.Min.Y - 4
	// Both have the same ends of the data, whatever their labels take.
	one, other := bins.data(upper.Rectangle), shares.data(lower.Rectangle)
	left, right := max(one.Min.X, other.Min.X), min(one.Max.X, other.Max.X)
	upper.Min.X, upper.Max.X = upper.Min.X+left-one.Min.X, upper.Max.X+right-one.Max.X
	lower.Min.X, lower.Max.X = lower.Min.X+left-other.Min.X, lower.Max.X+right-other.Max.X
	bins.Add(grid{}, reliabilityBars{r})
	bins.draw(upper)
	shares.Add(grid{}, shareBars{r})
	shares.draw(lower)
}

// unlabelled are ticks whose labels another axis below has.
type unlabelled struct{ ticker }

func (u unlabelled) Ticks(low, high float64) []plot.Tick {
	ticks := u.ticker.Ticks(low, high)
	for i := range ticks {
		ticks[i].Label = ""
	}
	return ticks
}

// reliabilityBars draws the accuracies, the gaps, the diagonal and the error.
type reliabilityBars struct{ *Reliability }

var _ plot.Plotter = reliabilityBars{}

func (r reliabilityBars) Plot(c draw.Canvas, p *plot.Plot) {
	at := func(x, y float64) vg.Point { return vg.Point{X: c.X(p.X.Norm(x)), Y: c.Y(p.Y.Norm(y))} }
	for _, b := range r.Bins {
		if b.Examples > 0 {
			drawAccuracy(&c, vg.Rectangle{Min: at(b.Low, 0), Max: at(b.High, b.Accuracy)})
		}
	}
	for _, b := range r.Bins {
		if b.Examples > 0 {
			drawGap(&c, vg.Rectangle{Min: at(b.Low, min(b.Accuracy, b.Confidence)), Max: at(b.High, max(b.Accuracy, b.Confidence))})
		}
	}
	c.StrokeLines(referenceLine, []vg.Point{at(0, 0), at(1, 1)})
	style := textStyle(labelSize, text.XLeft, text.YTop)
	c.FillText(style, vg.Point{X: c.Min.X + 8, Y: c.Max.Y - 6}, "expected calibration error "+significant(100*r.expectedError())+"%")
}

func drawAccuracy(c *draw.Canvas, box vg.Rectangle) {
	c.SetColor(palette[0])
	c.Fill(box.Path())
	c.SetLineStyle(draw.LineStyle{Color: color.White, Width: 0.8})
	c.Stroke(box.Path())
}

func drawGap(c *draw.Canvas, box vg.Rectangle) {
	fill := palette[3]
	fill.A = 0x50
	c.SetColor(fill)
	c.Fill(box.Path())
	c.SetLineStyle(draw.LineStyle{Color: palette[3], Width: 0.8})
	c.Stroke(box.Path())
}

// shareBars draws the part of the examples that is in each bin.
type shareBars struct{ *Reliability }

var _ plot.Plotter = shareBars{}

func (r shareBars) Plot(c draw.Canvas, p *plot.Plot) {
	for _, b := range r.Bins {
		if b.Examples == 0 {
			continue
		}
		box := rectangle(c.X(p.X.Norm(b.Low)), c.Min.Y, c.X(p.X.Norm(b.High)), c.Y(p.Y.Norm(float64(b.Examples)/r.examples())))
		c.SetColor(color.Gray{Y: 0x99})
		c.Fill(box.Path())
		c.SetLineStyle(draw.LineStyle{Color: color.White, Width: 0.8})
		c.Stroke(box.Path())
	}
}
