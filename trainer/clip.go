package trainer

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// ClipNorm returns obj with its gradients scaled down to an Euclidean norm,
// over all parameters together, of at most max. Taps are not scaled.
func ClipNorm(obj graph.Objective, max float64) graph.Objective {
	return &clipped{Objective: obj, max: max}
}

type clipped struct {
	graph.Objective
	max    float64
	factor float64 // of the last gradients
}

func (c *clipped) GradScale() float64 { return c.factor * c.Objective.GradScale() }

func (c *clipped) Grad() (float64, error) {
	loss, err := c.Objective.Grad()
	c.clip()
	return loss, err
}

func (c *clipped) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	loss, err := c.Objective.Curvature(est, visit)
	c.clip()
	return loss, err
}

func (c *clipped) clip() {
	c.factor = 1
	norm := GradNorm(c.Params())
	if !(norm > c.max) { // NaN stays what it is
		return
	}
	c.factor = c.max / norm
	for _, p := range c.Params() {
		graph.Direction{p.Grad}.Scale(c.factor)
	}
}

// GradNorm is the Euclidean norm of all gradients together.
func GradNorm(params []*graph.Param) float64 {
	var sum float64
	for _, p := range params {
		sum += sumSquares(p.Grad)
	}
	if sum > 1e-270 && sum < 1e270 {
		return math.Sqrt(sum)
	}
	return graph.Gradients(params).Norm() // which allocates, and takes care of squares out of range
}

func sumSquares(t *tensor.Dense) float64 { return graph.Direction{t}.Dot(graph.Direction{t}) }
