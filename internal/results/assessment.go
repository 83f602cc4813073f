package results

// Assessment is what a model that has been scored says of its test examples, beyond
// the scores. What does not apply to the model is empty.
type Assessment struct {
	Part string `json:"part"` // which examples: "test" or "validation"
	// Metrics are in the order in which a person reads them. NaN is one that is not
	// defined on the examples, as the area under a ROC curve where one class is missing.
	Metrics Fields[Number] `json:"metrics"`
	// HigherIsBetter says so of each of Metrics.
	HigherIsBetter map[string]bool `json:"higher_is_better"`

	Classes   []ClassScore `json:"classes,omitempty"`
	Confusion [][]int      `json:"confusion,omitempty"` // a row for each true class, a column for each predicted one
	// Calibration has the examples sorted by the probability of the predicted class.
	Calibration []CalibrationBin `json:"calibration,omitempty"`
	// Examples are the misclassified ones of which the model was most certain, the ones
	// whose values were missed furthest, or some with their reconstructions.
	Examples []Example `json:"examples,omitempty"`
	// Notes say what was left out and why, each a sentence without a full stop.
	Notes []string `json:"notes,omitempty"`
}

// MostClasses is the most classes of which each is told by itself.
const MostClasses = 1000

// ClassScore is one class's part of the scores.
type ClassScore struct {
	Name      string `json:"name"`
	Precision Number `json:"precision"` // NaN: it was never predicted
	Recall    Number `json:"recall"`    // NaN: it has no example
	F1        Number `json:"f1"`        // NaN: neither
	Examples  int    `json:"examples"`
}

// CalibrationBin is the examples whose predicted class had a probability above Low and
// not above High.
type CalibrationBin struct {
	Low        Number `json:"low"`
	High       Number `json:"high"`
	Examples   int    `json:"examples"`
	Confidence Number `json:"confidence"` // mean probability of the predicted class; NaN without examples
	Accuracy   Number `json:"accuracy"`   // NaN without examples
}

// Example is one test example for a person to look at.
type Example struct {
	Index     int       `json:"index"`            // in its part
	Shape     []int     `json:"shape"`            // of Input; of a picture its height and width, and channels where it has more than one
	Image     bool      `json:"image"`            // Input, and a reconstruction, are pixels from 0 to 1
	Input     []float32 `json:"input"`            // as the file has it, or pixels
	Output    []float32 `json:"output,omitempty"` // reconstruction, or predicted values in their own units
	Truth     string    `json:"truth,omitempty"`  // class, or values
	Predicted string    `json:"predicted,omitempty"`
	// Probability of the predicted class; NaN of an example without one.
	Probability Number `json:"probability"`
}

// Finite says whether all values are numbers that JSON has.
func (e *Example) Finite() bool {
	for _, list := range [][]float32{e.Input, e.Output} {
		for _, v := range list {
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}
