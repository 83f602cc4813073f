package kfac_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestForms: what is said before the first mini-batch is what Blocks says after it, in each
// structure and setting of weight sharing.
func TestForms(t *testing.T) {
	for _, structure := range kfac.Structures() {
		for _, sharing := range kfac.Sharings() {
			m, err := trainer.NewModel(mixture(), losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: graph.Float64, Seed: 5})
			require.NoError(t, err)
			p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: structure, Sharing: sharing})
			require.NoError(t, err)
			forms, err := p.Forms(m.Params(), m.Taps())
			require.NoError(t, err)
			obj, err := m.Batch(graph.NewDense(graph.Float64, 2, 4), labels(1, 2))
			require.NoError(t, err)
			require.NoError(t, p.Build(obj))
			by := map[string]*graph.Param{}
			for _, q := range m.Params() {
				by[q.Name] = q
			}
			said := 0
			for _, b := range p.Blocks() {
				var params []*graph.Param
				for _, name := range b.Params {
					params = append(params, by[name])
				}
				got := forms(params)
				switch {
				case structure == kfac.Full && len(params) > 2:
					assert.Equal(t, b.Form+", of all layers", got)
				case structure == kfac.BlockTridiagonal && strings.HasPrefix(b.Form, "a chain"):
					for _, part := range strings.Split(got, "; ") {
						factors, with, ok := strings.Cut(part, ", coupled with ")
						assert.True(t, ok && with != "" && strings.Contains(b.Form, factors), "%s in %s", part, b.Form)
					}
				default:
					assert.Equal(t, b.Form, strings.TrimSuffix(got, ", not coupled"), "%v of %v, %v", b.Params, structure, sharing)
				}
				said++
			}
			assert.Positive(t, said)
			assert.Empty(t, forms(nil))
			if structure == kfac.LowRank && sharing == kfac.Expand {
				assert.Equal(t, m.Summary(), m.SummaryWith(forms))
			}
		}
	}
}

// TestFormsOfAChain: a convolution is coupled with nothing, dense layers with their
// neighbours, a frozen layer has no block, and one of a kind of one's own has its own.
func TestFormsOfAChain(t *testing.T) {
	net := layers.Sequential{
		&layers.Conv2D{Filters: 2, Kernel: [2]int{3, 3}}, layers.ReLU(), &layers.Flatten{},
		&layers.Dense{Units: 5}, layers.ReLU(), &layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3},
	}
	cfg := trainer.ModelConfig{Input: []int{4, 4}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, cfg)
	require.NoError(t, err)
	p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: kfac.BlockTridiagonal, Sharing: kfac.Reduce})
	require.NoError(t, err)
	forms, err := p.Forms(m.Params(), m.Taps())
	require.NoError(t, err)
	summary := m.SummaryWith(forms)
	for _, want := range []string{
		"A ⊗ G, 10×10 ⊗ 2×2, reduce over 4 locations, not coupled\n", "A ⊗ G, 9×9 ⊗ 5×5, coupled with dense2\n",
		"A ⊗ G, 6×6 ⊗ 4×4, coupled with dense1 and dense3\n", "A ⊗ G, 5×5 ⊗ 3×3, coupled with dense2\n",
	} {
		assert.Contains(t, summary, want)
	}
	frozen, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 5}, layers.ReLU(), &layers.Dense{Units: 4}, layers.ReLU(), &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Groups: []graph.Group{{Params: "dense1.*", Frozen: true}}})
	require.NoError(t, err)
	forms, err = p.Forms(frozen.Params(), frozen.Taps())
	require.NoError(t, err)
	assert.Empty(t, forms(frozen.Params()[:2]))
	assert.Equal(t, "A ⊗ G, 6×6 ⊗ 4×4, coupled with dense3", forms(frozen.Params()[2:4]))

	n := looseNets()["gains"]
	own := tappedGains(t, n, n.theta(1))
	require.NoError(t, p.Register("gain", newGainBlock))
	forms, err = p.Forms(own.Params(), own.Taps())
	require.NoError(t, err)
	assert.Contains(t, own.SummaryWith(forms), `registered for kind "gain"`)
	assert.NotContains(t, m.SummaryWith(nil), "K-FAC")
	assert.NotContains(t, m.SummaryWith(nil), "⊗")
}
