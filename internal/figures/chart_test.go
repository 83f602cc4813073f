package figures

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func oneSeries(points ...Point) Chart {
	return Chart{Title: "c", Series: []Series{{Label: "s", Points: points}}, Lines: []Line{{Y: 1, Label: "line"}}}
}

func TestChartWithoutPoints(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []Chart{
		{Title: "c"},
		{Title: "c", Lines: []Line{{Y: 1}}},
		oneSeries(),
		oneSeries(Point{X: nan, Y: 1}, Point{X: 1, Y: nan}, Point{X: inf, Y: 1}, Point{X: 1, Y: -inf}, Point{X: 1, Y: 1e300}),
	} {
		_, err := c.SVG()
		assert.EqualError(t, err, `chart "c": no point that could be drawn`)
		_, err = c.PNG()
		assert.EqualError(t, err, `chart "c": no point that could be drawn`)
	}
	c := oneSeries(Point{X: 1, Y: 0}, Point{X: 1, Y: -1}, Point{X: 1, Y: 1e-320})
	c.Y.Log = true
	_, err := c.SVG()
	assert.EqualError(t, err, `chart "c": no point that could be drawn`)
	c = oneSeries(Point{X: 1, Y: 1})
	c.X.Min, c.X.Max = 2, 3
	_, err = c.SVG()
	assert.EqualError(t, err, `chart "c": no point that could be drawn`)
}

func TestAxisRefused(t *testing.T) {
	for want, axis := range map[string]Axis{
		"its ends are not in ascending order":      {Min: 2, Max: 1},
		"its ends are not finite":                  {Min: 2, Max: math.Inf(1)},
		"a logarithmic one must begin above 0":     {Max: 1, Log: true},
		"a logarithmic one must begin above 0 ":    {Min: -1, Max: 1, Log: true},
		"its ends are not in ascending order ":     {Min: 1, Max: 1},
		"its ends are not finite ":                 {Min: math.NaN(), Max: 1},
		"its ends are not in ascending order, too": {Min: 1, Max: 1 + 1e-12},
	} {
		c := oneSeries(Point{X: 1, Y: 1})
		c.Y = axis
		_, err := c.SVG()
		require.Error(t, err)
		assert.Contains(t, `chart "c": y axis: `+want, err.Error())
		c.X, c.Y = axis, Axis{}
		_, err = c.PNG()
		require.Error(t, err)
		assert.Contains(t, `chart "c": x axis: `+want, err.Error())
	}
}

// What can be drawn is, whatever is beside it.
func TestOddPoints(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, points := range map[string][]Point{
		"one":            {{X: 3, Y: 2}},
		"one with range": {{3, 2, 1, 4}},
		"one with NaN":   {{X: 3, Y: 2}, {nan, nan, nan, nan}},
		"all alike":      {{X: 3, Y: 2}, {X: 3, Y: 2}, {X: 3, Y: 2}},
		"all 0":          {{X: 0, Y: 0}, {X: 0, Y: 0}, {X: 1, Y: 1}},
		"same y":         {{X: 3, Y: 2}, {X: 4, Y: 2}},
		"same x":         {{X: 3, Y: 2}, {X: 3, Y: 4}},
		"nearly alike":   {{X: 3, Y: 1}, {X: 4, Y: 1 + 1e-15}},
		"huge":           {{X: 1e-140, Y: -1e149}, {X: 1e140, Y: 1e149}, {X: 2, Y: 1e-149}},
		"infinite range": {{1, 1, -inf, inf}, {2, 2, 1, inf}, {3, 3, nan, 4}, {4, 4, 0, 1e300}},
		"backwards":      {{X: 3, Y: 2}, {X: 1, Y: 3}, {X: 2, Y: 1}},
		"negative":       {{X: -3, Y: -2}, {X: -1, Y: -5}, {X: 1, Y: 1}},
	} {
		for kind := range 16 {
			c := oneSeries(points...)
			c.X.Log, c.Y.Log, c.Series[0].Markers = kind&1 > 0, kind&2 > 0, kind&4 > 0
			if kind&8 > 0 {
				c.Y.Min, c.Y.Max = 0.5, 2.5
				c.Lines = append(c.Lines, Line{Y: nan}, Line{Y: inf}, Line{Y: -1}, Line{Y: 2.5, Label: "at the end"})
			}
			svg, err := c.SVG()
			if err != nil {
				assert.EqualError(t, err, `chart "c": no point that could be drawn`, name)
				continue
			}
			_, elements := texts(t, svg)
			assert.NotEmpty(t, elements["path"])
			assert.NotContains(t, string(svg), "NaN", name)
			assert.NotContains(t, string(svg), "Inf", name)
			if kind%5 == 0 { // 0, 5, 10, 15: every flag on and off; drawing takes its time
				_, err = c.PNG()
				require.NoError(t, err, name)
			}
		}
	}
}

// A series that diverged at once stays in the legend, and others keep their style.
func TestSeriesWithoutData(t *testing.T) {
	c := oneSeries(Point{X: 1, Y: 1})
	c.Series = append([]Series{{Label: "lost"}}, c.Series...)
	svg, err := c.SVG()
	require.NoError(t, err)
	labels, _ := texts(t, svg)
	assert.Contains(t, labels, "lost (no data)")

	curves := c.curves()
	assert.Equal(t, styleOf(1), curves[1].style)
	c.Series[1].Style = 5
	assert.Equal(t, styleOf(4), c.curves()[1].style)
}

func TestRanges(t *testing.T) {
	c := oneSeries(Point{1, 10, 8, 13}, Point{2, 20, 0, 30}, Point{X: 3, Y: 500})
	x, y, found := c.ranges(c.curves())
	require.True(t, found)
	assert.Equal(t, []float64{1 - 0.06, 3 + 0.06}, []float64{x.lo, x.hi})
	assert.Equal(t, []float64{0, 515}, []float64{y.lo, y.hi}, "from 0, as it is near")

	c.X.Min, c.X.Max = 0.5, 1.5
	x, y, _ = c.ranges(c.curves())
	assert.Equal(t, []float64{0.5, 1.5}, []float64{x.lo, x.hi})
	assert.InDelta(t, 13.36, y.hi, 1e-12, "of what the x axis shows")

	c.Y.Log = true
	_, y, _ = c.ranges(c.curves())
	assert.InDelta(t, math.Pow(13, -0.03), y.lo, 1e-12, "the line")
}
