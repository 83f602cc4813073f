package job

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// fitted is a run that has ended, whatever it came to.
func fitted(t testing.TB, args string) *Run {
	t.Helper()
	r := built(t, args)
	require.NoError(t, r.Fit(t.Context(), unseen))
	return r
}

// assessed is an assessment that can be kept and read again.
func assessed(t testing.TB, a *results.Assessment, err error) *results.Assessment {
	t.Helper()
	require.NoError(t, err)
	require.NoError(t, a.Check())
	text, err := json.Marshal(a)
	require.NoError(t, err)
	var read results.Assessment
	require.NoError(t, json.Unmarshal(text, &read))
	require.NoError(t, read.Check())
	again, err := json.Marshal(&read)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))
	return a
}

func metricOf(t testing.TB, a *results.Assessment, name string) float64 {
	t.Helper()
	v, ok := a.Metrics.Get(name)
	require.True(t, ok, "%s is not among %v", name, a.Metrics)
	return float64(v)
}

// predictions are a model's, of the whole test part, in float64.
func predictionsOf(t testing.TB, m *trainer.Model, d *datasets.Dataset) []float64 {
	t.Helper()
	x := tensor.New(tensor.WithShape(append([]int{d.Test.Len()}, d.Shape...)...), tensor.WithBacking(slices.Clone(d.Test.X)))
	p, err := m.Predict(x)
	require.NoError(t, err)
	var list, one []float64
	for i := range d.Test.Len() {
		one = row(one, p, i)
		list = append(list, one...)
	}
	return list
}

// fileRows are the rows of a CSV that are a data set's test examples, in their order: each
// is the one row whose features, in columns from first on, are those of the example.
func fileRows(t testing.TB, path string, d *datasets.Dataset, first int) (list [][]float64) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	cells, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	var all [][]float64
	for _, row := range cells {
		var values []float64
		for _, cell := range row {
			if v, err := strconv.ParseFloat(cell, 64); err == nil {
				values = append(values, v)
			}
		}
		if len(values) == len(row) { // no header
			all = append(all, values)
		}
	}
	width := d.Features()
	for i := range d.Test.Len() {
		var found []float64
		for _, row := range all {
			same := true
			for j := range width {
				v := d.Scaling.Mean[j] + d.Scaling.Deviation[j]*float64(d.Test.X[i*width+j])
				same = same && math.Abs(v-row[first+j]) < 1e-5*max(1, math.Abs(v))
			}
			if same {
				require.Nil(t, found, "two rows are alike")
				found = row
			}
		}
		require.NotNil(t, found, "test example %d is no row of the file", i)
		list = append(list, found)
	}
	return list
}

