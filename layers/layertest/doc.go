// Package layertest checks a layer of one's own: that training, K-FAC, predictions and files may rely on it.
//
//	func TestGain(t *testing.T) {
//		layertest.Check(t, func() layers.Layer { return &Gain{} }, layertest.Config{Input: []int{5}})
//	}
//
// [Check] looks at the [Aspects] of the layer, one after the other:
//
//	building     the same parameters in every graph, those of Params; outputs N×…, for N of 1, 2, 3 and 33
//	names        of parameters and buffers: all different, also of two such layers in one network
//	errors       an input of another rank, size or type is an error of Build, never a panic
//	values       finite; the same bits in every run; an op writes all of its output, and nothing else
//	masks        drawn once for each mini-batch, by Builder.DrawsOf, and not in evaluation mode
//	examples     an example's output depends neither on other examples nor on N
//	gradient     Builder.Backward against finite differences, by element
//	tangent      Builder.Forward against finite differences; ⟨u, Jv⟩ = ⟨Jᵀu, v⟩
//	hessian      the tangents of gradients against finite differences
//	precision    float32 against float64
//	taps         āᵀG of each tap against the gradients of its parameters, for each example by itself
//	fisher       K-FAC's whole and diagonal matrix against the enumerated Fisher matrix
//	state        buffers change once for each mini-batch, and not in evaluation
//	saving       a saved model predicts what it predicted; a kind's settings leave nothing out
//	allocations  none in a run after the first ones
//
// A failure is one line, with the layer, the aspect, the parameter, the element and both values:
//
//	layertest: *mine.Gain: gradient: the gradient of gain1, in a graph of 3 examples in training mode, is 2 times the
//	finite difference (element [4]: 2.46 instead of 1.23; 5 of 5 elements differ)
//
// An aspect that another one's failure would make fail too is left out; the log says so. The log also lists the
// parameters that are under no tap, and what the layer lacks, such as second derivatives. A lack is no failure unless
// [Config] says so.
//
// # Tolerances
//
// No tolerance is set by hand. Differences in float64 are taken with three step sizes: their disagreement is the error
// of the difference, and where it does not shrink with the step there is a kink, such as ReLU's at 0. There much smaller
// steps are tried, and an element that is at the kink itself is left out. If more than half of the elements are, the
// aspect fails. Between float32 and float64, the values move by a rounding error of float32 in every number that goes in:
// outputs may differ by a multiple of what that does. Inputs, and what the layer computes with, are expected to be of a
// size of 1 or more.
//
// # What it cannot see
//
// Whether the layer computes what its author means: values need a test of their own, against a formula. Inputs of other
// shapes than Config.Input: call Check for each shape that has code of its own. Speed.
package layertest
