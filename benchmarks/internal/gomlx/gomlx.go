//go:build gomlx

package gomlx

import (
	"fmt"
	"runtime"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

// Built is whether gomlx is built in.
const Built = true

// Trainer trains a network in gomlx.
type Trainer struct {
	step   *graph.Exec
	state  []*tensors.Tensor // parameters, then their velocities
	batch  int
	inputs int
}

var _ peer.Trainer = (*Trainer)(nil)

// New builds the network with copies of the task's parameters. Its gradients are gomlx's, or those of a backward pass written
// out.
func New(task peer.Task, writtenOut bool) (peer.Trainer, error) {
	if task.Rule.Name != "sgd" {
		return nil, peer.Unsupported("gomlx", task)
	}
	backend, err := simplego.New(fmt.Sprintf("parallelism=%d", parallelism(task)))
	if err != nil {
		return nil, fmt.Errorf("gomlx: %w", err)
	}
	t := &Trainer{batch: task.Batch, inputs: task.Widths[0]}
	for i, values := range task.Start {
		shape := []int{len(values)}
		if i%2 == 0 {
			shape = []int{task.Widths[i/2], task.Widths[i/2+1]}
		}
		t.state = append(t.state, tensors.FromFlatDataAndDimensions(values, shape...))
	}
	for i, values := range task.Start {
		t.state = append(t.state, tensors.FromFlatDataAndDimensions(make([]float32, len(values)), t.state[i].Shape().Dimensions...))
	}
	gradients := automatic
	if writtenOut {
		gradients = byHand
	}
	t.step, err = graph.NewExec(backend, func(inputs []*graph.Node) []*graph.Node { return update(task, gradients, inputs) })
	if err != nil {
		return nil, fmt.Errorf("gomlx: %w", err)
	}
	return t, nil
}

// parallelism is the backend's setting, of which each unit is room for two goroutines, such that no step waits for ever. A
// product has one while it waits for another to compute in: were there no more than products, three per layer, products that
// wait could have them all. By default a unit is a processor. On one processor two products that can begin at the same time
// then stop for good; on two processors a busy machine has been seen to.
func parallelism(task peer.Task) int { return max(runtime.NumCPU(), 2*task.Layers()) }

// update is a step's graph: x, y, parameters and velocities give the loss, new parameters and new velocities.
func update(task peer.Task, gradients gradient, inputs []*graph.Node) []*graph.Node {
	x, y, state := inputs[0], inputs[0], inputs[1:]
	if !task.Autoencoder {
		y, state = graph.OneHot(inputs[1], task.Widths[len(task.Widths)-1], x.DType()), inputs[2:]
	}
	parameters, velocities := state[:len(state)/2], state[len(state)/2:]
	loss, slopes := gradients(task, x, y, parameters)
	outputs := make([]*graph.Node, 1+len(state))
	outputs[0] = loss
	for i, p := range parameters {
		v := graph.Add(graph.MulScalar(velocities[i], task.Momentum), slopes[i])
		outputs[1+i] = graph.Sub(p, graph.MulScalar(v, task.Rate))
		outputs[1+len(parameters)+i] = v
	}
	return outputs
}

// Step takes a step.
func (t *Trainer) Step(x []float32, labels []int32) (float64, error) {
	arguments := []any{tensors.FromFlatDataAndDimensions(x, t.batch, t.inputs)}
	if labels != nil {
		arguments = append(arguments, tensors.FromFlatDataAndDimensions(labels, t.batch))
	}
	for _, s := range t.state {
		arguments = append(arguments, s)
	}
	outputs, err := t.step.Exec(arguments...)
	if err != nil {
		return 0, fmt.Errorf("gomlx: %w", err)
	}
	for _, s := range t.state {
		if err := s.FinalizeAll(); err != nil { // gives the memory back for the next step's results
			return 0, fmt.Errorf("gomlx: %w", err)
		}
	}
	t.state = outputs[1:]
	return float64(tensors.ToScalar[float32](outputs[0])), nil
}

// Parameters are copies.
func (t *Trainer) Parameters() ([][]float32, error) {
	var list [][]float32
	for _, s := range t.state[:len(t.state)/2] {
		values, err := tensors.CopyFlatData[float32](s)
		if err != nil {
			return nil, fmt.Errorf("gomlx: %w", err)
		}
		list = append(list, values)
	}
	return list, nil
}
