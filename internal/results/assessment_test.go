package results_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

func sampleAssessment() *results.Assessment {
	return &results.Assessment{
		Part: "test", Metrics: results.Fields[results.Number]{{Name: "f1", Value: 0.75}, {Name: "roc_auc", Value: results.Number(math.NaN())}, {Name: "rmse of price", Value: 12}},
		HigherIsBetter: map[string]bool{"f1": true, "roc_auc": true, "rmse of price": false},
		Classes: []results.ClassScore{
			{Name: "no", Precision: 0.5, Recall: 0.75, F1: 0.6, Examples: 4}, {Name: "yes", Precision: results.Number(math.NaN()), Recall: 0, F1: 0, Examples: 2},
		},
		Confusion: [][]int{{3, 1}, {2, 0}},
		Calibration: []results.CalibrationBin{
			{Low: 0, High: 0.5, Confidence: results.Number(math.NaN()), Accuracy: results.Number(math.NaN())}, {Low: 0.5, High: 1, Examples: 6, Confidence: 0.75, Accuracy: 0.5},
		},
		Examples: []results.Example{
			{Index: 5, Shape: []int{1, 2}, Image: true, Input: []float32{0, 0.5}, Output: []float32{1, 0.25}, Truth: "no", Predicted: "yes", Probability: 0.9},
			{Index: 7, Shape: []int{2}, Input: []float32{-4, 1e9}, Probability: results.Number(math.NaN())},
		},
		Notes: []string{"nothing was left out"},
	}
}

