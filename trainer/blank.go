package trainer

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// blankLoss is the loss of outputs that are all 0 on the first rows of targets:
// what a model that knows nothing has. It is 0 where the loss has no such value.
func (m *Model) blankLoss(targets *tensor.Dense, rows int) float64 {
	if targets == nil || rows == 0 {
		return 0
	}
	if _, ok := losses.AsMoreTargets(m.loss); ok {
		return 0 // the further targets are not known here
	}
	b, err := graph.NewBuilder(graph.Config{DType: m.cfg.DType, Batch: rows, Streams: m.streams})
	if err != nil {
		return 0
	}
	shape := m.outputs.Clone()
	shape[0] *= rows
	z, _ := b.Input("z", shape...)
	shape, err = m.loss.TargetShape(shape)
	if err != nil {
		return 0
	}
	target, y := b.Input("y", shape...)
	if y.DataSize()*targets.Shape()[0] != targets.DataSize()*rows {
		return 0
	}
	copyRows(y, targets)
	if m.loss.Validate(y, m.outputs.TotalSize()) != nil {
		return 0
	}
	loss, err := m.loss.Build(b, z, target)
	if err != nil {
		return 0
	}
	p, err := b.Compile(loss)
	if err != nil || p.Run() != nil {
		return 0
	}
	if v := scalar(loss); graph.CheckFinite(v) == nil {
		return v
	}
	return 0
}
