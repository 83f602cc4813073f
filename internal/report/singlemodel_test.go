package report

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/png"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// classified is the assessment of a classifier of so many classes, the first of
// which is taken for the next ones.
func classified(classes int) *results.Assessment {
	a := &results.Assessment{
		Part: "test", Metrics: results.Fields[results.Number]{{Name: "accuracy", Value: 0.9375}, {Name: "calibration_error", Value: 0.0123}, {Name: "odd", Value: 3}},
		HigherIsBetter: map[string]bool{"accuracy": true, "calibration_error": false},
		Calibration: []results.CalibrationBin{
			{Low: 0.5, High: 0.6, Examples: 20, Confidence: 0.55, Accuracy: 0.5}, {Low: 0.6, High: 0.9, Confidence: results.Number(math.NaN()), Accuracy: results.Number(math.NaN())},
			{Low: 0.9, High: 1, Examples: 80, Confidence: 0.99, Accuracy: 0.9625},
		},
		Examples: []results.Example{
			{Index: 17, Shape: []int{2, 3}, Image: true, Input: []float32{0, 0.5, 1, 1, 0.25, 2}, Truth: "3", Predicted: "8", Probability: 0.931},
			{Index: 4, Shape: []int{3}, Input: []float32{5.1, 0.1, -2}, Truth: "a", Predicted: "b", Probability: 0.75},
		},
	}
	for i := range classes {
		row := make([]int, classes)
		row[i] = 90
		if i == 0 {
			for j := 1; j < classes; j++ {
				row[j] = j
			}
		}
		a.Confusion = append(a.Confusion, row)
		a.Classes = append(a.Classes, results.ClassScore{
			Name: "class " + strconv.Itoa(i), Precision: 0.9, Recall: 0.8, F1: results.Number(0.5 + float64(i)/float64(2*classes)), Examples: total(row),
		})
	}
	return a
}

func TestClassifier(t *testing.T) {
	a := classified(3)
	a.Notes = []string{"examples have 5 values each"}
	a.Examples[1].Input[2] = float32(math.NaN())
	page := htmlOf(t, &Single{Run: kfacRun(), Assessment: a})
	assert.Equal(t, [][]string{
		{"accuracy", "93.75 %", "higher is better", "the true class is the most probable one"},
		{"calibration error", "0.01230", "lower is better", "distance between the probability of an answer and how often such answers are right: mean over the examples"},
		{"odd", "3.000", absent, ""},
	}, cells(t, page, "Metrics"))
	assert.Contains(t, page, "<p>Examples have 5 values each.</p>")
	assert.Equal(t, []string{"class 0", "90.00 %", "80.00 %", "50.00 %", "93"}, cells(t, page, "Classes")[0])
	assert.Equal(t, [][]string{{"class 0", "90", "1", "2"}, {"class 1", "0", "90", "0"}, {"class 2", "0", "0", "90"}}, cells(t, page, "Confusion matrix"))
	assert.Contains(t, page, `<td class="right s8">90</td><td class="wrong s6">1</td><td class="wrong s9">2</td>`)
	assert.Contains(t, page, `<td class="wrong s0">0</td><td class="right s9">90</td>`)
	assert.Equal(t, [][]string{{"50–60 %", "20", "55.00 %", "50.00 %"}, {"90–100 %", "80", "99.00 %", "96.25 %"}}, cells(t, page, "Calibration"))
	assert.Contains(t, page, "the model is too sure: its answers are right less often than their probabilities say, by 3.20 percentage points.") // (20·0.05 + 80·0.0275)/100
	for _, name := range []string{"calibration.svg", "calibration.png", "confusion.svg", "confusion.png"} {
		assert.Contains(t, page, `href="`+name+`"`)
	}
	assert.NotContains(t, page, "Confusion matrix: 270 of 273", "it is a table")
	assert.Contains(t, page, "<figcaption>#17: 3, predicted 8 (93.1 %)</figcaption>")
	assert.Equal(t, [][]string{{"#4", "a", "b (75.0 %)", "5.1", "0.1", absent}}, cells(t, page, "Examples, with their values"))
	assert.NotContains(t, page, "NaN")

	a = classified(2)
	a.Calibration[0].Accuracy, a.Calibration[2].Accuracy = 0.9, 1
	assert.Contains(t, htmlOf(t, &Single{Run: kfacRun(), Assessment: a}), "not sure enough")
	a.Calibration[0].Accuracy, a.Calibration[2].Accuracy = 0.55, 0.99
	assert.Contains(t, htmlOf(t, &Single{Run: kfacRun(), Assessment: a}), "about as often as their probabilities say")
}

