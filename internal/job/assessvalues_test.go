package job

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
)

// TestAssessRegression: errors are in the units of the file, by value and together.
func TestAssessRegression(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	text := strings.Builder{}
	text.WriteString("price,weight,a,b\n")
	for range 200 {
		a, b := r.NormFloat64(), r.NormFloat64()
		fmt.Fprintf(&text, "%.3f,%.6f,%.4f,%.4f\n", 1000+300*a+20*r.NormFloat64(), 0.5+0.01*b*a, a, b)
	}
	path := filepath.Join(t.TempDir(), "prices.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	run := fitted(t, "-model regression -target-columns price,weight -hidden 6 -epochs 3 -batch-size 20 -dataset "+path)
	a, err := run.Assess(t.Context())
	assessed(t, a, err)
	var z []float64
	require.NoError(t, run.Averaged(func() error { z = predictionsOf(t, run.Model, run.Data); return nil }))
	n := run.Data.Test.Len()
	raw, scale := fileRows(t, path, run.Data, 2), run.Data.TargetScaling
	var mae, rmse, r2 [2]float64
	miss := make([]float64, n)
	for j := range 2 {
		var mean, squares, spread float64
		for i := range n {
			mean += raw[i][j] / float64(n)
		}
		for i := range n {
			d := scale.Mean[j] + scale.Deviation[j]*z[2*i+j] - raw[i][j]
			mae[j] += math.Abs(d) / float64(n)
			squares += d * d
			spread += (raw[i][j] - mean) * (raw[i][j] - mean)
			miss[i] += d * d / scale.Deviation[j] / scale.Deviation[j]
		}
		rmse[j], r2[j] = math.Sqrt(squares/float64(n)), 1-squares/spread
	}
	// Inputs and targets went through float32: 1e-7 of values that are 3 deviations apart at most.
	for j, name := range []string{"price", "weight"} {
		assert.InDelta(t, mae[j], metricOf(t, a, "mae of "+name), 1e-5*mae[j])
		assert.InDelta(t, rmse[j], metricOf(t, a, "rmse of "+name), 1e-5*rmse[j])
		assert.InDelta(t, r2[j], metricOf(t, a, "r2 of "+name), 1e-5)
		assert.True(t, a.HigherIsBetter["r2 of "+name])
		assert.False(t, a.HigherIsBetter["mae of "+name])
	}
	assert.InDelta(t, (r2[0]+r2[1])/2, metricOf(t, a, "r2"), 1e-5)
	assert.InDelta(t, (mae[0]+mae[1])/2, metricOf(t, a, "mae"), 1e-5*mae[0])
	assert.Greater(t, r2[0], 0.5, "there is something to measure")
	require.Len(t, a.Examples, mostExamples)
	for k, e := range a.Examples {
		if k > 0 {
			assert.GreaterOrEqual(t, miss[a.Examples[k-1].Index], miss[e.Index]*(1-1e-4), "those missed furthest first")
		}
		assert.InDelta(t, scale.Mean[0]+scale.Deviation[0]*z[2*e.Index], e.Output[0], 1e-2)
		assert.InDelta(t, raw[e.Index][2], e.Input[0], 1e-5)
		truth, _, _ := strings.Cut(e.Truth, ", ")
		v, err := strconv.ParseFloat(truth, 64)
		require.NoError(t, err)
		assert.InDelta(t, raw[e.Index][0], v, 1e-2)
		assert.True(t, math.IsNaN(float64(e.Probability)))
	}

	built := fitted(t, "-model regression -max-steps 1 -hidden 2 -opt sgd")
	a, err = built.Assess(t.Context())
	assessed(t, a, err)
	assert.LessOrEqual(t, metricOf(t, a, "r2"), 1.)
}

// smallDigits is a data set of pixels from 0 to 1, or as bytes of a file.
func smallDigits(t testing.TB, bytes bool) *datasets.Dataset {
	t.Helper()
	d := datasets.Digits(datasets.DigitsOptions{Train: 120, Test: 60})
	if bytes {
		d.Scaling = datasets.Scaling{Mean: []float64{0}, Deviation: []float64{255}}
	}
	return d
}

// TestAssessPictures: pixels are shown from 0 to 1, whether they were standardised, and
// whether the file had bytes.
func TestAssessPictures(t *testing.T) {
	for _, bytes := range []bool{false, true} {
		for _, flat := range []bool{false, true} {
			d, as := smallDigits(t, bytes), smallDigits(t, bytes)
			if flat {
				d.Shape = []int{784}
			}
			d.Standardize()
			s := resolved(t, "-hidden 4")
			m, err := s.NewModel(d)
			require.NoError(t, err)
			a, err := Assess(t.Context(), s, d, m)
			assessed(t, a, err)
			require.Len(t, a.Examples, mostExamples)
			for _, e := range a.Examples {
				assert.True(t, e.Image)
				assert.Equal(t, []int{28, 28}, e.Shape)
				assert.InDeltaSlice(t, as.Test.X[e.Index*784:(e.Index+1)*784], e.Input, 1e-5)
			}
		}
		d := smallDigits(t, bytes)
		s := resolved(t, "-model autoencoder -hidden 8,4")
		m, err := s.NewModel(d)
		require.NoError(t, err)
		a, err := Assess(t.Context(), s, d, m)
		assessed(t, a, err)
		p := predictionsOf(t, m, d)
		require.Len(t, a.Examples, mostExamples)
		assert.Empty(t, a.Metrics)
		for i, e := range a.Examples {
			assert.Equal(t, i, e.Index)
			assert.Equal(t, d.Test.X[i*784:(i+1)*784], e.Input)
			assert.InDeltaSlice(t, p[i*784:(i+1)*784], e.Output, 1e-7)
			assert.True(t, e.Image && e.Truth == "" && e.Predicted == "")
		}
	}
}

// TestAssessReconstructsValues: what is no picture is in the file's own units.
func TestAssessReconstructsValues(t *testing.T) {
	path := blobs(t)
	r := fitted(t, "-model autoencoder -hidden 3,2 -max-steps 3 -batch-size 20 -opt adam -dataset "+path)
	a, err := r.Assess(t.Context())
	assessed(t, a, err)
	p, raw := predictionsOf(t, r.Model, r.Data), fileRows(t, path, r.Data, 1)
	width := r.Data.Features()
	for _, e := range a.Examples {
		assert.False(t, e.Image)
		for j := range width {
			assert.InDelta(t, raw[e.Index][1+j], e.Input[j], 1e-5)
			assert.InDelta(t, r.Data.Scaling.Mean[j]+r.Data.Scaling.Deviation[j]*p[e.Index*width+j], e.Output[j], 1e-5)
		}
	}
}
