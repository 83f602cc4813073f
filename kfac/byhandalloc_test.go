package kfac_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// TestByHandAllocations: once each size of a mini-batch was there, handing over and stepping
// allocate nothing, whatever the optimizer, the layout and the order of the sizes.
func TestByHandAllocations(t *testing.T) {
	adam := func() kfac.Rule {
		adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 1e-4})
		require.NoError(t, err)
		return adam
	}
	always := kfac.Config{Mode: kfac.Fixed, LearningRate: 1e-4, FactorUpdateSteps: 1, InverseUpdateSteps: 1, DampingUpdateSteps: 1, KLClip: 1e-3}
	optimizers := map[string]func() trainer.Optimizer{
		"adam":     func() trainer.Optimizer { return ruledBy(t, adam()) },
		"rule":     func() trainer.Optimizer { return ruledBy(t, &kfac.ByHandRule{}) },
		"adaptive": func() trainer.Optimizer { return newOptimizer(t, kfac.Config{}) },
	}
	for _, s := range kfac.Structures() {
		cfg := always
		cfg.Structure = s
		optimizers[string(s)] = func() trainer.Optimizer { return newOptimizer(t, cfg) }
	}
	for name, build := range optimizers {
		for _, layout := range []kfac.WeightLayout{kfac.InOut, kfac.OutIn} {
			t.Run(fmt.Sprint(name, " ", layout), func(t *testing.T) {
				o := build()
				const in, out, locations, most = 6, 4, 3, 20
				first := &kfac.ByHandMap[float64]{Name: "first", In: in, Out: out, Locations: locations, Weight: normal(1, in*out).Float64s(), Bias: make([]float64, out), Layout: layout}
				second := &kfac.ByHandMap[float64]{Name: "second", In: out, Out: out, Weight: normal(2, out*out).Float64s(), Bias: make([]float64, out), Layout: layout}
				gain := &kfac.ByHandOther[float64]{Name: "gain", Value: make([]float64, out)}
				squares, losses := []float64{1, 2, 3, 4}, 0.0
				net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean, Loss: func() (float64, error) { losses -= 1e-6; return 1 + losses, nil }}, first, second, gain)
				require.NoError(t, err)
				a, g := normal(3, most*locations*in).Float64s(), normal(4, most*locations*out).Float64s()
				dw, db := normal(5, in*out).Float64s(), normal(6, out).Float64s()
				r := rand.New(rand.NewPCG(1, 1))
				k := 0
				step := func() {
					n := []int{20, 20, 7}[k%3]
					k++
					net.Begin(n)
					for t := range locations {
						first.InputsAt(t, a[:n*in])
						first.SampledAt(t, g[:n*out])
					}
					first.Gradients(dw, db)
					second.Inputs(a[:n*out])
					second.True(g[:n*out])
					gain.Gradient(db)
					gain.SampledSquares(squares)
					net.SampleSoftmax(g[:n*out], a[:n*out], r)
					second.Sampled(g[:n*out])
					err := net.Step(o, 1+losses)
					if err != nil {
						panic(err)
					}
					if name == "rule" {
						if err := first.Update(dw, db); err != nil {
							panic(err)
						}
					}
				}
				for range 42 { // adaptive mode does something new at steps 20 and 40
					step()
				}
				assert.Zero(t, testing.AllocsPerRun(12, step))
			})
		}
	}
}

// ruledBy puts a preconditioner that is renewed in every step in front of a rule.
func ruledBy(t testing.TB, rule kfac.Rule) *kfac.Preconditioned {
	t.Helper()
	o, err := kfac.NewPreconditioned(rule, kfac.PreconditionedConfig{FactorUpdateSteps: 1, InverseUpdateSteps: 1,
		Preconditioner: kfac.PreconditionerConfig{Estimator: graph.MC}})
	require.NoError(t, err)
	return o
}