// TestAssessmentCheck: an edit that leaves JSON is found, and told on one line.
func TestAssessmentCheck(t *testing.T) {
	require.NoError(t, sampleAssessment().Check())
	require.NoError(t, (&results.Assessment{Part: "validation"}).Check())
	for want, edit := range map[string]func(a *results.Assessment){
		`part is "training"`:                             func(a *results.Assessment) { a.Part = "training" },
		`higher_is_better does not have the metric "f1"`: func(a *results.Assessment) { delete(a.HigherIsBetter, "f1") },
		`f1 is 1.5`:           func(a *results.Assessment) { a.Metrics[0].Value = 1.5 },
		`roc_auc is -0.1`:     func(a *results.Assessment) { a.Metrics[1].Value = -0.1 },
		`rmse of price is -1`: func(a *results.Assessment) { a.Metrics[2].Value = -1 },
		`r2 is 1.25`: func(a *results.Assessment) {
			a.Metrics[0] = results.Field[results.Number]{Name: "r2", Value: 1.25}
			a.HigherIsBetter["r2"] = true
		},
		`a metric's name is "\x1b[2J"`: func(a *results.Assessment) { a.Metrics[0].Name = "\x1b[2J"; a.HigherIsBetter["\x1b[2J"] = true },
		`class 1 is "a\nb"`:            func(a *results.Assessment) { a.Classes[1].Name = "a\nb" },
		`class "no" has precision 0.5, recall 2 and F1 0.6, of 4 examples`:   func(a *results.Assessment) { a.Classes[0].Recall = 2 },
		`class "yes" has precision NaN, recall 0 and F1 0, of -2 examples`:   func(a *results.Assessment) { a.Classes[1].Examples = -2 },
		`confusions of 2 classes, and 1 classes`:                             func(a *results.Assessment) { a.Classes = a.Classes[:1] },
		`confusions of 2 classes, and 0 classes`:                             func(a *results.Assessment) { a.Classes = nil },
		`confusions of 2 classes: row 1 has 3`:                               func(a *results.Assessment) { a.Confusion[1] = []int{2, 0, 0} },
		`confusions: row 0 has the count -1, of 4 examples`:                  func(a *results.Assessment) { a.Confusion[0][1] = -1 },
		`confusions: row 0 has the count 9223372036854775807, of 4 examples`: func(a *results.Assessment) { a.Confusion[0][1] = math.MaxInt },
		`confusions: row 1 has 1 of 2 examples`:                              func(a *results.Assessment) { a.Confusion[1][0] = 1 },
		`1001 classes, which are told of up to 1000`:                         func(a *results.Assessment) { a.Classes = make([]results.ClassScore, 1001) },
		`calibration, bin 1: it is from 0.25 to 1, after 0.5`:                func(a *results.Assessment) { a.Calibration[1].Low = 0.25 },
		`calibration, bin 1: it is from 0.5 to 1.5, after 0.5`:               func(a *results.Assessment) { a.Calibration[1].High = 1.5 },
		`calibration, bin 0: it is from NaN to 0.5, after 0`:                 func(a *results.Assessment) { a.Calibration[0].Low = results.Number(math.NaN()) },
		`calibration, bin 1: confidence 0.75 and accuracy 3, of 6 examples`:  func(a *results.Assessment) { a.Calibration[1].Accuracy = 3 },
		`calibration, bin 0: confidence NaN and accuracy NaN, of 2 examples`: func(a *results.Assessment) { a.Calibration[0].Examples = 2 },
		`example 0: 2 values of shape [2 2]`:                                 func(a *results.Assessment) { a.Examples[0].Shape = []int{2, 2} },
		`example 0: 2 values of shape []`:                                    func(a *results.Assessment) { a.Examples[0].Shape = nil },
		`example 0: 2 values of shape [0 2]`:                                 func(a *results.Assessment) { a.Examples[0].Shape = []int{0, 2} },
		`example 0: 2 values of shape [4294967296 4294967296]`:               func(a *results.Assessment) { a.Examples[0].Shape = []int{1 << 32, 1 << 32} },
		`example 1: index is -7`:                                             func(a *results.Assessment) { a.Examples[1].Index = -7 },
		`example 0: probability is 7`:                                        func(a *results.Assessment) { a.Examples[0].Probability = 7 },
		`example 0: a pixel is 1.5`:                                          func(a *results.Assessment) { a.Examples[0].Input[0] = 1.5 },
		`example 1: a value is not finite`:                                   func(a *results.Assessment) { a.Examples[1].Output = []float32{float32(math.NaN())} },
		`example 0: an output of 1 pixels for 2`:                             func(a *results.Assessment) { a.Examples[0].Output = []float32{0} },
		`example 0: truth is "\x00"`:                                         func(a *results.Assessment) { a.Examples[0].Truth = "\x00" },
		`example 0: predicted is "\u009b"`:                                   func(a *results.Assessment) { a.Examples[0].Predicted = "\u009b" },
		`a note is "\a"`:                                                     func(a *results.Assessment) { a.Notes[0] = "\a" },
	} {
		a := sampleAssessment()
		edit(a)
		assert.EqualError(t, a.Check(), want)
	}
}

// An assessment that has been read from a file is checked before it is shown.
func ExampleAssessment_Check() {
	var a results.Assessment
	text := `{"part": "test", "classes": [{"name": "cat", "examples": 3}, {"name": "dog", "examples": 1}], "confusion": [[2, 2], [0, 1]]}`
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		fmt.Println(err)
	}
	fmt.Println(a.Check())
	// Output: confusions: row 0 has the count 2, of 3 examples
}

// FuzzAssessment: whatever is taken for an assessment is written, and read again, as the
// same, and refused on one line where it says what none can.
func FuzzAssessment(f *testing.F) {
	text, err := json.Marshal(sampleAssessment())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, text := range []string{`{}`, `null`, `{"part":"test","confusion":[[],[1]]}`, `{"part":"test","examples":[{"shape":[9,9],"input":[1]}]}`, `{"metrics":[]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var a, again results.Assessment
		if json.Unmarshal(text, &a) != nil {
			return
		}
		if err := a.Check(); err != nil && bytes.ContainsAny([]byte(err.Error()), "\n\x1b") {
			t.Fatalf("%q", err)
		}
		once, err := json.Marshal(&a)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatal(err)
		}
		twice, err := json.Marshal(&again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s\n%s\n%v", once, twice, err)
		}
		if (a.Check() == nil) != (again.Check() == nil) {
			t.Fatalf("%v, and %v when it is read again", a.Check(), again.Check())
		}
	})
}
