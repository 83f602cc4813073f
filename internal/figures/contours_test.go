package figures

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestContours: they are drawn in grey before the curves, have no entry in the legend and
// no influence on the axes, and what cannot be drawn is left out.
func TestContours(t *testing.T) {
	chart := Chart{Series: []Series{{Label: "path", Points: []Point{{X: 1, Y: 1}, {X: 2, Y: 3}}}}}
	bare, err := chart.SVG()
	require.NoError(t, err)
	chart.Contours = [][]Point{{{X: 1, Y: 1}, {X: math.NaN(), Y: 1}, {X: 1e9, Y: -1e200}, {X: 1.5, Y: 2}, {X: 1e9, Y: 1e9}}, nil}
	with, err := chart.SVG()
	require.NoError(t, err)
	const grey, curve = "stroke:#BEBEBE", "stroke:#0072B2"
	assert.NotContains(t, string(bare), grey)
	require.Contains(t, string(with), grey)
	assert.Less(t, bytes.Index(with, []byte(grey)), bytes.LastIndex(with, []byte(curve)))
	assert.Equal(t, bytes.Count(bare, []byte("<text ")), bytes.Count(with, []byte("<text ")))
	_, err = chart.PNG()
	assert.NoError(t, err)
}
