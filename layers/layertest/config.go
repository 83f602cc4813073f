package layertest

import (
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// T is what Check reports to: a *testing.T, a *testing.B or a recorder.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// Aspect is one of the things that Check looks at. Failures begin with its name.
type Aspect string

// The aspects, in the order in which Check looks at them.
const (
	// Building: Build makes the same parameters for every batch size and mode, and an output N×….
	Building Aspect = "building"
	// Names: parameters and buffers have names, all of them different, also of two layers in one network.
	Names Aspect = "names"
	// Errors: an input that does not fit is an error of Build, and never a panic.
	Errors Aspect = "errors"
	// Values: outputs and gradients are finite, at inputs of 0 too, are the same bits in every run, and nothing else is written.
	Values Aspect = "values"
	// Masks: random numbers are drawn once for each mini-batch, and none in evaluation mode.
	Masks Aspect = "masks"
	// Examples: an example's output depends neither on the other examples nor on the batch size.
	Examples Aspect = "examples"
	// Gradient: Builder.Backward agrees with finite differences.
	Gradient Aspect = "gradient"
	// Tangent: Builder.Forward agrees with finite differences and with Backward, ⟨u, Jv⟩ = ⟨Jᵀu, v⟩.
	Tangent Aspect = "tangent"
	// Hessian: the tangents of gradients agree with finite differences.
	Hessian Aspect = "hessian"
	// Precision: float32 agrees with float64 up to rounding.
	Precision Aspect = "precision"
	// Taps: a tap's inputs and gradients give each example's gradient of the parameters under it.
	Taps Aspect = "taps"
	// Fisher: K-FAC's whole and diagonal matrices agree with the Fisher matrix, enumerated.
	Fisher Aspect = "fisher"
	// State: buffers change once for each mini-batch, and not in evaluation.
	State Aspect = "state"
	// Saving: a saved model gives the outputs that it gave.
	Saving Aspect = "saving"
	// Allocations: a run allocates nothing after the first.
	Allocations Aspect = "allocations"
)

// Aspects lists all aspects, in the order in which Check looks at them.
func Aspects() []Aspect {
	var all []Aspect
	for _, s := range steps() {
		all = append(all, s.aspect)
	}
	return all
}

// Config says what Check cannot know of a layer. The zero value is for a layer of real inputs that treats examples
// independently. Small inputs are enough and are quick: some dozen elements.
type Config struct {
	// Input is the shape of one example. Default: the first of 5, 4×3 and 5×4×3 that Build takes.
	Input []int
	// Rows is for inputs that are whole numbers from 0 to Rows−1, such as the words of an Embedding: nothing moves them.
	// Default 0: inputs are real numbers.
	Rows int
	// Values fills the inputs of a mini-batch, where draws from N(0, 1) are not in the layer's domain. It must depend on
	// r alone. Default: nil, such draws.
	Values func(r *rand.Rand, x []float64)
	// Params sets the parameters to values in the layer's domain, no two of them alike. Default: nil, a draw from
	// N(0, 1/16) is added to each initial value.
	Params func(r *rand.Rand, params []*graph.Param)
	// Coupled says that in training the examples of a mini-batch depend on each other, as in BatchNorm. Blocks of K-FAC
	// leave that out, so that they are not compared with the Fisher matrix.
	Coupled bool
	// Hessian says that second derivatives must be there. Without it, gradients that have no tangent are logged.
	Hessian bool
	// Kinds has the layer's kind for files, beside layers.Kinds. Without a kind that fits, Check saves the parameters alone.
	Kinds []layers.Kind
	// Blocks are the K-FAC blocks for the layer's own kinds of taps, by kind.
	Blocks map[string]kfac.NewBlock
	// Skip lists aspects that Check leaves out, with the reason, which the log has.
	Skip map[Aspect]string
}