// A thousand classes have the worst of them, and the confusions that are most frequent.
func TestManyClasses(t *testing.T) {
	a := classified(1000)
	page := htmlOf(t, &Single{Run: kfacRun(), Assessment: a})
	assert.NotContains(t, page, "<caption>Confusion matrix")
	assert.Contains(t, page, "Confusion matrix: 90000 of 589500 examples on the diagonal", "it is a figure")
	rows := cells(t, page, "The 20 of 1000 classes with the worst F1")
	require.Len(t, rows, 20)
	assert.Equal(t, "class 0", rows[0][0])
	assert.Len(t, cells(t, page, "All 1000 classes"), 1000)
	rows = cells(t, page, "Most frequent confusions")
	require.Len(t, rows, 20)
	assert.Equal(t, []string{"class 0", "class 999", "999", fmt.Sprintf("0.20 %% of %d", 90+999*500)}, rows[0])

	a.Confusion[5] = a.Confusion[5][:7] // no square
	page = htmlOf(t, &Single{Run: kfacRun(), Assessment: a})
	assert.NotContains(t, page, "Most frequent confusions")

	a.Calibration[0].Low = 7
	assert.Contains(t, htmlOf(t, &Single{Run: kfacRun(), Assessment: a}), "There is no figure calibration: ")
}

func TestMetricNames(t *testing.T) {
	for name, want := range map[string]string{"mae": "MAE", "rmse of petal_width": "RMSE of petal_width", "top5_accuracy": "top-5 accuracy", "top_accuracy": "top accuracy", "roc_auc": "ROC AUC", "": ""} {
		assert.Equal(t, want, metricName(name))
	}
	assert.Equal(t, "the true class is among the 5 most probable ones", meaningOf("top5_accuracy"))
	assert.Equal(t, meaningOf("r2"), meaningOf("r2 of width"))
	assert.NotEmpty(t, meaningOf("r2"))
	assert.Empty(t, meaningOf("wonder"))
}

// What the scaling left of a zero is none.
func TestExampleValues(t *testing.T) {
	list := []results.Example{{Input: []float32{-3.1857535e-08, 1.4000001, 1e-9}}, {Input: []float32{2, 123456.7, 2e-9, 7}}}
	rows := exampleTable(list).Rows
	assert.Equal(t, []string{"0", "1.4", "1e-09", ""}, rows[0][3:])
	assert.Equal(t, []string{"2", "123457", "2e-09", "7"}, rows[1][3:])
}

// Each shade is a class of the style sheet.
func TestShades(t *testing.T) {
	style, err := execute("run.html", &runPage{})
	require.NoError(t, err)
	last := 0
	for n := range 101 {
		s := shade(part(n, 100), 1)
		assert.GreaterOrEqual(t, s, last)
		assert.Contains(t, string(style), fmt.Sprintf(".s%d {", s))
		last = s
	}
	assert.Equal(t, []int{0, 0, 1, 9, 9}, []int{shade(part(0, 9), 1), shade(part(3, 0), 1), shade(part(1, 1e6), 1), shade(1, 1), shade(0.25, 0.25)})
}

// picturesOf decodes the pictures of a page.
func picturesOf(t *testing.T, page string) (list [][]string) {
	t.Helper()
	for _, source := range regexp.MustCompile(`src="data:image/png;base64,([^"]+)"`).FindAllStringSubmatch(page, -1) {
		file, err := base64.StdEncoding.DecodeString(strings.NewReplacer("&#43;", "+").Replace(source[1]))
		require.NoError(t, err)
		img, err := png.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		var rows []string
		for y := range img.Bounds().Dy() {
			row := ""
			for x := range img.Bounds().Dx() {
				r, g, b, _ := img.At(x, y).RGBA()
				row += fmt.Sprintf("%02x%02x%02x ", r>>8, g>>8, b>>8)
			}
			rows = append(rows, strings.TrimSpace(row))
		}
		list = append(list, rows)
	}
	return list
}

