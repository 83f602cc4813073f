// Package onnxproto reads and writes the file format of ONNX (https://onnx.ai/onnx/intro/concepts.html): a protobuf
// message ModelProto. It knows the messages that a network for inference is made of, by the field numbers of the
// published onnx.proto3:
//
//	Model      ModelProto           the graph, the versions of the operators that it uses, texts about it
//	Graph      GraphProto           nodes in the order they run, initialisers (the weights), inputs and outputs
//	Node       NodeProto            one use of an operator: names of values in, names of values out
//	Attribute  AttributeProto       a setting of a node: a number, a text, a list, a tensor, a graph
//	Tensor     TensorProto          numbers with a shape
//	Value      ValueInfoProto       a name with an element type and a shape, whose sizes may be names such as "N"
//
// [Model.WriteTo] makes the same bytes of the same model and does not copy the tensors' raw data. [Decode] takes nothing
// on trust: whatever the bytes are, it returns a model or an error of one line that names the message, the field and
// the byte. What it allocates is bounded by the file's length and by [MaxParts]. What the package does not know
// (functions, sparse tensors, data in other files) it counts or names, so that a reader can refuse the model.
//
// # Why not a package of others
//
// Looked for in November 2026. github.com/owulveryck/onnx-go v0.5.0 (MIT; last release 2020) and
// github.com/advancedclimatesystems/gonnx v1.1.0 (MIT; inference on gorgonia's tensors) hold code that protoc made of
// onnx.proto. Such code registers the file "onnx.proto" and its messages in protobuf's global registry when a program
// starts, and a program that links two packages with that file panics at once: a library must not do that to its users.
// It also decodes by reflection, without a bound on nesting or memory. github.com/yalue/onnxruntime_go binds a C
// library, which cgo-free builds cannot use. The wire format itself is google.golang.org/protobuf/encoding/protowire,
// which registers nothing.
package onnxproto
