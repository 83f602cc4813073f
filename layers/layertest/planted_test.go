package layertest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/layers/layertest"
)

// recorder keeps what Check reports.
type recorder struct{ errors, logs []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

// aspects are those that failed, in the order of their first failures.
func (r *recorder) aspects(t *testing.T) (all []layertest.Aspect) {
	for _, text := range r.errors {
		assert.NotContains(t, text, "\n")
		parts := strings.SplitN(text, ": ", 4)
		require.Len(t, parts, 4, text)
		assert.Equal(t, "layertest", parts[0])
		if a := layertest.Aspect(parts[2]); !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

// hiding lists its first parameter alone.
type hiding struct{ *affine }

func (l hiding) Params() []*graph.Param { return l.affine.Params()[:min(1, len(l.affine.Params()))] }

// planted are layers with one fault, the aspect that finds it and what its message says.
func planted() []struct {
	fault, want string
	aspect      layertest.Aspect
	layer       func(fault string) layers.Layer
} {
	mine := func(fault string) layers.Layer { return &affine{Units: 3, fault: fault} }
	shifted := func(fault string) layers.Layer { return &affine{Units: 3, Shift: 0.5, fault: fault} }
	random := func(fault string) layers.Layer { return &noise{fault} }
	stateful := func(fault string) layers.Layer { return &centred{fault: fault} }
	curved := func(fault string) layers.Layer { return bent{fault} }
	return []struct {
		fault, want string
		aspect      layertest.Aspect
		layer       func(fault string) layers.Layer
	}{
		{"gradient twice", "the gradient of affine1.weight, in a graph of 3 examples in training mode, is 2 times the finite difference (element [", layertest.Gradient, mine},
		{"gradient of the wrong sign", "the gradient of the input, in a graph of 3 examples in training mode, is -1 times the finite difference: it has the wrong sign", layertest.Gradient, mine},
		{"gradient of a mean", "is 0.3333 times the finite difference, one over the number of examples: a mean in the place of a sum", layertest.Gradient, mine},
		{"gradient transposed", "the gradient of affine1.weight, in a graph of 3 examples in training mode, is the transpose of the finite difference", layertest.Gradient, mine},
		{"gradient of the bias forgotten", "the gradient of affine1.bias, in a graph of 3 examples in training mode, is zero, and the finite difference is not", layertest.Gradient, mine},
		{"gradient of the first example", "is not the finite difference in 2 of 3 examples alone (1, 2)", layertest.Gradient, mine},
		{"gradient of many examples", "the gradient of affine1.weight, in a graph of 33 examples in training mode, is 2 times the finite difference (element [", layertest.Gradient, mine},
		{"gradient beside the input's alone", "the gradient of affine1.weight, in a graph of 3 examples in training mode, where no other is asked for, is 2 times that beside the others", layertest.Gradient, mine},
		{"single precision in both", "the values are too rough for float64 (does F64 compute in float32?)", layertest.Gradient, mine},
		{"tangent without a term", "the tangent of the output as the input moves, in a graph of 3 examples in training mode, is zero", layertest.Tangent, mine},
		{"no tangent", "there is no tangent, which K-FAC's adaptive mode needs", layertest.Tangent, mine},
		{"second derivative", "the tangent of the gradient of the input, in a graph of 3 examples in training mode, is not the finite difference", layertest.Hessian, curved},
		{"float32 is another function", "the output in float32, in a graph of 3 examples in training mode, is not that in float64 in 1 of 3 examples alone (2)", layertest.Precision, mine},
		{"writes to its input", "a run writes to its input (element [0 0]: ", layertest.Values, mine},
		{"writes to its weight", "a run writes to affine1.weight (element [0 1]: ", layertest.Values, mine},
		{"not finite", "the output is NaN at [0 0]", layertest.Values, mine},
		{"a quotient of zeros", "the output is NaN at [0 0] if all inputs are 0", layertest.Values, mine},
		{"gradient adds up", "the gradient of affine1.weight has other bits in a second run of the same mini-batch", layertest.Values, mine},
		{"leaves elements", "the output has other bits after a run of another mini-batch (element [", layertest.Values, func(string) layers.Layer { return rectified{} }},
		{"gradient of memory", "the gradient of the input has other bits if it is computed after the output, by Program.Resume", layertest.Values, func(string) layers.Layer { return remembering{} }},
		{"random numbers of its own", "it depends on random numbers that are not from Builder.Streams", layertest.Values, random},
		{"draws in each pass", "in a second pass over one mini-batch", layertest.Masks, random},
		{"draws in evaluation", "random numbers are drawn in evaluation mode", layertest.Masks, random},
		{"draws in Build", "random numbers are drawn by Build: every mini-batch would have one mask", layertest.Masks, random},
		{"one generator for all examples", "the output of process 0 of 2 that share a mini-batch is not that of one process for the same examples in 2 of 3 examples alone", layertest.Masks, random},
		{"draws once", "the mask of the first mini-batch stays for the next", layertest.Masks, random},
		{"coupled", "the output of a graph of 1 examples in training mode is zero, and the output for the same examples in a mini-batch of 33 is not", layertest.Examples, func(string) layers.Layer { return coupled{} }},
		{"batch size of the first graph", "is not written at [1 0]", layertest.Values, mine},
		{"divides by the batch", "the layer keeps a batch size, divides by it", layertest.Examples, mine},
		{"tap N times too large", "tap affine1: āᵀ·G, the gradient of affine1.weight, in a graph of 3 examples in training mode, is 3 times the gradient by Backward, the number of examples", layertest.Taps, mine},
		{"tap of another input", "the tap's input is not that of the map", layertest.Taps, mine},
		{"tap of a copy", "the layer's output does not depend on the output (3, 3) of tap affine1", layertest.Taps, mine},
		{"tap behind the activation", "tap affine1: the sum of G, the gradient of affine1.bias, in a graph of 3 examples in training mode, is not the gradient by Backward", layertest.Taps, mine},
		{"tap of rows in another order", "the tap's input is not that of the map", layertest.Taps, mine},
		{"tap transposed", "tap affine1 has an input of shape (5, 3) and an output of shape (3, 3): want N·T×in and N·T×out, with as many rows", layertest.Taps, mine},
		{"weight used twice", "is 0.5 times the gradient by Backward", layertest.Taps, mine},
		{"one name for all", "with a second layer in the same network: a parameter and a parameter are both called affine.weight", layertest.Names, mine},
		{"one name for two", "a parameter and a parameter are both called affine1.weight", layertest.Names, mine},
		{"parameters of each Build", "has other parameters than the first graph", layertest.Building, mine},
		{"initialised in each Build", "changes affine1.weight (element [", layertest.Building, mine},
		{"ranks unchecked", "Build must check what it is given, and return an error", layertest.Errors, mine},
		{"size unchecked", "Build takes an input of shape [3 6], and its ops fail when they run", layertest.Errors, mine},
		{"state that is no buffer", "a training pass changes predictions without a step", layertest.State, func(string) layers.Layer { return &keeping{} }},
		{"a buffer that is not listed", "the layer uses buffer centred1.running_mean, which its Buffers does not list: it would not be saved", layertest.Building, stateful},
		{"state written in evaluation", "a run writes to the buffer centred1.running_mean", layertest.Values, stateful},
		{"state written by each pass", "a run writes to the buffer centred1.running_mean", layertest.Values, stateful},
		{"state never updated", "training leaves the buffer centred1.running_mean as it was", layertest.State, stateful},
		{"state used in training", "in training mode the loss depends on buffer centred1.running_mean", layertest.State, stateful},
		{"a parameter that is not listed", "the layer keeps something that is neither a parameter nor a buffer", layertest.Saving, mine},
		{"a bias that is not listed", "the layer uses parameter affine1.bias, which its Params does not list: it would be neither trained nor saved", layertest.Building, func(string) layers.Layer { return hiding{&affine{Units: 3}} }},
		{"setting not saved", "the kind's settings leave something out", layertest.Saving, shifted},
		{"name not saved", "a parameter affine1.weight is called affine2.weight where the layer's kind has made it", layertest.Saving, mine},
		{"limits ignored", "affine1.weight is made though the graph's Limits refuse it", layertest.Saving, mine},
		{"allocates", "each run after the first ones allocates 1 objects", layertest.Allocations, mine},
	}
}

// TestPlantedFaults: each fault is found by the aspect that is meant for it, and by no other, in a message that says
// what is wrong.
func TestPlantedFaults(t *testing.T) {
	for _, c := range planted() {
		t.Run(c.fault, func(t *testing.T) {
			r := &recorder{}
			cfg := layertest.Config{Input: []int{5}}
			if _, ok := c.layer(c.fault).(*affine); ok {
				cfg.Kinds = []layers.Kind{affineKind(c.fault)}
			}
			layertest.Check(r, func() layers.Layer { return c.layer(c.fault) }, cfg)
			t.Log(strings.Join(append(slices.Clone(r.errors), r.logs...), "\n"))
			if logs := strings.Join(r.logs, "\n"); c.aspect == layertest.Allocations && strings.Contains(logs, "allocations: skipped: ") {
				t.Skip("this build allocates by itself: the log says why")
			}
			require.NotEmpty(t, r.errors)
			assert.Equal(t, []layertest.Aspect{c.aspect}, r.aspects(t))
			assert.Contains(t, r.errors[0], c.want)
		})
	}
}

// TestLastOfManyExamples: a row that only many examples have is looked at, too.
func TestLastOfManyExamples(t *testing.T) {
	r := &recorder{}
	layertest.Check(r, func() layers.Layer { return &affine{Units: 3, fault: "last of many examples"} }, layertest.Config{Input: []int{5}})
	assert.Equal(t, []layertest.Aspect{layertest.Examples, layertest.Gradient, layertest.Tangent}, r.aspects(t))
	require.NotEmpty(t, r.errors)
	assert.Contains(t, r.errors[0], "is not the output for the same examples in a mini-batch of 33")
}

// TestWithoutFaults: the same layers pass where they are right.
func TestWithoutFaults(t *testing.T) {
	for _, l := range []func() layers.Layer{
		func() layers.Layer { return &affine{Units: 3} }, func() layers.Layer { return &affine{Units: 3, Shift: 0.5} },
	} {
		layertest.Check(t, l, layertest.Config{Kinds: []layers.Kind{affineKind("")}})
	}
	for _, l := range []func() layers.Layer{
		func() layers.Layer { return &noise{} }, func() layers.Layer { return &centred{} }, func() layers.Layer { return bent{} },
	} {
		layertest.Check(t, l, layertest.Config{Hessian: true})
	}
	layertest.Check(t, func() layers.Layer { return coupled{} }, layertest.Config{Coupled: true, Hessian: true})
}
