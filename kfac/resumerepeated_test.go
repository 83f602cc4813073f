package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// TestResumeOfRepeatedBatches: a run on one mini-batch that is saved after any of
// its steps, before the verdict, between the pass that measured ρ and the step
// that compares with it, or after, goes on to the bit, also where the verdict turns
// because other mini-batches come. The floors of λ are the first mini-batch's.
func TestResumeOfRepeatedBatches(t *testing.T) {
	const repeated, end = 8, 12
	for name, n := range map[string]net{"net": tinyNets()["softmax 3-4-3"], "under no tap": looseNets()["under no tap"]} {
		for _, structure := range kfac.Structures() {
			t.Run(fmt.Sprint(name, " ", structure), func(t *testing.T) {
				cfg := kfac.Config{Structure: structure, FactorUpdateSteps: 3, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 4, Polyak: 0.9}
				steps := func(m *trainer.Model, o *kfac.Optimizer, from, to int) (seen []string) {
					for k := from; k < to; k++ {
						b := n.data(2, 40)
						if k >= repeated {
							b = n.data(uint64(k), 20+k)
						}
						_, err := o.Step(n.batch(t, m, b))
						require.NoError(t, err)
						s := o.Stats()
						s.GradientTime, s.InverseTime, s.ProductTime, s.UpdateTime, s.DampingTime = 0, 0, 0, 0, 0
						seen = append(seen, fmt.Sprintf("%+v %x", s, flat(m.Params(), values)))
					}
					return seen
				}
				start := func() (*trainer.Model, *kfac.Optimizer) { return n.model(t, n.theta(1)), newOptimizer(t, cfg) }
				m, o := start()
				whole := steps(m, o, 0, end)
				for saved := range end {
					m, o := start()
					steps(m, o, 0, saved)
					model, err := m.MarshalBinary()
					require.NoError(t, err)
					state, err := o.MarshalBinary()
					require.NoError(t, err)
					for _, before := range []int{0, 5} { // steps of the optimizer that goes on
						m, o := start()
						steps(m, o, 0, before)
						require.NoError(t, m.UnmarshalBinary(model))
						if saved == 0 && before > 0 {
							continue // an empty state is for an optimizer that has not stepped
						}
						require.NoError(t, o.UnmarshalBinary(state))
						assert.Equal(t, whole[saved:], steps(m, o, saved, end), "saved after %d steps", saved)
					}
				}
			})
		}
	}
}
