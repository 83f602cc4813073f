package figures

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/plot/vg"
)

func grey(c color.Color) float64 { return float64(color.GrayModel.Convert(c).(color.Gray).Y) }

// Colours must differ in print without them, most of all the first ones and
// those that are neighbours in a legend or a bar.
func TestLuminances(t *testing.T) {
	series := func(i int) color.Color { return styleOf(i).color }
	part := func(i int) color.Color { return partColor(i) }
	for name, test := range map[string]struct {
		of    func(int) color.Color
		first int
	}{"series": {series, 4}, "parts": {part, 5}} {
		n := len(palette)
		for i := range n {
			assert.GreaterOrEqual(t, math.Abs(grey(test.of(i))-grey(test.of(i+1))), 30.0, "%s %d and the next", name, i)
			for j := range i {
				least := 3.0
				if i < test.first {
					least = 30
				}
				assert.GreaterOrEqual(t, math.Abs(grey(test.of(i))-grey(test.of(j))), least, "%s %d and %d", name, i, j)
			}
		}
	}
}

func TestStylesDiffer(t *testing.T) {
	type look struct {
		color  color.NRGBA
		marker marker
	}
	seen := map[look]int{}
	for i := range len(palette) * len(palette) {
		s := styleOf(i)
		before, again := seen[look{s.color, s.marker}]
		assert.False(t, again, "%d looks like %d", i, before)
		seen[look{s.color, s.marker}] = i
	}
	assert.Equal(t, styleOf(0), styleOf(64))
}

func TestMarkersKeepTheirRadius(t *testing.T) {
	centre := vg.Point{X: 10, Y: 20}
	for _, m := range markers {
		for _, part := range m.path(centre) {
			if part.Type == vg.MoveComp || part.Type == vg.LineComp {
				d := part.Pos.Sub(centre)
				assert.LessOrEqual(t, math.Hypot(float64(d.X), float64(d.Y)), float64(m.radius)+1e-9)
			}
		}
	}
}
