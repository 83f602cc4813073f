// Package onnx carries trained models to other programs: it writes them as .onnx files (https://onnx.ai), which
// onnxruntime, browsers, phones and databases run.
//
//	err := onnx.Save("model.onnx", model, preparation, onnx.SaveConfig{})
//
// The file has the network in evaluation mode, with the scaling of its inputs and of its predictions. docs/onnx.md has
// the table of layers, programs in Python, JavaScript and C# that run a file, and the limits.
//
// # Terms
//
//	graph         nodes, each one use of an operator of ONNX, and named tensors between them
//	initialiser   a tensor with known numbers: a weight
//	opset         the version of the operators; files here have 17, of ONNX 1.12
//	N             the number of examples of a call, which the graph leaves open
//
// # Order of axes
//
// Images are N×height×width×channels in gokfac and N×channels×height×width in ONNX's convolutions and pools, sequences
// N×length×channels and N×channels×length, and those of an RNN times×N×features. The graph's input is as in gokfac. A
// [Value] knows in which order the graph has its axes: an activation between two convolutions, a residual sum or a
// concatenation leave it as it is, a Permute is nothing but another reading of it, and a Transpose is written only where
// a layer needs an order that the value does not have.
//
// # Import
//
// [Load] makes a model of a file, of this package's or of another program's, that predicts the same and is trained
// further, by K-FAC too. It follows the order of axes as Save does: what ONNX transposes and reshapes changes the names of
// axes, and moves nothing until a layer needs another order.
//
// # Layers of one's own
//
// [NewExporter] adds a layer's type. It returns the nodes of the layer in evaluation mode.
//
// # The format
//
// Package internal/onnxproto has the messages of the file, and why they are not another package's.
package onnx