// overlapping writes a CSV of classes that cannot all be told apart.
func overlapping(t testing.TB, rows, classes int) string {
	t.Helper()
	r := rand.New(rand.NewPCG(3, uint64(classes)))
	var text strings.Builder
	for i := range rows {
		fmt.Fprint(&text, i%classes)
		for j := range 3 {
			fmt.Fprintf(&text, ",%.4f", 20+5*float64(j)+float64((i%classes)*(j+1)%classes)+3*r.NormFloat64())
		}
		fmt.Fprintln(&text)
	}
	path := filepath.Join(t.TempDir(), "overlapping.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

// TestAssessClassifier compares with counts over the predictions of the averaged
// parameters, which are not the iterate's, and with the file's own rows.
func TestAssessClassifier(t *testing.T) {
	for _, dtype := range []string{"float32", "float64"} {
		t.Run(dtype, func(t *testing.T) {
			path := overlapping(t, 400, 7)
			r := fitted(t, "-dataset "+path+" -hidden 8 -epochs 2 -batch-size 40 -dtype "+dtype)
			before, iterate := r.Record(), predictionsOf(t, r.Model, r.Data)
			a, err := r.Assess(t.Context())
			assessed(t, a, err)
			assert.Equal(t, before.Scores, r.Record().Scores, "what was scored stays as it was")
			assert.Equal(t, before.History, r.Record().History)
			assert.Equal(t, iterate, predictionsOf(t, r.Model, r.Data), "the iterate is back")

			var p []float64
			require.NoError(t, r.Averaged(func() error { p = predictionsOf(t, r.Model, r.Data); return nil }))
			assert.NotEqual(t, iterate, p)
			const classes = 7
			n := r.Data.Test.Len()
			confusion := make([][]int, classes)
			for i := range confusion {
				confusion[i] = make([]int, classes)
			}
			type mistake struct {
				index, class int
				p            float64
			}
			var mistakes []mistake
			for i, label := range r.Data.Test.Labels {
				row := p[i*classes : (i+1)*classes]
				class := slices.Index(row, slices.Max(row))
				confusion[label][class]++
				if class != int(label) {
					mistakes = append(mistakes, mistake{i, class, row[class]})
				}
			}
			slices.SortStableFunc(mistakes, func(a, b mistake) int { return cmp.Compare(b.p, a.p) })
			assert.Equal(t, "test", a.Part)
			assert.Equal(t, confusion, a.Confusion)
			require.Greater(t, len(mistakes), mostExamples, "there are more mistakes than are shown")
			require.Len(t, a.Examples, mostExamples)
			raw := fileRows(t, path, r.Data, 1)
			for i, e := range a.Examples {
				m := mistakes[i]
				assert.Equal(t, m.index, e.Index)
				assert.Equal(t, strconv.Itoa(m.class), e.Predicted)
				assert.Equal(t, strconv.Itoa(int(r.Data.Test.Labels[m.index])), e.Truth)
				assert.Equal(t, m.p, float64(e.Probability))
				assert.False(t, e.Image)
				assert.Equal(t, []int{3}, e.Shape)
				for j, v := range raw[m.index][1:] {
					assert.InDelta(t, v, e.Input[j], 1e-5*v, "as the file has it")
				}
			}
			right := 0
			for i := range classes {
				right += confusion[i][i]
				assert.Equal(t, strconv.Itoa(i), a.Classes[i].Name)
			}
			assert.InDelta(t, r.Score("test_accuracy"), float64(right)/float64(n), 1e-12, "the scored parameters are those assessed")
			var names []string
			for _, m := range a.Metrics {
				names = append(names, m.Name)
				assert.Equal(t, m.Name != "calibration_error", a.HigherIsBetter[m.Name])
			}
			assert.Equal(t, []string{"top5_accuracy", "precision", "recall", "f1", "calibration_error"}, names)
			recall, examples := 0., 0
			for i, c := range a.Classes {
				recall += float64(c.Recall) / classes
				examples += c.Examples
				assert.InDelta(t, float64(confusion[i][i])/float64(c.Examples), float64(c.Recall), 1e-15)
			}
			assert.Equal(t, n, examples)
			assert.InDelta(t, recall, metricOf(t, a, "recall"), 1e-12)
			binned := 0
			for _, b := range a.Calibration {
				binned += b.Examples
			}
			assert.Equal(t, n, binned)
		})
	}
}

// TestAssessTwoClasses has the area under the ROC curve, by pairs; NaN where the test part has one class.
func TestAssessTwoClasses(t *testing.T) {
	r := fitted(t, "-dataset "+overlapping(t, 200, 2)+" -hidden 4 -epochs 1 -batch-size 40 -opt adam")
	a, err := r.Assess(t.Context())
	assessed(t, a, err)
	p, wins, pairs := predictionsOf(t, r.Model, r.Data), 0., 0.
	for i, yes := range r.Data.Test.Labels {
		for j, no := range r.Data.Test.Labels {
			if yes == 1 && no == 0 {
				pairs++
				switch x, y := p[2*i+1], p[2*j+1]; {
				case x > y:
					wins++
				case x == y:
					wins += 0.5
				}
			}
		}
	}
	assert.InDelta(t, wins/pairs, metricOf(t, a, "roc_auc"), 1e-15)
	_, ok := a.Metrics.Get("top5_accuracy")
	assert.False(t, ok)

	one := *r.Data
	one.ClassNames = []string{"\x1b[2Jno", "yes"}
	one.Test = datasets.Split{X: one.Test.X[:6], Labels: []int32{1, 1}}
	a, err = Assess(t.Context(), r.Spec, &one, r.Model)
	assessed(t, a, err)
	assert.True(t, math.IsNaN(metricOf(t, a, "roc_auc")))
	assert.True(t, math.IsNaN(float64(a.Classes[0].Recall)))
	assert.Equal(t, "�[2Jno", a.Classes[0].Name, "no name moves a terminal's cursor")
}

// made is a data set of random features, with classes.
func made(features, classes, n int) *datasets.Dataset {
	r := rand.New(rand.NewPCG(7, uint64(features)))
	s := datasets.Split{X: make([]float32, n*features), Labels: make([]int32, n)}
	for i := range s.X {
		s.X[i] = float32(r.NormFloat64())
	}
	for i := range s.Labels {
		s.Labels[i] = int32(i % classes)
	}
	return &datasets.Dataset{Name: "made", Shape: []int{features}, Classes: classes, Train: s, Test: s}
}

// TestAssessLeavesOut: what would not fit is left out, and said.
func TestAssessLeavesOut(t *testing.T) {
	s := resolved(t, "-hidden 2")
	for classes, told := range map[int]bool{results.MostClasses: true, results.MostClasses + 1: false} {
		d := made(3, classes, 50)
		m, err := s.NewModel(d)
		require.NoError(t, err)
		a, err := Assess(t.Context(), s, d, m)
		assessed(t, a, err)
		assert.Equal(t, told, len(a.Confusion) == classes && len(a.Classes) == classes)
		if assert.Equal(t, told, len(a.Notes) == 0); !told {
			assert.Empty(t, a.Confusion)
			assert.Equal(t, []string{"1001 classes: each by itself, and what it is taken for, is told of up to 1000"}, a.Notes)
		}
		assert.False(t, math.IsNaN(metricOf(t, a, "f1")))
	}
	d := made(mostExampleValues+1, 2, 3)
	m, err := s.NewModel(d)
	require.NoError(t, err)
	a, err := Assess(t.Context(), s, d, m)
	assessed(t, a, err)
	assert.Empty(t, a.Examples)
	assert.Equal(t, []string{"examples have 131073 values each: none is kept, to keep the result small"}, a.Notes)
}

// TestAssessOfNaN: a model that has diverged is assessed, without pictures of nothing.
func TestAssessOfNaN(t *testing.T) {
	for _, model := range []string{"mlp", "autoencoder"} {
		d := smallDigits(t, true)
		s := resolved(t, "-hidden 4 -model "+model)
		m, err := s.NewModel(d)
		require.NoError(t, err)
		for i := range m.Params()[0].Value.Float32s() {
			m.Params()[0].Value.Float32s()[i] = float32(math.NaN())
		}
		a, err := Assess(t.Context(), s, d, m)
		assessed(t, a, err)
		assert.Empty(t, a.Examples)
	}
}

func TestAssessErrors(t *testing.T) {
	r := fitted(t, "-dataset "+blobs(t)+" -hidden 3 -max-steps 1 -opt sgd")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Assess(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = r.Left().Assess(t.Context())
	assert.EqualError(t, err, "assessing: the run was left in the middle of a step, with parameters that no score is of")
	_, err = Assess(t.Context(), r.Spec, made(9, 3, 5), r.Model)
	assert.EqualError(t, err, "assessing: trainer: batch of shape (5, 9): the model takes N×[4]")
}
