package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// mixture has a tap of every kind: locations, groups, great and small orders, a parameter
// without a tap.
func mixture() layers.Sequential {
	loose := groupedMap("loose", 1, 1, 6, 6)
	loose.loose = true
	return layers.Sequential{
		tableMap("table", 4, 9, 6), groupedMap("depthwise", 4, 3, 2, 2), scaleMap("scale", 4, 6), shiftMap("shift", 1, 24),
		groupedMap("shared", 2, 1, 12, 3), loose, &layers.Dense{Units: 300}, scaleMap("wide", 1, 300), layers.Tanh(), &layers.Dense{Units: 3},
	}
}

// TestBlocks: the description of every block, in two structures, and the same forms in the
// summary of a model.
func TestBlocks(t *testing.T) {
	m, err := trainer.NewModel(mixture(), losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	obj, err := m.Batch(graph.NewDense(graph.Float64, 2, 4), labels(1, 2))
	require.NoError(t, err)
	about := func(structure kfac.Structure) []kfac.BlockInfo {
		p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure})
		require.NoError(t, err)
		assert.Nil(t, p.Blocks())
		require.NoError(t, p.Build(obj))
		total := 0
		for _, b := range p.Blocks() {
			total += b.Order
		}
		assert.Equal(t, graph.CountParams(m.Params()), total, structure)
		return p.Blocks()
	}
	const f = 8 // bytes
	want := []kfac.BlockInfo{
		{Params: []string{"table.weight"}, Form: "A ⊗ G, diagonal 9 ⊗ 6×6", Order: 54, Bytes: f * (2*(9+36) + 2*(9+1+36+2))},
		{Params: []string{"depthwise.weight", "depthwise.bias"}, Form: "3 groups: A ⊗ G, 3×3 ⊗ 2×2, expand over 4 locations", Order: 18, Bytes: f * 3 * 4 * (9 + 4)},
		{Params: []string{"scale.weight", "scale.bias"}, Form: "full, 12×12", Order: 12, Bytes: f * 4 * 144},
		{Params: []string{"shift.weight"}, Form: "full, 24×24", Order: 24, Bytes: f * 4 * 576},
		{Params: []string{"shared.weight", "shared.bias"}, Form: "A ⊗ G, 13×13 ⊗ 3×3, expand over 2 locations", Order: 39, Bytes: f * 4 * (169 + 9)},
		{Params: []string{"dense1.weight", "dense1.bias"}, Form: "A ⊗ G, 7×7 ⊗ 300×300", Order: 2100, Bytes: f * 4 * (49 + 90_000)},
		{Params: []string{"wide.weight", "wide.bias"}, Form: "2×2 for each of 300 features", Order: 600, Bytes: f * 4 * 900},
		{Params: []string{"dense2.weight", "dense2.bias"}, Form: "A ⊗ G, 301×301 ⊗ 3×3", Order: 903, Bytes: f * 4 * (301*301 + 9)},
		{Params: []string{"loose.weight"}, Form: "diagonal", Order: 36, Bytes: f * 4 * 36},
		{Params: []string{"loose.bias"}, Form: "diagonal", Order: 6, Bytes: f * 4 * 6},
	}
	got := about(kfac.BlockDiagonal)
	require.Len(t, got, len(want))
	summary := m.Summary()
	for i, b := range want {
		assert.Equal(t, b.Params, got[i].Params)
		assert.Equal(t, b.Form, got[i].Form)
		assert.Equal(t, b.Order, got[i].Order, b.Params)
		assert.InDelta(t, b.Bytes, got[i].Bytes, 200, "%v: matrices, and a few numbers beside them", b.Params)
		assert.Contains(t, summary, b.Form)
	}
	assert.Contains(t, about(kfac.EKFAC)[7].Form, "diagonal in the eigenbasis of A ⊗ G, 301×301")
	assert.Equal(t, "full, 3750×3750", about(kfac.Full)[0].Form)
	for i, b := range about(kfac.LowRank) {
		assert.Equal(t, want[i].Form, b.Form)
	}
}

// TestBlocksOfARegisteredKind name the kind.
func TestBlocksOfARegisteredKind(t *testing.T) {
	n := looseNets()["gains"]
	m, o := tappedGains(t, n, n.theta(1)), newOptimizer(t, kfac.Config{Structure: kfac.BlockTridiagonal})
	require.NoError(t, o.Preconditioner().Register("gain", newGainBlock))
	require.NoError(t, o.Adopt(n.batch(t, m, n.data(2, 5))))
	blocks := o.Preconditioner().Blocks()
	last := blocks[len(blocks)-1]
	assert.Equal(t, `registered for kind "gain"`, last.Form)
	assert.Equal(t, 3, last.Order)
	assert.Contains(t, m.Summary(), "K-FAC")

	deep := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	o = newOptimizer(t, kfac.Config{Structure: kfac.BlockTridiagonal})
	require.NoError(t, o.Adopt(deep.batch(t, deep.model(t, deep.theta(1)), deep.data(2, 5))))
	assert.Equal(t, "a chain of 2: A ⊗ G, 4×4 ⊗ 4×4; A ⊗ G, 5×5 ⊗ 3×3", o.Preconditioner().Blocks()[0].Form)
	assert.Equal(t, 31, o.Preconditioner().Blocks()[0].Order)
}
