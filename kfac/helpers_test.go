package kfac

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// A map of the test helpers. Tests of package kfac see its fields and functions; tests
// of package kfac_test use it as a caller does. A helper that one file alone uses stands
// in this file, and not on the map (TestHelperMap).
//
// In package kfac, an optimizer by itself:
//
//	helpers_test.go     newOptimizer; adaptiveOf, lastOf: its policy, and what it remembers of the last step;
//	                    miniBatch: the type of an objective with curvature and products;
//	                    placedLayers: the layers of taps; random, randomSlice, randomize: normal numbers by a seed
//	bowl_test.go        bowl, newBowl, randomBowl: an objective ½(θ−θ*)ᵀH(θ−θ*) whose F and F̂ a test chooses,
//	                    for α, μ, λ, γ and ρ without a network
//	state_test.go       run, newRun, configs: a model with dropout and loose parameters, trained by hand, and a
//	                    configuration of each kind, for states and allocations; saved, end: its steps
//	alloc_test.go       barePasses: the passes of a step by themselves
//
// In package kfac, a block by itself:
//
//	tapnetwork_test.go  affine, network, newNetwork, redraw: random taps with a random gradient, all that a block
//	                    sees of a model; blocksFor, inverseOf, carryOut: blocks and inverses for them
//	matrices_test.go    what blocks are compared with, as gonum matrices: homogeneous (ā), secondMoment, dense, plus,
//	                    kron, denseSolve, cond1, diagonalOf; covariance, factorsOf, dampedPair: A and G of a network;
//	                    closeTo: the comparison; bits, nan32, inf32
//	gaussian_test.go    gaussian, crossOf: the Gaussian chain of BlockTridiagonal, written out
//	fractions_test.go   large: a bowl that says it has so many examples
//	byexample_test.go   explainGradient: a gradient that is the sum of its examples
//	lowrank_test.go     fading: eigenvalues of A and G that fall off
//	lowrankstate_test.go  wide, newWide: a model whose factors have low-rank forms
//	ekfac_test.go       bases: maps for the structures with squares of gradients
//
// In package kfac_test, a network in plain loops, and the Fisher matrix of it:
//
//	network_test.go     net, newNet of piece: dense, linear, function; its forward and backward pass
//	nets_test.go        tinyNets, looseNets, everyCase: the table of networks
//	enumerate_test.go   batch; term: a gradient with its probability, for every class or target, of which F is the
//	                    mean; dot, axpy, softmax
//	reference_test.go   factors: A, G and F of terms; plus, solve, vec, row, elements
//	bases_test.go       bases, newBases: the eigenbases of EKFAC
//	model_test.go       the same network as a trainer.Model: newModel, newOptimizer, plain (settings), normal, labels,
//	                    step, flat of values or grads, restore; near: the comparison
//
// In package kfac_test, whole steps:
//
//	shadow_test.go         shadow, newShadow, part: the optimizer once more, in plain loops with dense inverses
//	shadowadaptive_test.go product: its adaptive mode
//	shadowpace_test.go     shadowPace: its α and μ, measured or kept
//	shadowrepeats_test.go  repeats: its rules for full batches
//	trajectory_test.go     follow, sameStats: steps of an optimizer beside its shadow
//	structure_test.go      firstStep, stepDamping, stepTolerance: one step in each structure; dampedSolve: its
//	                       direction, of a matrix written out
//	search_test.go         searching: settings whose λ₀ is to be found
//	step_test.go           tinyNet: a network of layers
//	preconditioner_test.go newSGD, newPreconditioned; cloned: statistics as they are
//	resume_test.go         rig, newRig, same: a training run with all that has a state
//
// In package kfac_test, groups of processes:
//
//	parts_test.go       partTolerance: of sums in another order
//	share_test.go       member, newMember: a process with its share of each mini-batch; trial: a run that one process makes, or a
//	                    group; course: what it came to; stepper: an optimizer with a state
//	shared_test.go      sameRun: the comparison of the two; busy, sharing: settings, and an optimizer
//
// In package kfac_test, layers and examples:
//
//	layers_test.go      gain, scaleColumns: a layer without a tap; coordinates: a change of coordinates
//	customblock_test.go tappedGain, tappedGains, newGainBlock: a layer with a kind of tap of its own, and its block
//	conv_test.go        imageModel, convNet, convTable, convClasses; windowsOf; outcome, outcomes: convolutions
//	convstep_test.go    convStep, takeConvStep: a step of a convolution, with its factors written out; damp
//	kindlayers_test.go  kindLayer: a layer of each kind that taps have: groupedMap, scaleMap, shiftMap, tableMap;
//	                    summand, productsOf: its op
//	kinds_test.go       single, singles: gradients of single examples for every target; kindBlock, kindBlocks, fisherOf,
//	                    kindStep: a step by blocks of every kind, written out
//	kindblocks_test.go  kindCase, kindCases: networks with such layers
//	blockinfo_test.go   mixture: a network with a tap of every kind
//	example_test.go     sine, train: what examples train, and how
//
// Networks by hand:
//
//	byhandmlp_test.go   handMLP, newHandMLP: a network in slices; handModel: the same of layers; handBatch: its data;
//	                    handOptimizer, handOptimizers: what steps it
//	byhandrule_test.go  oneMap, newOneMap: a network of one map with its mini-batch; ruled: a preconditioner in
//	                    front of a ByHandRule; probe: an optimizer that looks on
//	byhanderrors_test.go handed, newHanded: two maps and a parameter under none
//	byhandlogistic_test.go logistic: the passes of a logistic regression, for examples
//
// Laplace posteriors:
//
//	laplacecases_test.go  inBatches, someRows: data in mini-batches; fitLaplace; laplaceCases: networks of every kind; laplaceFisher:
//	                      F̂ written out; units, writtenOut: Σ; inverseOf; laplaceTolerance
//	configdoc_test.go     stateDefaults: the comments of a configuration against its defaults

// newOptimizer is New with a configuration that must be valid.
func newOptimizer(t *testing.T, cfg Config) *Optimizer {
	t.Helper()
	o, err := New(cfg)
	require.NoError(t, err)
	return o
}

// miniBatch is the objective of adaptive mode. trainer.Model.Batch returns one.
type miniBatch interface {
	graph.CurvatureObjective
	graph.ProductObjective
}

// adaptiveOf returns the policy of an optimizer in adaptive mode.
func adaptiveOf(o *Optimizer) *adaptive { return o.policy.(*adaptive) }

// lastOf returns the optimizer's memory of its last step: δ₀ or the velocity.
func lastOf(o *Optimizer) graph.Direction {
	if a, ok := o.policy.(*adaptive); ok {
		return a.last
	}
	return o.policy.(*fixed).velocity
}

// placedLayers returns the layers of the taps of built-in kinds.
func placedLayers(taps []*graph.Tap, params, loose []*graph.Param) ([]*layer, error) {
	layers, _, err := placed(taps, params, loose, nil)
	return layers, err
}

// random returns a generator for a seed.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 77)) }

// randomSlice returns n standard normal numbers.
func randomSlice(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// randomize fills x, whatever its type, with the numbers that it would have in
// float64.
func randomize[T graph.Float](r *rand.Rand, x []T, scale float64) {
	for i := range x {
		x[i] = T(scale * r.NormFloat64())
	}
}
