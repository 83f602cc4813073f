package datasets_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// BenchmarkAugmentedStep takes steps of Adam on a perceptron of two hidden layers of 512, with and without augmentation, in
// turns of ten steps. Each augmentation's median µs of a step is reported, and what the loader alone takes for a batch
// where nobody does anything else.
func BenchmarkAugmentedStep(b *testing.B) {
	kinds := []string{"none", "crop=2,flip", "erase=8", "rotate=10", "brightness=0.2,contrast=0.2", "mixup=0.2", "cutmix=1", "crop=4,flip,rotate=10,mixup=0.2,cutmix=1"}
	for _, shape := range [][]int{{28, 28}, {32, 32, 3}} {
		for _, size := range []int{128, 512} {
			b.Run(fmt.Sprintf("%v/%d", shape, size), func(b *testing.B) {
				d := &datasets.Dataset{Name: "noise", Shape: shape, Classes: 10, Pixels: true}
				d.Train.X, d.Train.Labels = make([]float32, 10_000*d.Features()), make([]int32, 10_000)
				r := rand.New(rand.NewPCG(1, 2))
				for i := range d.Train.X {
					d.Train.X[i] = r.Float32()
				}
				require.NoError(b, d.StandardizeChannels())
				steps, loads := make([][]float64, len(kinds)), make([][]float64, len(kinds))
				var turns []func()
				for k, text := range kinds {
					a, err := datasets.ParseAugmentation(text)
					require.NoError(b, err)
					loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: size, Shuffle: true, Augmentation: a})
					require.NoError(b, err)
					net := layers.Sequential{
						&layers.Flatten{}, &layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 10},
					}
					m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: shape})
					require.NoError(b, err)
					adam, err := trainer.NewAdam(trainer.AdamConfig{})
					require.NoError(b, err)
					parts := trainer.NewAccumulation(m)
					turns = append(turns, func() {
						for range 10 {
							start := time.Now()
							obj, err := parts.Next(loader, 1)
							require.NoError(b, err)
							_, err = adam.Step(obj)
							require.NoError(b, err)
							steps[k] = append(steps[k], float64(time.Since(start).Microseconds()))
						}
						for range 10 {
							start := time.Now()
							loader.Next()
							loads[k] = append(loads[k], float64(time.Since(start).Microseconds()))
						}
					})
				}
				for b.Loop() {
					for _, turn := range turns {
						turn()
					}
				}
				median := func(x []float64) float64 {
					slices.Sort(x)
					return x[len(x)/2]
				}
				for k, text := range kinds {
					b.Logf("%-45s step %6.0f µs, loading alone %6.0f µs", text, median(steps[k]), median(loads[k]))
				}
			})
		}
	}
}
