// Package adopt trains a gorgonia graph that somebody else has built with the optimizers of this
// module, K-FAC among them.
//
// # Use
//
// The graph, its machine and its loop stay what they are. Two lines change: the solver is made of
// the graph, and takes its steps where another solver took them:
//
//	adopted, err := adopt.New(cost, learnables, adopt.Config{Outputs: []adopt.Output{{Node: out}}})
//	optimizer, err := kfac.New(kfac.Config{})
//	solver := adopted.Solver(optimizer) // a gorgonia.Solver
//	…
//	err = vm.RunAll()
//	err = solver.Step(gorgonia.NodesToValueGrads(learnables))
//	vm.Reset()
//
// [Graph.Report] says what was matched, what was not, and why. [Graph.Model] is the same graph as a
// trainer.Model, for a loop without gorgonia's machine: its kernels are this module's, and faster.
//
// # Notation
//
//	N   examples of a mini-batch: the first axis of inputs and outputs
//	C   units of an output, whose logits are N×C
//	T   rows of an example in a map, such as the windows of an image
//	a   inputs of a map, N·T×in
//	s   outputs of a map, N·T×out: s = aW + b
//	h   mean over the examples of the negative log-likelihood, which sums over the units of an example
//	c   factor of the cost: it is c·h ([Config].Scale)
//
// # What is found
//
// New reads the nodes that the cost depends on, and makes programs of its own of them. It adds
// nothing to the graph.
//
//	affine maps     products of a learnable with rows (or columns) of examples, through reshapes
//	                and transposes, with a learnable that is added for each output. Conv2d is one
//	                of them, at its windows.
//	distribution    the cost is evaluated at random outputs, and compared with the negative
//	                log-likelihoods of categorical, Bernoulli and Gaussian outputs. It does not
//	                matter how the cost is written. A cost that is none of them needs the
//	                distribution named.
//	examples        the first axis of outputs and inputs has the N examples. They are followed
//	                through the graph, and an op that loses them is an error.
//
// A learnable of no map, or of several (tied weights), gets the diagonal of its Fisher matrix.
//
// # Ops
//
//	elemUnaryOp          functions of one number: Tanh, Sigmoid, Exp, Log, …, with derivatives of our own
//	elemBinOp            Add, Sub, HadamardProd, HadamardDiv, Pow with a constant exponent, comparisons that
//	                     give numbers; Rectify and LeakyRelu are made of them
//	linAlgBinOp          Mul of matrices and vectors, transposed or not; not BatchedMatMul
//	reshapeOp            Reshape, Ravel
//	transposeOp          Transpose
//	repeatOp, sizeOp     broadcasting: BroadcastAdd and the like; SizeOf
//	sumOp                Sum, Mean
//	sliceOp, concatOp    Slice and Concat, but of the examples' axis
//	softmaxOp            SoftMax, LogSoftMax; Log of a SoftMax as one op, finite for any logits
//	sparsemaxOp          Sparsemax, run as it is
//	im2colOp, maxPoolOp  Conv2d, Conv1d, MaxPool2D with the same padding on opposite sides
//	globalAveragePoolOp  GlobalAveragePool2D, by a gradient of our own
//	dropoutOp            Dropout: see below
//	BatchNormOp, GroupNormOp, avgPoolOp, maxOp, randomOp, byIndicesOp, tensordotOp
//	                     refused, with the reason and what to do instead
//
// Any other op, the user's own included, is run as it is, on copies, if it has tensors as operands and
// result and a symbolic derivative. K-FAC's adaptive mode needs a derivative of that derivative, too, and
// says so where there is none: fixed mode does without.
//
// # Activations and gradients
//
// Graph.Model has Observe: a function that is called after each pass with the taps, which hold a of each
// map and the gradients at s.
//
// # gorgonia's traps
//
// Values of inner nodes are not read from the user's machine, which reuses their memory. They are
// computed by kernels that own theirs. Gradients are set to zero after a step. The first steps'
// gradients are compared with those of these kernels (Solver.Checks): a machine that has run twice,
// an op that wrote over its input, and a derivative of gorgonia's that is wrong end in a
// *GradientError. BatchNorm and random nodes keep or draw numbers inside an op that a second pass cannot
// see. They are refused with what to do instead. Dropout is refused by a Solver, since gorgonia's gradient
// of it is wrong. Without gorgonia's machine ([Graph.Batch]) its masks are this module's.
package adopt
