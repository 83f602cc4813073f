// Package layers has the building blocks of a network: affine maps,
// activations, dropout, and the initialisers of their weights.
//
// A layer is a struct whose zero fields mean their documented defaults. It
// creates its parameters when it is first built, from the shape of what it is
// given, and builds the same parameters into every further graph:
//
//	net := layers.Sequential{
//		&layers.Flatten{},
//		&layers.Dense{Units: 512, Init: layers.HeNormal},
//		layers.ReLU(),
//		&layers.Dense{Units: 10},
//	}
//
// Inputs are N×…, N the batch size. A shape that does not fit is an error that
// names the layer and both shapes.
//
// # Writing a layer
//
// A layer is any type with the two methods of [Layer]. Build adds nodes to a
// graph by [graph.Builder]'s methods and returns the output, N×…. It is called
// once for each graph of a model, so that it makes the parameters at the first
// call (Builder.NewParam, which refuses what a graph's limits do not allow) and checks at further calls that they fit. Params lists
// them. A layer without parameters returns nil.
//
// A layer with state that is not learned, such as running statistics, has Buffers as
// well ([Stateful]). Build adds one by Builder.Buffer and, in training mode, proposes its
// next value by Builder.Update. The model takes the proposals over once for each
// mini-batch. In training mode the output must not depend on the buffer.
//
// For files to have a layer it needs a [Kind] as well, from [NewKind] or, if it holds
// layers, [NewContainer].
package layers
