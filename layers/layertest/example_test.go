package layertest_test

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/layers/layertest"
)

// printing is a T that prints. A test gives its *testing.T.
type printing struct{}

func (printing) Helper()                           {}
func (printing) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printing) Logf(string, ...any)               {}

// doubled is 2x, with a gradient that has forgotten the 2.
type doubled struct{}

func (doubled) Params() []*graph.Param { return nil }

func (doubled) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "double", Shape: x.Shape().Clone(), F32: double[float32], F64: double[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil },
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			return doubled{}.Build(t.Builder, t.Dot[0])
		},
	}, x)
}

func double[T graph.Float](out []T, in [][]T) {
	for i, v := range in[0] {
		out[i] = 2 * v
	}
}

// In a test, t is the *testing.T, and a layer that is right prints nothing.
func ExampleCheck() {
	t := printing{}
	layertest.Check(t, func() layers.Layer { return &layers.Dense{Units: 3} }, layertest.Config{Input: []int{5}})
	layertest.Check(t, func() layers.Layer { return doubled{} }, layertest.Config{Input: []int{2}})
	// Output:
	// layertest: layertest_test.doubled: gradient: the gradient of the input, in a graph of 3 examples in training mode, is 0.5 times the finite difference (element [1 0]: 1.90732 instead of 3.81463; 6 of 6 elements differ)
}
