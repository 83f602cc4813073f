package trainer_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Frozen parameters are not in the space of directions.
func TestMultiplyWithFrozenParameters(t *testing.T) {
	build := func(groups ...graph.Group) *trainer.Model {
		net := layers.Sequential{&layers.Dense{Units: 5, Name: "first"}, layers.Tanh(), &layers.Dense{Units: 3, Name: "last"}}
		m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: graph.Float64, Seed: 2, Groups: groups})
		require.NoError(t, err)
		return m
	}
	all, some := build(), build(graph.Group{Params: "first.*", Frozen: true})
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SoftmaxCrossEntropy{}, 5, 4, 3)
	v := randomDirection(rand.New(rand.NewPCG(2, 1)), all.Params())
	v[0].Zero()
	v[1].Zero()
	whole, err := all.Batch(x, y)
	require.NoError(t, err)
	part, err := some.Batch(x, y)
	require.NoError(t, err)
	for _, matrix := range matrices {
		want := multiply(t, whole, matrix, v)
		closeTo(t, want[len(flat(v[:2])):], multiply(t, part, matrix, v[2:]), 1e-14, matrix)
	}
}

func TestMultiplyErrors(t *testing.T) {
	m := newModel(t, &layers.Dense{Units: 3, Name: "only"}, losses.SquaredError{}, 4, 0)
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 3, 4, 3)
	a := trainer.NewAccumulation(m)
	whole, err := m.Batch(x, y)
	require.NoError(t, err)
	fine, v := graph.NewDirection(m.Params()), graph.NewDirection(m.Params())
	column := tensor.New(tensor.WithShape(4, 3), tensor.Of(graph.Float64), tensor.AsFortran(make([]float64, 12)))
	for _, obj := range []trainer.MiniBatch{whole, inParts(t, a, []*tensor.Dense{x, y}, 2, 1)} {
		by, err := graph.MatrixOf(obj)
		require.NoError(t, err)
		for _, c := range []struct {
			matrix graph.Matrix
			dst, v graph.Direction
			want   string
		}{
			{"ggn", fine, v, `unknown curvature matrix "ggn": want fisher, gauss-newton or hessian`},
			{"", fine, v, `unknown curvature matrix ""`},
			{graph.Fisher, fine, v[:1], "the vector: 1 tensors for 2 parameters"},
			{graph.Fisher, nil, v, "the result: 0 tensors for 2 parameters"},
			{graph.Hessian, fine, graph.Direction{v[0], nil}, "only.bias: the tensor is nil"},
			{graph.Hessian, fine, graph.Direction{v[1], v[0]}, "only.weight: a tensor of shape (3) for a parameter of shape (4, 3)"},
			{graph.Hessian, graph.Direction{fine[0], graph.NewDense(graph.Float32, 3)}, v, "only.bias: a tensor of float32 for a parameter of float64"},
			{graph.GaussNewton, graph.Direction{column, fine[1]}, v, "only.weight: not a contiguous row-major tensor"},
			{graph.GaussNewton, v, v, "the result and the vector share the memory for only.weight"},
		} {
			assert.ErrorContains(t, by.Multiply(c.matrix, c.dst, c.v), c.want)
			require.NoError(t, by.Multiply(graph.Fisher, fine, v), "usable after an error")
			assert.Zero(t, fine.Dot(fine))
		}
	}
}

// A model without parameters has no directions but empty ones; one without influence has
// zeros.
func TestMultiplyWithoutParameters(t *testing.T) {
	for name, net := range map[string]layers.Layer{"none": layers.Sequential{layers.Identity()}, "without influence": layers.Sequential{&unused{}}} {
		m := newModel(t, net, losses.SquaredError{}, 2, 0)
		obj, err := m.Batch(graph.NewDense(graph.Float64, 3, 2), graph.NewDense(graph.Float64, 3, 2))
		require.NoError(t, err)
		for _, matrix := range matrices {
			v := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
			for _, x := range multiply(t, obj, matrix, v) {
				assert.Zero(t, x, name)
			}
		}
	}
}

// offset is a layer of a user's own whose output is its parameter, whatever the input.
type offset struct{ p *graph.Param }

func (o *offset) Params() []*graph.Param {
	if o.p == nil {
		return nil
	}
	return []*graph.Param{o.p}
}

