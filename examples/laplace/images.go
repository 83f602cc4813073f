package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/datasets"
)

// images are pixels from 0 to 1, an image after the other.
type images struct {
	name string
	x    []float32
}

// strangers are images of none of the classes: Fashion-MNIST's test images if they are
// there, and test images with black and white exchanged, with their pixels in another order,
// each in its own, and noise.
func strangers(data *datasets.Dataset, s settings) ([]images, error) {
	var all []images
	if s.oodDir != "" {
		fashion, err := datasets.FashionMNIST(context.Background(), datasets.Options{Dir: s.oodDir})
		if err != nil {
			return nil, fmt.Errorf("-ood-dir: %w", err)
		}
		if fashion.Features() != data.Features() {
			return nil, fmt.Errorf("-ood-dir: images of %d pixels, and those of -data have %d: leave it out for this data set", fashion.Features(), data.Features())
		}
		all = append(all, images{"fashion", fashion.Test.Part(0, min(data.Test.Len(), fashion.Test.Len())).X})
	}
	rng := rand.New(rand.NewPCG(s.seed, 7))
	size := data.Features()
	inverted, shuffled, noise := make([]float32, len(data.Test.X)), make([]float32, len(data.Test.X)), make([]float32, len(data.Test.X))
	for i, v := range data.Test.X {
		inverted[i], noise[i] = 1-v, rng.Float32()
	}
	copy(shuffled, data.Test.X)
	for at := 0; at < len(shuffled); at += size {
		one := shuffled[at:][:size]
		rng.Shuffle(size, func(i, j int) { one[i], one[j] = one[j], one[i] })
	}
	return append(all, images{"inverted", inverted}, images{"shuffled", shuffled}, images{"noise", noise}), nil
}
