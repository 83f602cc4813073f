package datasets

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNotes: what becomes of single values is told, with the feature's name.
func TestNotes(t *testing.T) {
	var text strings.Builder
	text.WriteString("kind,age,height,width\n")
	for i := range 400 {
		age, height := 5, 1.5+float64(i%7)
		if i == 11 {
			age = 50
		}
		if i == 13 {
			height = 1e6
		}
		fmt.Fprintf(&text, "%d,%d,%g,%d.5\n", i%2, age, height, i%9)
	}
	d, err := readTableText(t, text.String(), ReadOptions{})
	require.NoError(t, err)
	assert.Empty(t, d.Notes())
	d.Standardize()
	notes := strings.Join(d.Notes(), "\n")
	assert.Contains(t, notes, "10 deviations from the mean and was moved there: of feature height")
	inTrain := false
	for i := 0; i < len(d.Train.X); i += 3 {
		inTrain = inTrain || d.Train.X[i+1] >= 10
	}
	require.Equal(t, 2, len(d.Notes()), "%v; the tall row in training: %v", d.Notes(), inTrain)
	assert.Contains(t, notes, "feature age has one value in all training rows but one, and is taken for constant")
}

// TestRare: a header that was taken for data makes a class of a single row.
func TestRare(t *testing.T) {
	d, err := readTableText(t, "2019,2020,kind\n"+rowsOf(20, "%f,%f,%c"), ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, "the label is column 3; class kind has a single row: is that a label?", d.origin)
}

// TestBrightest: whole numbers are divided by the largest of their scale, those of bytes by 255 to the bit.
func TestBrightest(t *testing.T) {
	for high, want := range map[int]float32{2: 15, 15: 15, 16: 16, 17: 31, 32: 32, 33: 63, 64: 64, 65: 255, 127: 255, 255: 255} {
		var text strings.Builder
		for i := range 40 {
			fmt.Fprintf(&text, "%d%s,%d\n", i%2, strings.Repeat(",0,1,2", 21), high)
		}
		d, err := readTableText(t, text.String(), ReadOptions{Task: Reconstruct, Label: "1"})
		require.NoError(t, err)
		require.True(t, d.Pixels)
		assert.Equal(t, float32(high)/want, d.Train.X[63], high)
		assert.Equal(t, float32(2)/want, d.Train.X[2], high)
		if assert.Equal(t, float64(want), d.Scaling.Deviation[0]); want == 255 {
			assert.Empty(t, d.Notes())
		} else {
			assert.Equal(t, []string{fmt.Sprintf("whole numbers from 0 to %d were divided by %g", high, want)}, d.Notes())
		}
	}
}