func (o *offset) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if o.p == nil {
		o.p = graph.NewParam("offset", b.DType, 1, 2)
	}
	return b.Param(o.p), nil
}

// Nothing is computed where the outputs are the parameters: M is the cost's own Hessian, the identity.
func TestMultiplyWhereOutputsAreParameters(t *testing.T) {
	m := newModel(t, &offset{}, losses.SquaredError{}, 2, 0)
	obj, err := m.Batch(graph.NewDense(graph.Float64, 1, 2), graph.NewDense(graph.Float64, 1, 2))
	require.NoError(t, err)
	for range 2 {
		v := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
		for _, matrix := range matrices {
			v.Scale(-2)
			assert.Equal(t, flat(v), multiply(t, obj, matrix, v), matrix)
		}
	}
}

// A clipped objective has the model's products.
func TestClippedPassesMultiplyOn(t *testing.T) {
	m := newModel(t, looseNet(), losses.SquaredError{}, 4, 0)
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 3, 4, 3)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	clip := trainer.ClipNorm(obj, 1e-3)
	_, err = clip.Grad()
	require.NoError(t, err)
	v := randomDirection(rand.New(rand.NewPCG(2, 1)), m.Params())
	for _, matrix := range matrices {
		assert.Equal(t, multiply(t, obj, matrix, v), multiply(t, clip, matrix, v))
	}
	assert.InEpsilon(t, 1e-3, trainer.GradNorm(m.Params()), 1e-12)
}

// The parts' products make the mini-batch's, whatever came before, and each part keeps
// its dropout masks.
func TestMultiplyInParts(t *testing.T) {
	for lossName, loss := range allLosses {
		m := newModel(t, looseNet(), loss, 4, 0.25)
		scatter(m, 1)
		r := rand.New(rand.NewPCG(5, 2))
		x, y := randomBatch(r, loss, 22, 4, 3)
		v := randomDirection(r, m.Params())
		for _, matrix := range matrices {
			whole, err := m.Batch(x, y)
			require.NoError(t, err)
			want := multiply(t, whole, matrix, v)
			parts := inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{x, y}, 7, 7, 7, 1)
			for range 2 {
				closeTo(t, want, multiply(t, parts, matrix, v), 1e-12, "%s, %s", lossName, matrix)
				_, err = parts.Grad()
				require.NoError(t, err)
				gradients := snapshot(m.Params(), true)
				closeTo(t, want, multiply(t, parts, matrix, v), 1e-12, "%s, %s", lossName, matrix)
				assert.Equal(t, gradients, snapshot(m.Params(), true))
			}
		}
	}
	m, data := toy(t, trainer.ModelConfig{Seed: 1, DType: graph.Float64})
	v := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
	masked := inParts(t, trainer.NewAccumulation(m), []*tensor.Dense{data.x, data.y}, 7, 7, 7, 1)
	for _, matrix := range matrices {
		first := slices.Clone(multiply(t, masked, matrix, v))
		_, err := masked.Loss()
		require.NoError(t, err)
		assert.Equal(t, first, multiply(t, masked, matrix, v), "the same masks")
	}
}

// A result in the memory of v is refused in whatever order its tensors are: the products of later parts would be with what
// the first wrote.
func TestMultiplyRefusesMixedMemory(t *testing.T) {
	net := layers.Sequential{&layers.Dense{Units: 4, NoBias: true}, layers.Tanh(), &layers.Dense{Units: 4, NoBias: true}}
	m := newModel(t, net, losses.SquaredError{}, 4, 0)
	r := rand.New(rand.NewPCG(1, 1))
	parts := trainer.NewAccumulation(m)
	for range 2 {
		x, y := randomBatch(r, losses.SquaredError{}, 3, 4, 4)
		require.NoError(t, parts.Add(x, y))
	}
	obj, err := parts.MiniBatch()
	require.NoError(t, err)
	by, err := graph.MatrixOf(obj)
	require.NoError(t, err)
	v := randomDirection(r, m.Params())
	want, before := multiply(t, obj, graph.Fisher, v), flat(v)
	swapped := graph.Direction{v[1], v[0]}
	require.ErrorContains(t, by.Multiply(graph.Fisher, swapped, v), "share the memory", "else the product is %v and not %v", flat(swapped), want)
	assert.Equal(t, before, flat(v))
}
