package results

// Assessment is what a model that has been scored says of its test examples, beyond
// the scores. What does not apply to the model is empty.
type Assessment struct {
	Part    string         `json:"part"`    // which examples: "test" or "validation"
	Metrics Fields[Number] `json:"metrics"` // in the order in which a person reads them
	// HigherIsBetter says so of each of Metrics.
	HigherIsBetter map[string]bool `json:"higher_is_better"`

	Classes   []ClassScore `json:"classes,omitempty"`
	Confusion [][]int      `json:"confusion,omitempty"` // a row for each true class, a column for each predicted one
	// Calibration has the examples sorted by the probability of the predicted class.
	Calibration []CalibrationBin `json:"calibration,omitempty"`
	// Examples are the misclassified ones of which the model was most certain, or
	// examples with their reconstructions or predicted values.
	Examples []Example `json:"examples,omitempty"`
}

// ClassScore is one class's part of the scores.
type ClassScore struct {
	Name      string `json:"name"`
	Precision Number `json:"precision"` // NaN: it was never predicted
	Recall    Number `json:"recall"`    // NaN: it has no example
	F1        Number `json:"f1"`
	Examples  int    `json:"examples"`
}

// CalibrationBin is the examples whose predicted class had a probability from Low to High.
type CalibrationBin struct {
	Low        Number `json:"low"`
	High       Number `json:"high"`
	Examples   int    `json:"examples"`
	Confidence Number `json:"confidence"` // mean probability of the predicted class
	Accuracy   Number `json:"accuracy"`
}

// Example is one test example for a person to look at.
type Example struct {
	Index     int       `json:"index"` // in its part
	Shape     []int     `json:"shape"`
	Image     bool      `json:"image"`            // Input, and Output where there is one, are pixels from 0 to 1
	Input     []float32 `json:"input"`            // as the file has it, or pixels
	Output    []float32 `json:"output,omitempty"` // reconstruction, or predicted values in their own units
	Truth     string    `json:"truth,omitempty"`  // class, or values
	Predicted string    `json:"predicted,omitempty"`
	// Probability of the predicted class.
	Probability Number `json:"probability"`
}
