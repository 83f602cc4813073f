package losses

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
)

// headTargets are copies of the heads' targets: a head's loss takes a tensor of its own targets alone. They are kept for
// the next mini-batch, since targets are checked in every step.
type headTargets struct {
	examples, outputs int
	dtype             tensor.Dtype
	width             int
	parts             []part
	targets           []*tensor.Dense
}

// Validate checks each head's targets as its loss does. The error names the head and the value.
func (l *Joint) Validate(y *tensor.Dense, outputs int) error {
	if y == nil || y.Dims() == 0 {
		return fmt.Errorf("losses: joint: targets of shape %v: want a matrix, the heads' targets side by side", shapeOf(y))
	}
	h, ok := l.scratch.Get().(*headTargets)
	if !ok {
		h = &headTargets{}
	}
	defer l.scratch.Put(h)
	if err := h.fit(l, y, outputs); err != nil {
		return err
	}
	for i, p := range h.parts {
		t := h.targets[i]
		if h.dtype == graph.Float32 {
			columns.Copy(t.Float32s(), y.Float32s(), p.at, p.width, h.width)
		} else {
			columns.Copy(t.Float64s(), y.Float64s(), p.at, p.width, h.width)
		}
		if err := p.head.Loss.Validate(t, p.units); err != nil {
			return fmt.Errorf("losses: joint: head %d: %w", i+1, err)
		}
	}
	return nil
}

func shapeOf(y *tensor.Dense) tensor.Shape {
	if y == nil {
		return nil
	}
	return y.Shape()
}

// fit makes room for targets like y.
func (h *headTargets) fit(l *Joint, y *tensor.Dense, outputs int) error {
	n := y.Shape()[0]
	if h.parts == nil || h.examples != n || h.outputs != outputs || h.dtype != y.Dtype() {
		parts, width, err := l.parts(tensor.Shape{n, outputs})
		if err != nil {
			return err
		}
		*h = headTargets{examples: n, outputs: outputs, dtype: y.Dtype(), width: width, parts: parts, targets: make([]*tensor.Dense, len(parts))}
		for i, p := range parts {
			h.targets[i] = graph.NewDense(y.Dtype(), p.shape...)
		}
	}
	if y.DataSize() != n*h.width {
		return fmt.Errorf("losses: joint: targets of shape %v: want %d columns, the heads' targets side by side", y.Shape(), h.width)
	}
	return nil
}
