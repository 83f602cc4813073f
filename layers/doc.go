// Package layers has the building blocks of a network: affine maps, activations, dropout,
// layers of sequences, what joins layers, and the initialisers of their weights.
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
// # What joins layers
//
//	Sequential   one after the other
//	Residual     x + Body(x), or Shortcut(x) + Body(x)
//	Parallel     branches side by side, their outputs set beside one another or added
//
// The rows that they have in a summary stand before those of their layers.
//
// # Sequences
//
// Sequences are N×T×features, T times of each example: N×T numbers of words that an
// [Embedding] looks up, the rows of images, or what [Recurrent] makes with Sequences. A
// weight that all times share has a tap with T rows for each example, as a convolution
// has for its locations.
//
// Other layers of sequences are made as Recurrent is. An LSTM or a GRU has the same input
// [x_t, h_{t−1}], one weight (in+Units)×k·Units for its k gates, and a scan of its own in
// the place of recurrent_ops.go. Attention is made of shared affine maps of N·T rows, each
// with its tap, and of ops between them without parameters.
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
// Values of the data that a layer cannot take are found when it runs: its op panics with a
// [graph.DataError], which the training step or the prediction returns.
//
// Package layertest checks a layer of one's own in one call of a test.
//
// For files to have a layer it needs a [Kind] as well, from [NewKind] or, if it holds
// layers, [NewContainer].
package layers
