package workload

import (
	"math/rand/v2"
	"sync"

	"github.com/gokfac/gokfac/datasets"
)

const (
	features = 784
	classes  = 10
	examples = 60000
)

// Data is as many examples as MNIST has, seeded. Pixels are 0 in four of five
// cases, else uniform in [0, 1). Labels have nothing to do with them: a net
// that could learn them would in the end compute with gradients too small for
// normal floating-point numbers, at another speed.
var Data = sync.OnceValue(func() *datasets.Dataset {
	source := rand.NewPCG(1, 2)
	x, labels := make([]float32, examples*features), make([]int32, examples)
	for i := range x {
		if bits := source.Uint64(); bits%5 == 0 {
			x[i] = float32(bits>>40) / (1 << 24)
		}
	}
	for i := range labels {
		labels[i] = int32(source.Uint64() % classes)
	}
	return &datasets.Dataset{
		Name: "synthetic", Shape: []int{28, 28}, Classes: classes, Pixels: true,
		Train: datasets.Split{X: x, Labels: labels},
	}
})