func TestPictures(t *testing.T) {
	page := htmlOf(t, &Single{Run: kfacRun(), Assessment: classified(3)})
	assert.Equal(t, [][]string{{"000000 808080 ffffff", "ffffff 404040 ffffff"}}, picturesOf(t, page))

	colours := []float32{1, 0, 0, 0, 1, 1} // two pixels: red and cyan
	a := &results.Assessment{Part: "test", Examples: []results.Example{
		{Index: 1, Shape: []int{1, 2, 3}, Image: true, Input: colours, Truth: "a"},
		{Index: 2, Shape: []int{3, 1, 2}, Image: true, Input: []float32{1, 0, 0, 1, 0, 1}, Truth: "a"},
		{Index: 3, Shape: []int{1, 1, 6}, Image: true, Input: colours, Truth: "a"},
		{Index: 4, Shape: []int{6}, Image: true, Input: colours, Truth: "a"},
		{Index: 5, Shape: []int{2, 2}, Image: true, Input: colours, Truth: "a"},
		{Index: 6, Shape: []int{-2, -3}, Image: true, Input: colours, Truth: "a"},
		{Index: 7, Shape: []int{1 << 40, 1 << 40}, Image: true, Input: nil, Truth: "a"},
		{Index: 8, Shape: []int{4, 4, 4}, Image: true, Input: nil, Truth: "a"},
	}}
	page = htmlOf(t, &Single{Run: kfacRun(), Assessment: a})
	assert.Equal(t, [][]string{{"ff0000 00ffff"}, {"ff0000 00ffff"}, {"ffffff 000000 000000 000000 ffffff ffffff"}}, picturesOf(t, page))
	rows := cells(t, page, "Examples, with their values")
	require.Len(t, rows, 5, "what is no picture is a row")
	assert.Equal(t, "#4", rows[0][0])
}

func TestAutoencoder(t *testing.T) {
	run := adamRun()
	run.Model = "autoencoder"
	for i := range run.History {
		rec := &run.History[i]
		rec.Scores = results.Fields[results.Number]{
			{Name: "train_subset_loss", Value: rec.TrainLoss}, {Name: "reconstruction_error", Value: 9}, {Name: "test_loss", Value: rec.TrainLoss},
			{Name: "test_reconstruction_error", Value: results.Number(10 - i/10)},
		}
	}
	run.Scores = run.History[len(run.History)-1].Scores
	a := &results.Assessment{Part: "test", Examples: []results.Example{
		{Index: 3, Shape: []int{1, 2}, Image: true, Input: []float32{0, 1}, Output: []float32{0.2, 0.8}, Probability: results.Number(math.NaN())},
		{Index: 5, Shape: []int{2}, Input: []float32{1, 2}, Output: []float32{1.5, 2.5}, Probability: results.Number(math.NaN())},
	}}
	s := &Single{Run: run, Assessment: a}
	page := htmlOf(t, s)
	assert.Contains(t, page, "Reconstructed examples")
	assert.Equal(t, [][]string{{"000000 ffffff"}, {"333333 cccccc"}}, picturesOf(t, page), "side by side")
	assert.Equal(t, [][]string{{"#5", "", "", "1", "2"}, {"#5, reconstructed", "", "", "1.5", "2.5"}}, cells(t, page, "Examples, with their values"))
	families := s.families()
	require.Len(t, families, 2)
	assert.Equal(t, []score{"train_loss", "train_subset_loss", "test_loss"}, families[0].members)
	assert.Equal(t, []score{"reconstruction_error", "test_reconstruction_error"}, families[1].members)
	assert.Contains(t, page, "Reconstruction error ended at 9.000")
}

