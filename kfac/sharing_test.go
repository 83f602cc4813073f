package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// sumLocations is the sum of N×(T·C) over the locations.
type sumLocations struct{ locations int }

func (*sumLocations) Params() []*graph.Param { return nil }

func (l *sumLocations) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	columns := x.Shape()[1] / l.locations
	var terms []summand
	for i := range x.Shape()[1] {
		terms = append(terms, summand{out: i % columns, in: i})
	}
	return productsOf(b, terms, x, b.Ones(1), tensor.Shape{b.Batch, columns})
}

// linearCase is a deep linear network with squared error, on 3 locations of 2 elements, with
// outputs at each location or of the sum over the locations.
func linearCase(sum bool) layers.Sequential {
	net := layers.Sequential{groupedMap("m1", 3, 1, 2, 3), groupedMap("m2", 3, 1, 3, 2)}
	if sum {
		return append(net, &sumLocations{3}, &layers.Dense{Units: 2})
	}
	return append(net, groupedMap("m3", 3, 1, 2, 2))
}

// TestSharingIsExact: of a deep linear network with squared error, A ⊗ G of the setting Expand
// is the Fisher block where there is an output at each location, and that of Reduce where
// the output is a sum over them (Eschenhagen et al. 2023, §3). The other setting is not. The
// optimizer's step is by these factors.
func TestSharingIsExact(t *testing.T) {
	for _, sum := range []bool{false, true} {
		m, err := trainer.NewModel(linearCase(sum), losses.SquaredError{}, trainer.ModelConfig{Input: []int{6}, DType: graph.Float64, Seed: 5})
		require.NoError(t, err)
		x := normal(3, 4, 6)
		all := singles(t, m, x, false)
		obj, err := m.Batch(x, normal(7, 4, m.Outputs()))
		require.NoError(t, err)
		blocks, loose := kindBlocks(obj, all)
		require.Empty(t, loose)
		for _, b := range blocks {
			fisher := fisherOf(all, b.places)
			for _, sharing := range kfac.Sharings() {
				a, g := b.factors(sharing == kfac.Reduce)
				var product mat.Dense
				product.Kronecker(a, g)
				if b.locations == 1 || sum == (sharing == kfac.Reduce) {
					near(t, elements(fisher), elements(&product), 1e-12, fmt.Sprint(sum, b.tap, sharing))
					continue
				}
				product.Sub(&product, fisher)
				assert.Greater(t, mat.Norm(&product, 2), 0.05*mat.Norm(fisher, 2), "%t, tap %d, %s", sum, b.tap, sharing)
			}
		}
		_, err = obj.Grad()
		require.NoError(t, err)
		grad, before := flat(m.Params(), grads), flat(m.Params(), values)
		for _, sharing := range kfac.Sharings() {
			cfg := plain(stepDamping, 1)
			cfg.Structure, cfg.Sharing = kfac.BlockDiagonal, sharing
			_, err = newOptimizer(t, cfg).Step(obj)
			require.NoError(t, err)
			u := append([]float64{}, before...)
			axpy(u, -1, flat(m.Params(), values))
			restore(m.Params(), before)
			near(t, kindStep(t, obj, all, grad, kfac.BlockDiagonal, sharing == kfac.Reduce, stepDamping), u, stepTolerance, fmt.Sprint(sum, sharing))
		}
	}
}

// TestSharingOfOneLocation: where every layer has one location both settings give the same
// bits.
func TestSharingOfOneLocation(t *testing.T) {
	n := looseNets()["gains"]
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			var ends [2][]float64
			for i, sharing := range kfac.Sharings() {
				m := n.model(t, n.theta(1))
				o := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure, Sharing: sharing, Damping: 0.3, MinDamping: 0.1})
				for k := range 5 {
					_, err := o.Step(n.batch(t, m, n.data(uint64(k), 9)))
					require.NoError(t, err)
				}
				ends[i] = flat(m.Params(), values)
			}
			assert.Equal(t, ends[0], ends[1], "%s %s", mode, structure)
		}
	}
}

// TestSharingOfAState: averages of the two settings do not mix.
func TestSharingOfAState(t *testing.T) {
	c := kindCases()[1]
	var states [2][]byte
	for i, sharing := range kfac.Sharings() {
		m := c.model(t, losses.SoftmaxCrossEntropy{})
		x, y := c.data(1, 4)
		o := newOptimizer(t, kfac.Config{Sharing: sharing})
		step(t, m, o, x, y)
		var err error
		states[i], err = o.MarshalBinary()
		require.NoError(t, err)
		assert.NoError(t, o.UnmarshalBinary(states[i]))
		if i == 1 {
			assert.ErrorContains(t, o.UnmarshalBinary(states[0]), "kfac optimizer, adaptive, low-rank")
		}
	}
}

// TestUnknownSharing is refused.
func TestUnknownSharing(t *testing.T) {
	const want = `kfac: unknown weight sharing "both": want one of expand, reduce`
	_, err := kfac.New(kfac.Config{Sharing: "both"})
	assert.EqualError(t, err, want)
	_, err = kfac.NewPreconditioner(kfac.PreconditionerConfig{Sharing: "both"})
	assert.EqualError(t, err, want)
	assert.NoError(t, kfac.Sharing("").Validate())
	assert.Equal(t, kfac.Expand, newOptimizer(t, kfac.Config{}).Config().Sharing)
	assert.Equal(t, kfac.Reduce, kfac.Config{Sharing: kfac.Reduce}.Or(kfac.Config{Sharing: kfac.Expand}).Sharing)
}
