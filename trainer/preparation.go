package trainer

import "github.com/gokfac/gokfac/scaling"

// Preparation is what lies between raw examples and a model: how values become
// inputs, and what outputs are called. It is saved with a model, for a prediction to
// need nothing else. The zero value says that inputs and outputs are as they are.
type Preparation struct {
	Inputs   scaling.Scaling // from a raw example to the model's input
	Targets  scaling.Scaling // from a raw value to predict to the model's target; predictions are inverted
	Features []string        // names of the inputs' columns, in order; nil: they have none
	Classes  []string        // names of classes, by number; nil: their numbers
	Values   []string        // names of the values that are predicted; nil: they have none
}
