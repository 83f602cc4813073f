package figures

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBarsRefused(t *testing.T) {
	for want, change := range map[string]func(*Bars){
		`no rows or no parts`:              func(b *Bars) { b.Rows = nil },
		`row "Adam": 1 values for 2 parts`: func(b *Bars) { b.Rows[1].Values = []float64{1} },
		`row "Adam": "backward" is -1`:     func(b *Bars) { b.Rows[1].Values[1] = -1 },
		`row "K-FAC": "forward" is NaN`:    func(b *Bars) { b.Rows[0].Values[0] = math.NaN() },
		`row "K-FAC": "forward" is +Inf`:   func(b *Bars) { b.Rows[0].Values[0] = math.Inf(1) },
		`x axis: not linear from 0`:        func(b *Bars) { b.X.Log = true },
		`x axis: its ends are not finite`:  func(b *Bars) { b.X.Max = math.NaN() },
	} {
		b := sampleBars()
		change(b)
		_, err := b.SVG()
		assert.EqualError(t, err, `bars "phases": `+want)
		_, err = b.PNG()
		assert.EqualError(t, err, `bars "phases": `+want)
	}
}

func TestBarsOfAnySize(t *testing.T) {
	for _, v := range []float64{0, 1e-300, 1e-9, 1, 1e149} {
		b := sampleBars()
		for i := range b.Rows {
			b.Rows[i].Values = []float64{v, v}
		}
		svg, err := b.SVG()
		require.NoError(t, err)
		texts(t, svg)
		assert.NotContains(t, string(svg), "NaN")
		_, err = b.PNG()
		require.NoError(t, err)
	}
}
