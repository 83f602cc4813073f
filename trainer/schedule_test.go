package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/trainer"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name     string
		schedule trainer.Schedule
		total    int
		want     map[int]float64 // by step
	}{
		{"constant", trainer.Constant(), 10, map[int]float64{0: 1, 5: 1, 9: 1}},
		{"linear", trainer.Linear(), 10, map[int]float64{0: 1, 1: 0.9, 5: 0.5, 9: 0.1, 10: 0, 11: 0}},
		{"linear of one step", trainer.Linear(), 1, map[int]float64{0: 1}},
		{"linear of no steps", trainer.Linear(), 0, map[int]float64{0: 1}},
		{"cosine", trainer.Cosine(), 6, map[int]float64{0: 1, 1: (1 + math.Sqrt(3)/2) / 2, 2: 0.75, 3: 0.5, 4: 0.25, 6: 0, 7: 0}},
		{"exponential", trainer.Exponential(0.01), 4, map[int]float64{0: 1, 1: math.Pow(10, -0.5), 2: 0.1, 4: 0.01, 5: 0.01}},
		{"step", trainer.StepDecay(3, 0.5), 9, map[int]float64{0: 1, 2: 1, 3: 0.5, 5: 0.5, 6: 0.25, 8: 0.25}},
		{"step of nothing", trainer.StepDecay(0, 0.5), 9, map[int]float64{0: 1, 1: 0.5, 2: 0.25}},
		{"warm-up", trainer.WarmUp(4, trainer.Constant()), 10, map[int]float64{0: 0.25, 1: 0.5, 3: 1, 4: 1, 9: 1}},
		{"warm-up and linear", trainer.WarmUp(2, trainer.Linear()), 12, map[int]float64{0: 0.5, 1: 1, 2: 1, 7: 0.5, 11: 0.1}},
		{"no warm-up", trainer.WarmUp(0, trainer.Linear()), 10, map[int]float64{0: 1, 5: 0.5}},
		{"warm-up longer than the run", trainer.WarmUp(8, trainer.Linear()), 4, map[int]float64{0: 0.125, 3: 0.5, 8: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for step, want := range c.want {
				assert.InDelta(t, want, c.schedule(step, c.total), 2.3e-16, "step %d", step)
			}
		})
	}
}
