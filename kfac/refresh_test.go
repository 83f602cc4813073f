package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bare is an optimizer with blocks and nothing else.
func bare(blocks []block) *Optimizer {
	o := &Optimizer{blocks: blocks, jobs: make([][]*inversion, len(blocks)), renewed: make([]bool, len(blocks)), inverters: newInverters()}
	for _, b := range blocks {
		o.inverses, o.spares = append(o.inverses, b.newInverse()), append(o.spares, b.newInverse())
	}
	return o
}

// update is what all inverses in use together make of the gradient.
func update(n *network[float64], o *Optimizer) []float64 {
	n.u.Scale(math.NaN())
	for _, v := range o.inverses {
		v.apply(n.u, n.grad)
	}
	return n.flat(n.u)
}

// fragile are the structures with matrices that can fail to decompose, each
// with a way to ruin its first layer and what that costs.
var fragile = map[Structure]func(b block) *factor[float64]{
	BlockDiagonal:    func(b block) *factor[float64] { return b.(*kronecker[float64]).a },
	BlockTridiagonal: func(b block) *factor[float64] { return b.(*chain[float64]).layers[0].g },
	Full:             func(b block) *factor[float64] { return b.(*full[float64]).f },
}

func fragileNet(t *testing.T, s Structure) (*network[float64], *Optimizer, *factor[float64]) {
	n := newNetwork[float64](t, 1, 8, affine{in: 3, out: 2, bias: true}, affine{in: 2, out: 3, bias: true})
	o := bare(structured(n, s))
	for _, b := range o.blocks {
		n.measure(t, b)
	}
	return n, o, fragile[s](o.blocks[0])
}

// TestLastGoodInverse: a block that cannot be inverted keeps all of its last
// inverse, the others get theirs, and failures are counted.
func TestLastGoodInverse(t *testing.T) {
	for s := range fragile {
		n, o, f := fragileNet(t, s)
		o.steps, o.stats.InverseAge = 7, 4
		require.NoError(t, o.invert(0.3))
		assert.Zero(t, o.stats.InverseAge)
		assert.Zero(t, o.stats.FailedInverses)
		good, condition := update(n, o), o.stats.Condition
		assert.Greater(t, condition, 1.0)

		f.mean[0] = -1e12
		o.stats.InverseAge = 4
		for i := range 2 {
			require.NoError(t, o.invert(0.5), s)
			assert.Equal(t, 4, o.stats.InverseAge, "not all are new")
			assert.Equal(t, ladder*(i+1), o.stats.FailedInverses, s)
			got := update(n, o)
			first := n.layers[0].rows * n.layers[0].out
			if len(o.blocks) == 1 {
				first = len(good)
			} else {
				assert.NotEqual(t, good[first:], got[first:], "the second block was inverted with another γ")
			}
			assert.Equal(t, good[:first], got[:first], s)
		}
		if len(o.blocks) == 1 {
			assert.Equal(t, condition, o.stats.Condition)
		}

		n.measure(t, o.blocks[0])
		require.NoError(t, o.invert(0.3))
		assert.Equal(t, good, update(n, o), "recovered")
		assert.Zero(t, o.stats.InverseAge)
	}
}

// TestRaisedDamping: a failure that more damping helps is counted, and the
// inverse is in use.
func TestRaisedDamping(t *testing.T) {
	n, o, f := fragileNet(t, BlockDiagonal)
	clear(f.mean)
	f.mean[0] = -0.5 // π is 1 as tr A is negative: A + γI fails with γ = 0.2 and not with 2
	require.NoError(t, o.invert(0.2))
	assert.Equal(t, 1, o.stats.FailedInverses)
	assert.InEpsilon(t, 1/1.5, o.inverses[0].(*kroneckerInverse[float64]).a.inverse[0], 1e-12)
	assert.Zero(t, o.stats.InverseAge)
	assert.NotContains(t, update(n, o), math.NaN())
}

// TestFirstInverseRefused: without an inverse there is no step.
func TestFirstInverseRefused(t *testing.T) {
	for s := range fragile {
		n, o, f := fragileNet(t, s)
		f.mean[0] = -1e12
		require.ErrorIs(t, o.invert(0.3), ErrNotPositive, s)
		n.measure(t, o.blocks[0])
		require.NoError(t, o.invert(0.3))
		_, other, _ := fragileNet(t, s)
		require.NoError(t, other.invert(0.3))
		assert.Equal(t, update(n, other), update(n, o), s)
	}
}

// TestRevert goes back to the inverse before, and forth again, in those blocks
// alone that were renewed.
func TestRevert(t *testing.T) {
	for _, s := range Structures() {
		n := newNetwork[float64](t, 1, 8, affine{in: 3, out: 2, bias: true}, affine{in: 2, out: 3, bias: true})
		o := bare(structured(n, s))
		o.steps = 5
		for _, b := range o.blocks {
			n.measure(t, b)
		}
		if s == EKFAC {
			for _, b := range o.blocks {
				carryOut(t, b.(rebaser).rebase())
				require.True(t, b.(rebaser).project(n.pass(true, 1)))
				b.(rebaser).foldScales(0)
			}
		}
		require.NoError(t, o.invert(0.3))
		first, condition := update(n, o), o.stats.Condition
		require.NoError(t, o.invert(0.8))
		second := update(n, o)
		assert.NotEqual(t, first, second, s)
		assert.Less(t, o.stats.Condition, condition)
		o.revert()
		assert.Equal(t, first, update(n, o), s)
		assert.Equal(t, condition, o.stats.Condition)
		o.revert()
		assert.Equal(t, second, update(n, o), s)
		o.revert()
		require.NoError(t, o.invert(0.8)) // into what was rejected
		assert.Equal(t, second, update(n, o), s)
	}

	n, o, f := fragileNet(t, BlockDiagonal)
	require.NoError(t, o.invert(0.3))
	first := update(n, o)
	o.steps = 1
	f.mean[0] = -1e12
	require.NoError(t, o.invert(0.8))
	o.revert()
	assert.Equal(t, first, update(n, o), "the failed one was not exchanged either way")
}

// TestFailuresAreCountedFromTheStart, over all steps.
func TestFailuresAreCountedFromTheStart(t *testing.T) {
	b := randomBowl(1, []float64{1, 2, 3})
	o := newOptimizer(t, Config{Damping: 1})
	o.stats.FailedInverses = 5
	for range 3 {
		_, err := o.Step(b)
		require.NoError(t, err)
		assert.Equal(t, 5, o.Stats().FailedInverses)
	}
}
