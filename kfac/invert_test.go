package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bare is a preconditioner with blocks and nothing else.
func bare(blocks []Block) *Preconditioner {
	p := &Preconditioner{blocks: blocks, jobs: make([][]*Decomposition, len(blocks)), renewed: make([]bool, len(blocks)), decomposers: newDecomposers()}
	for _, b := range blocks {
		p.inverses, p.spares = append(p.inverses, b.NewInverse()), append(p.spares, b.NewInverse())
	}
	return p
}

// update is what all inverses in use together make of the gradient.
func update(n *network[float64], p *Preconditioner) []float64 {
	n.u.Scale(math.NaN())
	for _, v := range p.inverses {
		v.Apply(n.u, n.grad)
	}
	return n.flat(n.u)
}

// fragile are the structures with matrices that can fail to decompose, each
// with a way to ruin its first layer and what that costs.
var fragile = map[Structure]func(b Block) *factor[float64]{
	BlockDiagonal:    func(b Block) *factor[float64] { return b.(*kronecker[float64]).a },
	BlockTridiagonal: func(b Block) *factor[float64] { return b.(*chain[float64]).layers[0].g },
	Full:             func(b Block) *factor[float64] { return b.(*full[float64]).f },
}

func fragileNet(t *testing.T, s Structure) (*network[float64], *Preconditioner, *factor[float64]) {
	n := newNetwork[float64](t, 1, 8, affine{in: 3, out: 2, bias: true}, affine{in: 2, out: 3, bias: true})
	p := bare(blocksFor(n, s))
	for _, b := range p.blocks {
		n.measure(t, b)
	}
	return n, p, fragile[s](p.blocks[0])
}

// TestLastGoodInverse: a block that cannot be inverted keeps all of its last
// inverse, the others get theirs, and failures are counted.
func TestLastGoodInverse(t *testing.T) {
	for s := range fragile {
		n, p, f := fragileNet(t, s)
		p.established, p.report.Age = true, 4
		require.NoError(t, p.invert(0.3))
		assert.Zero(t, p.report.Age)
		assert.Zero(t, p.report.Failed)
		good, condition := update(n, p), p.report.Condition
		assert.Greater(t, condition, 1.0)

		f.mean[0] = -1e12
		p.report.Age = 4
		for i := range 2 {
			require.NoError(t, p.invert(0.5), s)
			assert.Equal(t, 4, p.report.Age, "not all are new")
			assert.Equal(t, ladder*(i+1), p.report.Failed, s)
			got := update(n, p)
			first := n.layers[0].rows * n.layers[0].out
			if len(p.blocks) == 1 {
				first = len(good)
			} else {
				assert.NotEqual(t, good[first:], got[first:], "the second block was inverted with another γ")
			}
			assert.Equal(t, good[:first], got[:first], s)
		}
		if len(p.blocks) == 1 {
			assert.Equal(t, condition, p.report.Condition)
		}

		n.measure(t, p.blocks[0])
		require.NoError(t, p.invert(0.3))
		assert.Equal(t, good, update(n, p), "recovered")
		assert.Zero(t, p.report.Age)
	}
}

// TestRaisedDamping: a failure that more damping helps is counted, and the
// inverse is in use.
func TestRaisedDamping(t *testing.T) {
	n, p, f := fragileNet(t, BlockDiagonal)
	clear(f.mean)
	f.mean[0] = -0.5 // π is 1 as tr A is negative: A + γI fails with γ = 0.2 and not with 2
	require.NoError(t, p.invert(0.2))
	assert.Equal(t, 1, p.report.Failed)
	assert.InEpsilon(t, 1/1.5, p.inverses[0].(*kroneckerInverse[float64]).a.dense.inverse[0], 1e-12)
	assert.Zero(t, p.report.Age)
	assert.NotContains(t, update(n, p), math.NaN())
}

// TestFirstInverseRefused: without an inverse there is no step.
func TestFirstInverseRefused(t *testing.T) {
	for s := range fragile {
		n, p, f := fragileNet(t, s)
		f.mean[0] = -1e12
		require.ErrorIs(t, p.invert(0.3), ErrNotPositive, s)
		n.measure(t, p.blocks[0])
		require.NoError(t, p.invert(0.3))
		_, other, _ := fragileNet(t, s)
		require.NoError(t, other.invert(0.3))
		assert.Equal(t, update(n, other), update(n, p), s)
	}
}

// TestRevert goes back to the inverse before, and forth again, in those blocks
// alone that were renewed.
func TestRevert(t *testing.T) {
	for _, s := range Structures() {
		n := newNetwork[float64](t, 1, 8, affine{in: 3, out: 2, bias: true}, affine{in: 2, out: 3, bias: true})
		p := bare(blocksFor(n, s))
		p.established = true
		for _, b := range p.blocks {
			n.measure(t, b)
		}
		if s == EKFAC {
			for _, b := range p.blocks {
				carryOut(t, b.(rebaser).rebase())
				require.True(t, b.(rebaser).project(n.pass(true, 1)))
				b.(rebaser).foldScales(0)
			}
		}
		require.NoError(t, p.invert(0.3))
		first, condition := update(n, p), p.report.Condition
		require.NoError(t, p.invert(0.8))
		second := update(n, p)
		assert.NotEqual(t, first, second, s)
		assert.Less(t, p.report.Condition, condition)
		p.revert()
		assert.Equal(t, first, update(n, p), s)
		assert.Equal(t, condition, p.report.Condition)
		p.revert()
		assert.Equal(t, second, update(n, p), s)
		p.revert()
		require.NoError(t, p.invert(0.8)) // into what was rejected
		assert.Equal(t, second, update(n, p), s)
	}

	n, p, f := fragileNet(t, BlockDiagonal)
	require.NoError(t, p.invert(0.3))
	first := update(n, p)
	p.established = true
	f.mean[0] = -1e12
	require.NoError(t, p.invert(0.8))
	p.revert()
	assert.Equal(t, first, update(n, p), "the failed one was not exchanged either way")
}
