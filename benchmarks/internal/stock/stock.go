package stock

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

// Trainer trains a network in gorgonia.
type Trainer struct {
	x, y       *gorgonia.Node
	loss       gorgonia.Value
	parameters gorgonia.Nodes
	machine    gorgonia.VM
	solver     gorgonia.Solver
	classes    int // 0 for an autoencoder
}

var _ peer.Trainer = (*Trainer)(nil)

// New builds the network with copies of the task's parameters.
func New(task peer.Task) (*Trainer, error) {
	t := &Trainer{}
	switch r := task.Rule; r.Name {
	case "sgd":
		t.solver = gorgonia.NewMomentum(gorgonia.WithLearnRate(r.Rate), gorgonia.WithMomentum(r.Momentum))
	case "adam":
		t.solver = gorgonia.NewAdamSolver(gorgonia.WithLearnRate(r.Rate), gorgonia.WithBeta1(r.Beta1),
			gorgonia.WithBeta2(r.Beta2), gorgonia.WithEps(r.Epsilon))
	default:
		return nil, peer.Unsupported("gorgonia", task)
	}
	if err := t.build(task); err != nil {
		return nil, fmt.Errorf("gorgonia: %w", err)
	}
	return t, nil
}

func (t *Trainer) build(task peer.Task) error {
	g := gorgonia.NewGraph()
	outputs := task.Widths[len(task.Widths)-1]
	t.x = gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(task.Batch, task.Widths[0]), gorgonia.WithName("x"))
	t.y = t.x
	if !task.Autoencoder {
		t.classes = outputs
		t.y = gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(task.Batch, outputs), gorgonia.WithName("y"))
	}
	h := t.x
	for l := range task.Layers() {
		in, out := task.Widths[l], task.Widths[l+1]
		weight := parameter(g, fmt.Sprint("weight ", l), task.Start[2*l], in, out)
		bias := parameter(g, fmt.Sprint("bias ", l), task.Start[2*l+1], 1, out)
		t.parameters = append(t.parameters, weight, bias)
		var err error
		if h, err = layer(h, weight, bias, task.Activation(l)); err != nil {
			return err
		}
	}
	cost, err := cost(h, t.y, task)
	if err != nil {
		return err
	}
	gorgonia.Read(cost, &t.loss)
	if _, err := gorgonia.Grad(cost, t.parameters...); err != nil {
		return err
	}
	t.machine = gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(t.parameters...))
	return nil
}

// Step takes a step.
func (t *Trainer) Step(x []float32, labels []int32) (float64, error) {
	if err := gorgonia.Let(t.x, tensor.New(tensor.WithShape(t.x.Shape()...), tensor.WithBacking(x))); err != nil {
		return 0, err
	}
	if t.classes > 0 {
		hot := make([]float32, len(labels)*t.classes)
		for i, label := range labels {
			hot[i*t.classes+int(label)] = 1
		}
		if err := gorgonia.Let(t.y, tensor.New(tensor.WithShape(t.y.Shape()...), tensor.WithBacking(hot))); err != nil {
			return 0, err
		}
	}
	if err := t.machine.RunAll(); err != nil {
		return 0, err
	}
	loss := float64(t.loss.Data().(float32))
	if err := t.solver.Step(gorgonia.NodesToValueGrads(t.parameters)); err != nil {
		return 0, err
	}
	t.machine.Reset()
	return loss, nil
}

// Parameters are copies.
func (t *Trainer) Parameters() ([][]float32, error) {
	var list [][]float32
	for _, p := range t.parameters {
		list = append(list, append([]float32(nil), p.Value().Data().([]float32)...))
	}
	return list, nil
}

// Close ends the machine.
func (t *Trainer) Close() error { return t.machine.Close() }
