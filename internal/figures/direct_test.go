package figures

import (
	"bytes"
	pngfile "image/png"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"
)

func directChart() *Chart {
	c := sampleChart()
	c.Direct = true
	return c
}

// at is the place of a text in SVG, whose y grows downwards within the page.
func at(t *testing.T, svg []byte, label string) (x, y float64) {
	t.Helper()
	element := regexp.MustCompile(`<text [^>]*? x="([-0-9.]+)" y="([-0-9.]+)"[^>]*>` + regexp.QuoteMeta(label) + `</text>`).FindSubmatch(svg)
	require.NotNil(t, element, label)
	x, err := strconv.ParseFloat(string(element[1]), 64)
	require.NoError(t, err)
	y, err = strconv.ParseFloat(string(element[2]), 64)
	require.NoError(t, err)
	return x, y
}

func TestDirectLabels(t *testing.T) {
	svg, err := directChart().SVG()
	require.NoError(t, err)
	legend, err := sampleChart().SVG()
	require.NoError(t, err)
	var heights []float64
	for _, label := range []string{"series 2", "series 1", "series 0"} { // by their last values, from the greatest
		x, y := at(t, svg, label)
		assert.Greater(t, x, 0.8*432, "beside the data")
		heights = append(heights, y)
		before, _ := at(t, legend, label)
		assert.Less(t, before, 0.8*432, "in the legend")
	}
	assert.IsIncreasing(t, heights, "as the curves end, from the top")
	for i := 1; i < len(heights); i++ {
		assert.GreaterOrEqual(t, heights[i]-heights[i-1], directLine-0.01, "they would overlap")
	}
}

func TestSpread(t *testing.T) {
	heights := func(low, high vg.Length, ys ...vg.Length) []vg.Length {
		ends := make([]end, len(ys))
		for i, y := range ys {
			ends[i].y = y
		}
		spread(ends, low, high)
		for i := range ends {
			ys[i] = ends[i].y
		}
		return ys
	}
	assert.Equal(t, []vg.Length{50, 20, 80}, heights(0, 100, 50, 20, 80), "far apart, they stay")
	assert.Equal(t, []vg.Length{50, 38, 26}, heights(0, 100, 50, 50, 50), "in their order")
	assert.Equal(t, []vg.Length{88, 100}, heights(0, 100, 99, 100), "not over the top")
	assert.Equal(t, []vg.Length{24, 12, 0}, heights(0, 100, 2, 1, 0), "not below")
	assert.Empty(t, heights(0, 100))
}

// Many series have a legend, which wraps; and one without data is not lost.
func TestDirectFallsBack(t *testing.T) {
	c := directChart()
	c.Series = append(c.Series, Series{Label: "lost"})
	svg, err := c.SVG()
	require.NoError(t, err)
	x, _ := at(t, svg, "lost (no data)")
	assert.Greater(t, x, 0.7*432)
	for len(c.Series) <= mostDirect {
		c.Series = append(c.Series, Series{Label: "more"})
	}
	svg, err = c.SVG()
	require.NoError(t, err)
	x, _ = at(t, svg, "series 0")
	assert.Less(t, x, 0.7*432)
}

func TestSmallChart(t *testing.T) {
	for _, direct := range []bool{false, true} {
		c := sampleChart()
		c.Small, c.Direct = true, direct
		c.X.Log, c.Y.Log = false, false
		svg, err := c.SVG()
		require.NoError(t, err)
		_, elements := texts(t, svg)
		assert.Equal(t, "0 0 288 187.2", attributes(elements["svg"][0])["viewBox"])
		file, err := c.PNG()
		require.NoError(t, err)
		img, err := pngfile.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		assert.Equal(t, []int{768, 499}, []int{img.Bounds().Dx(), img.Bounds().Dy()})
	}
}

func TestDirectOddPoints(t *testing.T) {
	nan := math.NaN()
	for name, points := range map[string][]Point{
		"one":     {{X: 3, Y: 2}},
		"beyond":  {{X: 1, Y: 1}, {X: 2, Y: 1e9}},
		"short":   {{X: 1, Y: 1}, {X: 1.1, Y: 1.2}},
		"nothing": {{X: nan, Y: nan}},
	} {
		c := Chart{Direct: true, Small: true, Y: Axis{Min: 0.5, Max: 3}, Series: []Series{
			{Label: strings.Repeat("long ", 100), Points: points}, {Label: "other", Points: []Point{{X: 1, Y: 1}, {X: 5, Y: 2}}},
			{Points: []Point{{X: 2, Y: 2}, {X: 3, Y: 2}}}, // without a label
		}}
		svg, err := c.SVG()
		require.NoError(t, err, name)
		assert.NotContains(t, string(svg), "NaN", name)
		_, err = c.PNG()
		require.NoError(t, err, name)
	}
}
