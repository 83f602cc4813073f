// Package graph is the only package of gokfac that touches gorgonia. It gives
// the rest of the house an expression graph that can be trusted:
//
//   - [Kernel], the one op type: it owns its output buffer, never works in
//     place and never panics, so a value read after a run is the value that
//     was computed (gorgonia's stock ops reuse registers and overwrite dead
//     operands, weights included).
//   - [Builder], which collects a graph for one batch size and one mode, its
//     parameters and its taps.
//   - [Builder.Backward], a reverse walker that may be called many times and
//     for any node (gorgonia's own Grad returns the first call's results for
//     ever after, and refuses nodes that are not inputs).
//   - [Builder.Forward], its forward-mode twin: Jacobian-vector products, as
//     nodes of the graph too.
//   - [Program], compiled from a set of wanted nodes and pruned to their
//     ancestors. Programs over one graph, and graphs over one set of
//     parameters, share memory; [Program.Resume] computes only what an earlier
//     program has not. Kernels run on the caller's goroutine; gorgonia's tape
//     machine is for programs with stock ops.
//   - [Sequence], a program for predictions, which may have nothing to compute.
//   - [Direction], a displacement of all parameters together.
//   - [Tap], the hook on an affine map s = aW + b that K-FAC reads.
//   - [Objective], what an optimizer sees of a mini-batch.
//   - [Matrix], a curvature matrix of a mini-batch, of which a [MatrixObjective]
//     has the products with vectors.
//
// # Terms
//
//	N, T        examples of a mini-batch; rows of a tap that belong to one example (1, or a convolution's locations)
//	node        a value of the expression graph, of a fixed shape
//	kernel      the op of a node, with its output's memory
//	program     the nodes that were asked for, and what they need, compiled
//	run, resume computing a program from the inputs; computing only what no program has since the last run
//	parameter   a tensor that is learned ([Param]); a [Group] may freeze it
//	buffer      a tensor that a layer keeps and nobody learns ([Buffer])
//	tap         input a (N·T×in) and gradient g (N·T×out) of an affine map
//	loose       a parameter that is not under exactly one tap
//	draw        the masks of a mini-batch: every program over it sees the same ones
//	direction   a displacement of all parameters, one tensor for each
//
// # Conventions
//
// Matrices are row-major. A batch of N examples is N×…; the loss is the mean
// over examples of a sum over output units, a tensor of shape (1): a real
// scalar would be a different gorgonia type with rules of its own. Class
// labels travel as whole numbers in the graph's float type, exact to 2²⁴
// classes.
//
// # Writing an op
//
// An op is a value of type [Op]: a function for each float type, usually two
// instantiations of one generic function, and rules for the two modes of
// differentiation that apply further ops. A forward rule that is left out is
// made from the reverse rule, if the ops in that have one themselves.
//
//	double := graph.Op{
//		Name:  "double",
//		Shape: x.Shape(),
//		F32:   scale[float32], F64: scale[float64],
//		Diff:    func(d *graph.Diff) ([]*graph.Node, error) { … },
//		Tangent: func(t *graph.Tangent) (*graph.Node, error) { … },
//	}
//	y, err := b.Apply(double, x)
//
// Stock gorgonia ops may be used in a layer of one's own if they read only
// [Builder.Snapshot] copies of kernel values and inputs, and their result
// comes back through Snapshot. A snapshot that the program is asked for is not
// theirs to read, and gorgonia's Reshape, which shares memory, is replaced by
// [Builder.Reshape]. [Builder.Compile] refuses anything else. Derivatives of Log2 and
// InverseSqrt are refused, since gorgonia's are wrong.
package graph
