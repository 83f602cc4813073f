package trainer

// Prediction is the mean of the predictive distribution for one example.
type Prediction struct {
	// Class is the number of the likeliest class, the first of equally likely ones. It is −1 where a model predicts
	// values.
	Class int
	// Name is the class's name in Preparation.Classes, or its number where they have none.
	Name string
	// Probabilities are those of the classes, by number. They are nil where a model predicts values.
	Probabilities []float64
	// Values are the outputs in the units of the raw targets, and probabilities for the units of a sigmoid
	// cross-entropy. They are nil where a model predicts classes.
	Values []float64
}

// likeliest is the index of the first of the greatest probabilities.
func likeliest(probabilities []float64) int {
	best := 0
	for i, v := range probabilities {
		if v > probabilities[best] {
			best = i
		}
	}
	return best
}
