package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// scheduled takes the steps from…to as trainer.Fit does: the learning rate is
// that of the step while it is taken, and the base rate in between.
func (r *rig) scheduled(t *testing.T, from, to int) (seen []string) {
	t.Helper()
	schedule := trainer.Cosine()
	for k := from; k < to; k++ {
		alpha := r.optimizer.LearningRate()
		r.optimizer.SetLearningRate(alpha * schedule(k, 20))
		seen = append(seen, r.train(t, 1)...)
		r.optimizer.SetLearningRate(alpha)
	}
	return append(seen, fmt.Sprint(r.optimizer.LearningRate()))
}

// TestResumeUnderASchedule: the rate is restored at once, the one that is set
// before the first step is that step's, and the run goes on to the bit.
func TestResumeUnderASchedule(t *testing.T) {
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			for _, saved := range []int{0, 1, 6} {
				cfg := kfac.Config{
					Mode: mode, Structure: structure, LearningRate: 0.5, Polyak: 0.9,
					FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 4,
				}
				a := newRig(t, cfg, graph.Float64, 1)
				a.optimizer.SetLearningRate(0.75)
				a.scheduled(t, 0, saved)
				states := a.save(t)
				want := a.scheduled(t, saved, 12)

				b := newRig(t, cfg, graph.Float64, 2)
				b.resume(t, states)
				assert.Equal(t, 0.75, b.optimizer.LearningRate(), "before the first step")
				got := b.scheduled(t, saved, 12)
				require.Len(t, got, len(want))
				for k := range want {
					require.True(t, want[k] == got[k], "%s %s, resumed after %d: %d differs", structure, mode, saved, k)
				}
				same(t, a.save(t), b.save(t))

				c := newRig(t, cfg, graph.Float64, 3) // another rate than the saved one survives the first step
				c.resume(t, states)
				c.optimizer.SetLearningRate(0.25)
				c.train(t, 1)
				assert.Equal(t, 0.25, c.optimizer.LearningRate())
			}
		}
	}
}
