//go:build gomlx

package gomlx

import (
	"github.com/gomlx/gomlx/pkg/core/graph"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

// gradient is the mean loss of a mini-batch and its gradients at the parameters.
type gradient func(task peer.Task, x, y *graph.Node, parameters []*graph.Node) (loss *graph.Node, slopes []*graph.Node)

// forward returns the input of each layer and the output of the last.
func forward(task peer.Task, x *graph.Node, parameters []*graph.Node) []*graph.Node {
	list := []*graph.Node{x}
	for l := range task.Layers() {
		bias := graph.ExpandAxes(parameters[2*l+1], 0)
		h := graph.Add(graph.Dot(list[l], parameters[2*l]), bias)
		switch task.Activation(l) {
		case "relu":
			h = graph.Max(h, graph.ZerosLike(h)) // as its package activations has it
		case "tanh":
			h = graph.Tanh(h)
		}
		list = append(list, h)
	}
	return list
}

// cost is the mean loss of the mini-batch: −Σ y log softmax(z), or Σ max(z, 0) − yz + log(1+e^−|z|), the cross-entropy of
// sigmoid(z).
func cost(task peer.Task, z, y *graph.Node) *graph.Node {
	var sum *graph.Node
	if task.Autoencoder {
		tail := graph.Log1P(graph.Exp(graph.Neg(graph.Abs(z))))
		sum = graph.ReduceAllSum(graph.Add(graph.Sub(graph.Max(z, graph.ZerosLike(z)), graph.Mul(z, y)), tail))
	} else {
		sum = graph.Neg(graph.ReduceAllSum(graph.Mul(y, graph.LogSoftmax(z))))
	}
	return graph.DivScalar(sum, task.Batch)
}

func automatic(task peer.Task, x, y *graph.Node, parameters []*graph.Node) (*graph.Node, []*graph.Node) {
	outputs := forward(task, x, parameters)
	loss := cost(task, outputs[len(outputs)-1], y)
	return loss, graph.Gradient(loss, parameters...)
}

// byHand writes the backward pass out, in products of transposed copies.
func byHand(task peer.Task, x, y *graph.Node, parameters []*graph.Node) (*graph.Node, []*graph.Node) {
	outputs := forward(task, x, parameters)
	z := outputs[len(outputs)-1]
	loss := cost(task, z, y)
	prediction := graph.Sigmoid
	if !task.Autoencoder {
		prediction = func(z *graph.Node) *graph.Node { return graph.Softmax(z) }
	}
	slopes := make([]*graph.Node, len(parameters))
	g := graph.DivScalar(graph.Sub(prediction(z), y), task.Batch)
	for l := task.Layers() - 1; l >= 0; l-- {
		slopes[2*l] = graph.Dot(graph.Transpose(outputs[l], 0, 1), g)
		slopes[2*l+1] = graph.ReduceSum(g, 0)
		if l == 0 {
			break
		}
		g = graph.Dot(g, graph.Transpose(parameters[2*l], 0, 1))
		switch h := outputs[l]; task.Activation(l - 1) {
		case "relu":
			g = graph.Mul(g, graph.ConvertDType(graph.GreaterThan(h, graph.ZerosLike(h)), h.DType()))
		case "tanh":
			g = graph.Mul(g, graph.OneMinus(graph.Square(h)))
		}
	}
	return loss, slopes
}
