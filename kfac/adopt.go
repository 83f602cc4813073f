package kfac

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Adopt allocates memory for the model of obj before the first step, and restores a state
// that has waited for it, so that Averaged has the average at once. On an error nothing has
// changed.
func (o *Optimizer) Adopt(obj graph.Objective) error {
	c, err := graph.CurvatureOf(obj)
	if err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	return o.build(c)
}
