package losstest_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

// Right losses of one's own have no faults: discrete and real, with kinks, with correlated units, of stock ops.
func TestRightLossesPass(t *testing.T) {
	for name, c := range map[string]struct {
		loss losses.Loss
		cfg  losstest.Config
	}{
		"Poisson":    {poisson(), losstest.Config{Large: 5}},
		"Laplace":    {laplace(), losstest.Config{}},
		"correlated": {correlated(), losstest.Config{Outputs: 2}},
		"sides":      {sides(), losstest.Config{Outputs: 3, Support: [][]float64{{-1}, {0}, {1}}, Wrong: [][]float64{{2}, {0.5}}, Large: 80}},
		"sampled":    {sides(), losstest.Config{Outputs: 3, Large: 80}},
		"Huber":      {huber(), losstest.Config{}},
		"hinge":      {hinge(), losstest.Config{}},
		"stock ops":  {stock(), losstest.Config{Allocates: true}},
		"soft targets": {losses.SigmoidCrossEntropy{}, losstest.Config{Wrong: [][]float64{{-0.1, 0, 1}}, Targets: func(r *rand.Rand) []float64 {
			return []float64{r.Float64(), r.Float64(), r.Float64()}
		}}},
	} {
		c.cfg.Samples = 5000
		t.Run(name, func(t *testing.T) { losstest.Check(t, c.loss, c.cfg) })
	}
}
