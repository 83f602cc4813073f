package main

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
)

// images are the built-in digits, or MNIST's files in a directory.
func images(ctx context.Context, s settings) (*datasets.Dataset, string, error) {
	d, what := (*datasets.Dataset)(nil), ""
	if s.dir == "" {
		d, what = datasets.Digits(datasets.DigitsOptions{Train: s.train, Test: s.test, Seed: s.seed}), "built-in digits"
	} else {
		var err error
		if d, what, err = datasets.Open(ctx, "mnist", datasets.Options{Dir: s.dir}); err != nil {
			return nil, "", err
		}
	}
	if pixels := tensor.Shape(d.Shape).TotalSize(); pixels != side*side || d.Classes > classes {
		return nil, "", fmt.Errorf("%s: images of %d pixels in %d classes: want %d pixels, and at most %d classes", what, pixels, d.Classes, side*side, classes)
	}
	if n := min(d.Train.Len(), d.Test.Len()); n < s.batch {
		return nil, "", fmt.Errorf("%s: %d images to train or to test on: fewer than -batch %d", what, n, s.batch)
	}
	d.Standardize()
	return d, what, nil
}

// batch is a mini-batch in the form that the graph takes.
type batch struct{ x, y *tensor.Dense }

func newBatch(size int) batch {
	return batch{
		tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(size, 1, side, side)),
		tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(size, classes)),
	}
}

// fill copies the examples of the given numbers.
func (b batch) fill(s datasets.Split, numbers []int) {
	x, y := b.x.Float32s(), b.y.Float32s()
	clear(y)
	for i, n := range numbers {
		copy(x[i*side*side:(i+1)*side*side], s.X[n*side*side:])
		y[i*classes+int(s.Labels[n])] = 1
	}
}
