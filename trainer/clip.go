package trainer

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// ClipNorm returns obj with its gradients scaled down to an Euclidean norm,
// over all parameters together, of at most max. Taps are not scaled: K-FAC asks
// for GradScale, the factor between the two.
func ClipNorm(obj graph.Objective, max float64) graph.Objective {
	if c, ok := obj.(graph.CurvatureObjective); ok {
		return &clippedCurvature{CurvatureObjective: c, clip: clip{max: max}}
	}
	return &clipped{Objective: obj, clip: clip{max: max}}
}

// clip is a bound on the norm of gradients.
type clip struct {
	max    float64
	factor float64 // of the last gradients
}

// GradScale is the factor that the last gradients of parameters were scaled by:
// 1 unless they were too long.
func (c *clip) GradScale() float64 { return c.factor }

func (c *clip) shorten(params []*graph.Param) {
	c.factor = 1
	norm := GradNorm(params)
	if !(norm > c.max) { // NaN stays what it is
		return
	}
	c.factor = c.max / norm
	for _, p := range params {
		graph.Direction{p.Grad}.Scale(c.factor)
	}
}

// clipped is an objective with nothing but a gradient.
type clipped struct {
	graph.Objective
	clip
}

// Unwrap is the objective as it was.
func (c *clipped) Unwrap() graph.Objective { return c.Objective }

// Grad shortens the gradient.
func (c *clipped) Grad() (float64, error) {
	loss, err := c.Objective.Grad()
	c.shorten(c.Params())
	return loss, err
}

type clippedCurvature struct {
	graph.CurvatureObjective
	clip
}

// Unwrap is the objective as it was.
func (c *clippedCurvature) Unwrap() graph.Objective { return c.CurvatureObjective }

// Grad shortens the gradient.
func (c *clippedCurvature) Grad() (float64, error) {
	loss, err := c.CurvatureObjective.Grad()
	c.shorten(c.Params())
	return loss, err
}

// Curvature shortens the gradient; what visit sees is as it was.
func (c *clippedCurvature) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	loss, err := c.CurvatureObjective.Curvature(est, visit)
	c.shorten(c.Params())
	return loss, err
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
