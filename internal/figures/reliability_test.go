package figures

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sampleReliability has the error (4·|0.25 − 0.5| + 4·|0.75 − 0.75|)/8 = 0.125.
func sampleReliability() *Reliability {
	return &Reliability{Title: "How certain it is", Bins: []ReliabilityBin{
		{Low: 0, High: 0.25, Confidence: math.NaN(), Accuracy: math.NaN()},
		{Low: 0.25, High: 0.5, Examples: 4, Confidence: 0.5, Accuracy: 0.25},
		{Low: 0.5, High: 1, Examples: 4, Confidence: 0.75, Accuracy: 0.75},
	}}
}

func TestReliability(t *testing.T) {
	r := sampleReliability()
	svg, err := r.SVG()
	require.NoError(t, err)
	labels, elements := texts(t, svg)
	assert.Subset(t, labels, []string{"How certain it is", "expected calibration error 12.5%", "accuracy", "confidence", "examples", "0%", "100%"})
	assert.Equal(t, "How certain it is: calibration error 12.5%", attributes(elements["svg"][0])["aria-label"])
	assert.NotContains(t, string(svg), "NaN")
	again, err := r.SVG()
	require.NoError(t, err)
	assert.Equal(t, svg, again)
	img := decoded(t, r)
	assert.Equal(t, 1152, img.Bounds().Dx())
	assert.InDelta(t, 845, img.Bounds().Dy(), 1)

	r.Title = strings.Repeat("long ", 60)
	r.Bins = []ReliabilityBin{{Low: 0.9, High: 1, Examples: 1, Confidence: 1, Accuracy: 1}}
	svg, err = r.SVG()
	require.NoError(t, err)
	labels, _ = texts(t, svg)
	assert.Contains(t, labels, "expected calibration error 0%")
}

func TestReliabilityRefused(t *testing.T) {
	for want, change := range map[string]func(*Reliability){
		`no examples`:                         func(r *Reliability) { r.Bins = r.Bins[:1] },
		`bin 1: -4 examples`:                  func(r *Reliability) { r.Bins[1].Examples = -4 },
		`bin 2: from 0.5 to 1.5`:              func(r *Reliability) { r.Bins[2].High = 1.5 },
		`bin 2: from 1 to 1`:                  func(r *Reliability) { r.Bins[2].Low = 1 },
		`bin 0: from NaN to 0.25`:             func(r *Reliability) { r.Bins[0].Low = math.NaN() },
		`bin 1: confidence 2, accuracy 0.25`:  func(r *Reliability) { r.Bins[1].Confidence = 2 },
		`bin 1: confidence 0.5, accuracy NaN`: func(r *Reliability) { r.Bins[1].Accuracy = math.NaN() },
	} {
		r := sampleReliability()
		change(r)
		_, err := r.SVG()
		assert.EqualError(t, err, `reliability "How certain it is": `+want)
		_, err = r.PNG()
		assert.EqualError(t, err, `reliability "How certain it is": `+want)
	}
}
