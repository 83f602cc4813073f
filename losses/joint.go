package losses

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"gorgonia.org/tensor"
)

// Head is one part of a [Joint]: the next Units columns of the outputs.
type Head struct {
	// Loss is the head's cost and distribution: any loss without further targets.
	Loss Loss
	// Units is the number of the head's outputs. It is 2C for a DiagonalGaussian of C values.
	Units int
	// Weight is a factor on the head's cost, positive. 0 stands for 1. The distribution, and so the curvature, is without
	// it: K-FAC needs weights of at most 1.
	Weight float64
}

// Joint is the loss of a network with several outputs on shared layers, such as a class and a position. Its outputs are
// N×C, the heads' outputs z_h side by side, as layers.Parallel sets them. Given the outputs, the heads' targets y_h are
// independent:
//
//	p(y|z) = Π_h p_h(y_h|z_h)    cost = Σ_h weight_h·cost_h(z_h, y_h)    H_L = diag(H_1, H_2, …)
//
// Targets are one tensor N×W, the heads' targets side by side. A head whose targets are of shape (N), such as class
// labels, has one column, with the labels as numbers. Another has as many columns as its loss has targets for an example.
// Two classes and a position in the plane are
//
//	loss := &losses.Joint{Heads: []losses.Head{
//		{Loss: losses.SoftmaxCrossEntropy{}, Units: 10},
//		{Loss: losses.SquaredError{}, Units: 2, Weight: 0.5},
//	}}
//
// with outputs N×12 and targets N×3. The mean has the heads' means side by side: ten probabilities and two coordinates.
//
// The curvature is that of the distribution, whatever the weights are: they change what is minimised, as a surrogate does
// (see [With]). A step by the curvature is longer by the factor Weight in the head's outputs, and one that is more than twice
// as long as the cost's own curvature allows goes past the minimum to a higher cost. Give the heaviest head weight 1, and the
// others less. To weigh a real-valued head in the curvature as well, scale its targets, or take a DiagonalGaussian,
// which learns their scale (Kendall, Gal & Cipolla 2018, "Multi-task learning using uncertainty to weigh losses").
//
// TargetShape, which a model asks first, checks the heads. They must not change afterwards. A Joint may be used by several
// models at once.
type Joint struct {
	Heads []Head

	scratch sync.Pool // of *headTargets
}

var _ Loss = (*Joint)(nil)

func (l *Joint) String() string {
	names := make([]string, len(l.Heads))
	for i, h := range l.Heads {
		names[i] = fmt.Sprintf("%v of %d", h.Loss, h.Units)
	}
	return "joint (" + strings.Join(names, ", ") + ")"
}

// part is where a head's columns are.
type part struct {
	head        Head
	from, units int          // of the outputs
	at, width   int          // of the targets
	shape       tensor.Shape // of the head's targets
}

// parts are the heads' columns for outputs of a shape, and the width of the targets.
func (l *Joint) parts(out tensor.Shape) (parts []part, width int, err error) {
	if len(l.Heads) == 0 {
		return nil, 0, errors.New("losses: joint: no heads: want one or more")
	}
	if err := checkOutputs("joint", out); err != nil {
		return nil, 0, err
	}
	parts = make([]part, len(l.Heads))
	from := 0
	for i, h := range l.Heads {
		if err := h.check(); err != nil {
			return nil, 0, fmt.Errorf("losses: joint: head %d: %w", i+1, err)
		}
		shape, err := h.Loss.TargetShape(tensor.Shape{out[0], h.Units})
		if err != nil {
			return nil, 0, fmt.Errorf("losses: joint: head %d: %w", i+1, err)
		}
		size := shape.TotalSize()
		if shape.Dims() == 0 || shape[0] != out[0] || size <= 0 {
			return nil, 0, fmt.Errorf("losses: joint: head %d: targets of shape %v for %d examples: want the examples on the first axis", i+1, shape, out[0])
		}
		p := part{head: h, from: from, units: h.Units, at: width, width: size / out[0], shape: shape}
		parts[i], from, width = p, from+p.units, width+p.width
	}
	if from != out[1] {
		return nil, 0, fmt.Errorf("losses: joint: %d outputs for heads of %d: give the last layer as many units as the heads have together", out[1], from)
	}
	return parts, width, nil
}

// check checks what a head says of itself.
func (h Head) check() error {
	switch {
	case h.Loss == nil:
		return errors.New("no loss")
	case h.Units < 1 || h.Units > math.MaxInt32:
		return fmt.Errorf("%d units: want a positive number of output columns", h.Units)
	case !(h.Weight >= 0) || math.IsInf(h.Weight, 1):
		return fmt.Errorf("weight %v: want a positive number, or 0 for 1", h.Weight)
	}
	if _, more := AsMoreTargets(h.Loss); more {
		return fmt.Errorf("%v: it takes targets beyond the first, such as weights of examples, which heads have none of", h.Loss)
	}
	return nil
}

// weight is the factor on the cost.
func (h Head) weight() float64 {
	if h.Weight == 0 {
		return 1
	}
	return h.Weight
}

// TargetShape is N×W, W the sum of the widths of the heads' targets. It fails, naming the head, unless the heads' units
// are the outputs'.
func (l *Joint) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	_, width, err := l.parts(out)
	if err != nil {
		return nil, err
	}
	return tensor.Shape{out[0], width}, nil
}
