package figures

import "gonum.org/v1/plot/vg"

// size is that of a whole figure.
type size struct{ width, height vg.Length }

var (
	chartSize  = size{figureWidth, 3.8 * vg.Inch}
	smallChart = size{4 * vg.Inch, 2.6 * vg.Inch}
)

// size is the chart's.
func (c *Chart) size() size {
	if c.Small {
		return smallChart
	}
	return chartSize
}

// mostTicks is the greatest number of labels on an axis of the chart.
func (c *Chart) mostTicks() int {
	if c.Small {
		return 5
	}
	return maxTicks
}
