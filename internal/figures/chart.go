package figures

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot/vg/draw"
)

// Chart is curves over a common x axis. It is 6×3.8 inches. The legend stands
// above the data, which it never covers.
type Chart struct {
	Title  string // may be empty; wrapped where it is too long
	X, Y   Axis
	Series []Series // drawn with the first on top
	Lines  []Line

	// Contours are thin grey curves under all others, such as lines of equal loss, without
	// an entry in the legend. They have no influence on automatic axes, and points that
	// cannot be drawn are left out. Low and High are not read.
	Contours [][]Point

	// Direct writes the labels of the series at the ends of the curves instead of
	// a legend, unless there are more than fit.
	Direct bool
	// Small makes the chart 4×2.6 inches, with text of the same size, for a few curves
	// that stand beside many other charts.
	Small bool
}

// Series is one curve.
type Series struct {
	Label string // in the legend; empty: not in it

	// Points are joined in their order. Those with a coordinate that is NaN or
	// infinite, or not positive on a logarithmic axis, are left out.
	Points []Point

	// Markers marks every point, and draws Low to High as a whisker instead of
	// a band: for a few measurements rather than a curve. Otherwise a few
	// points are marked, to tell curves apart in grey.
	Markers bool

	// Style is the number, from 1, of the colour, dash pattern and marker, so
	// that something looks the same in charts of different series. 0: the
	// number of the series in its chart.
	Style int
}

// Point is a value of a series: X and Y in the units of the axes, and the
// range, over seeds for instance, in which Y is the median. The range is cut
// off at the edge of the chart, be it infinite. There is none if Low is High, if
// it does not hold Y, as in Point{X: 1, Y: 2}, or if one of them is NaN.
type Point struct{ X, Y, Low, High float64 }

// Line is a horizontal line for reference, such as a target. Its label is on
// it, at the right unless curves are in the way. An automatic y axis includes
// it; otherwise it is left out where it is not within the axis.
type Line struct {
	Y     float64
	Label string
}

var errNothing = errors.New("no point that could be drawn")

// SVG returns the chart as an SVG element. It fails if an axis is impossible
// or no point can be drawn.
func (c *Chart) SVG() ([]byte, error) {
	draw, err := c.prepare()
	if err != nil {
		return nil, err
	}
	return c.size().svg(c.description(), draw)
}

// PNG returns the chart as a PNG file of 1152×730 pixels, or of 768×499 if it is
// small. It fails as SVG does.
func (c *Chart) PNG() ([]byte, error) {
	draw, err := c.prepare()
	if err != nil {
		return nil, err
	}
	return c.size().png(draw)
}

// prepare checks the chart and returns the frame that draws it.
func (c *Chart) prepare() (func(draw.Canvas), error) {
	fail := func(err error) (func(draw.Canvas), error) {
		return nil, fmt.Errorf("chart %q: %w", c.Title, err)
	}
	if err := c.X.validate(); err != nil {
		return fail(fmt.Errorf("x axis: %w", err))
	}
	if err := c.Y.validate(); err != nil {
		return fail(fmt.Errorf("y axis: %w", err))
	}
	curves := c.curves()
	x, y, found := c.ranges(curves)
	if !found {
		return fail(errNothing)
	}
	return func(canvas draw.Canvas) {
		f := newFrame(c.X, c.Y, x, y)
		f.X.Tick.Marker, f.Y.Tick.Marker = ticker{c.X, c.mostTicks()}, ticker{c.Y, c.mostTicks()}
		keys := c.keys(curves)
		direct := c.Direct && len(keys) <= mostDirect
		if direct {
			keys = nil
		}
		h := newHeading(canvas.Rectangle, f, c.Title, keys)
		h.draw(&canvas)
		// Data keep some height, come what may.
		canvas.Max.Y -= min(h.height, 0.6*(canvas.Max.Y-canvas.Min.Y))
		f.Add(grid{}, contours(c.drawable()), &plotter{curves: curves, lines: c.Lines})
		if direct {
			c.drawDirect(canvas, f, curves)
			return
		}
		f.draw(canvas)
	}, nil
}

// curves are the series, without the points that cannot be drawn.
func (c *Chart) curves() []curve {
	curves := make([]curve, len(c.Series))
	for i, s := range c.Series {
		number := i
		if s.Style > 0 {
			number = s.Style - 1
		}
		curves[i] = curve{style: styleOf(number), order: i, all: s.Markers}
		for _, p := range s.Points {
			if c.X.shows(p.X) && c.Y.shows(p.Y) {
				curves[i].points = append(curves[i].points, p)
			}
		}
	}
	return curves
}

// description is the chart in words, for a reader who cannot see it.
func (c *Chart) description() string {
	if c.Title != "" {
		return c.Title
	}
	return c.Y.Label + " over " + c.X.Label
}

// keys are the entries of the legend.
func (c *Chart) keys(curves []curve) []key {
	var keys []key
	for i := range c.Series {
		if label := c.label(i, curves); label != "" {
			keys = append(keys, key{label, keyWidth, curves[i].style.drawKey})
		}
	}
	return keys
}

// label is a series's. A run that diverged at once does not vanish from the chart.
func (c *Chart) label(i int, curves []curve) string {
	label := c.Series[i].Label
	if label != "" && len(curves[i].points) == 0 {
		label += " (no data)"
	}
	return label
}