func TestRegression(t *testing.T) {
	run := adamRun()
	run.Model = "regression"
	for i := range run.History {
		run.History[i].Scores = results.Fields[results.Number]{{Name: "test_loss", Value: 0.08}}
	}
	run.Scores = run.History[0].Scores
	run.Targets = []results.Standardized{{Name: "price", Mean: 120, Deviation: 50}}
	a := &results.Assessment{Part: "test", Metrics: results.Fields[results.Number]{{Name: "r2", Value: -0.5}}, HigherIsBetter: map[string]bool{"r2": true}}
	for i := range 70 {
		a.Examples = append(a.Examples, results.Example{Index: i, Shape: []int{20}, Input: make([]float32, 20), Output: []float32{101.5, float32(i)}, Truth: "99"})
	}
	page := htmlOf(t, &Single{Run: run, Assessment: a})
	assert.Equal(t, [][]string{{"price", "120.0", "50.00"}}, cells(t, page, "Targets"))
	assert.Contains(t, page, "The last test loss, 0.08000, is a root mean square error of 20.00 in the unit of the target.") // 50·√(2·0.08)
	assert.Equal(t, []string{"R²", "-0.5000", "higher is better"}, cells(t, page, "Metrics")[0][:3])
	assert.Contains(t, page, "Predicted values")
	assert.Contains(t, page, "The first 60 of 70.")
	rows := cells(t, page, "Examples, with their values")
	require.Len(t, rows, 60)
	assert.Equal(t, []string{"#7", "99", "101.5, 7"}, rows[7][:3])
	assert.Len(t, rows[7], 3+mostFeatures+1)
	assert.Equal(t, "4 more", rows[7][len(rows[7])-1])
	run.Targets = append(run.Targets, results.Standardized{Mean: 1, Deviation: 1})
	page = htmlOf(t, &Single{Run: run})
	assert.Equal(t, "target 2", cells(t, page, "Targets")[1][0])
	assert.NotContains(t, page, "root mean square")
}

// Each diagnostic has advice, in flags that docs/kfac.md knows.
func TestAdvice(t *testing.T) {
	doc, err := os.ReadFile("../../docs/kfac.md")
	require.NoError(t, err)
	all := advices()
	assert.Len(t, all, len(diagnostics))
	for i := range diagnostics {
		d := &diagnostics[i]
		require.Contains(t, all, d.name)
		for _, fixed := range []bool{false, true} {
			text := d.meaning(fixed)
			assert.NotEmpty(t, text)
			for _, flag := range regexp.MustCompile(`(?:^|\s)(-[a-z][a-z-]*[a-z])`).FindAllStringSubmatch(text, -1) {
				assert.Contains(t, string(doc), flag[1])
			}
		}
	}
	rho := &diagnostics[1]
	require.Equal(t, "rho", rho.name)
	assert.Equal(t, "Here it is below ¼ at 2 of 4 records.", rho.bad([]float64{1, 0.2, 0.3, math.Inf(-1)}))
	assert.Empty(t, rho.bad([]float64{1, 0.25}))
}

func TestRunDiagnostics(t *testing.T) {
	run := kfacRun()
	page := htmlOf(t, &Single{Run: run})
	assert.Contains(t, page, "In adaptive mode K-FAC finds each step by itself")
	assert.Contains(t, page, "Here it is below ¼ at ")
	assert.Contains(t, page, "<li>Clip factor: 1. A step whose model promised")
	for i := range run.Config {
		if run.Config[i].Name == "kfac_mode" {
			run.Config[i].Value = "fixed"
		}
	}
	page = htmlOf(t, &Single{Run: run})
	assert.Contains(t, page, "In fixed mode K-FAC follows")
	assert.Contains(t, page, "α is the learning rate, as its schedule has it.")

	run.History[3].KFAC.MinDamping, run.History[5].KFAC.MinDamping = 0.25, 0.5
	s := &Single{Run: run}
	chart := s.diagnosticChart(&diagnostics[0])
	require.Len(t, chart.Series, 2, "λ and its floor")
	assert.Equal(t, []float64{80, 0.25, 120, 0.5}, []float64{chart.Series[1].Points[0].X, chart.Series[1].Points[0].Y, chart.Series[1].Points[1].X, chart.Series[1].Points[1].Y})
	for i, p := range chart.Series[0].Points {
		assert.Equal(t, float64(run.History[i].KFAC.Damping), p.Y)
	}
}

// The times of a step's parts are means over the steps since the evaluation before.
func TestPhaseChart(t *testing.T) {
	run := &results.Run{History: []results.Record{
		{Step: 10, Phases: results.Fields[results.Number]{{Name: "gradient", Value: 0.5}}},
		{Step: 14, Phases: results.Fields[results.Number]{{Name: "gradient", Value: 0.1}, {Name: "update", Value: 0.02}}},
	}}
	c := (&Single{Run: run}).phaseChart()
	require.Len(t, c.Series, 2)
	assert.InDelta(t, 50, c.Series[0].Points[0].Y, 1e-12)
	assert.InDelta(t, 25, c.Series[0].Points[1].Y, 1e-12)
	assert.InDelta(t, 5, c.Series[1].Points[0].Y, 1e-12)
	_, err := (&Single{Run: run}).files(context.Background())
	require.NoError(t, err)
}
