// Command published trains the deep autoencoder that published runs of K-FAC, K-BFGS, TNT and
// Shampoo have in common, and prints what they print: the cross-entropy of all 60,000 training
// images of MNIST, summed over pixels, after epochs of 60 steps of 1000 images.
//
//	go run ./published -data-dir DIR -opt kfac|adam|sgd -lr RATE -epochs 50
//
// The network is 784-1000-500-250-30-250-500-1000-784 with ReLU units and a linear code
// (Goldfarb et al. 2020, arXiv 2006.08877; Ren & Goldfarb 2021, arXiv 2106.02925).
// cmd/train's autoencoder has tanh units. For K-FAC a row has the loss of the parameters
// and the loss of their Polyak average, of one run. Its settings are those of the library,
// with cmd/train's fraction for products and its average.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

const batch = 1000

func network() layers.Sequential {
	var net layers.Sequential
	add := func(units int) { net = append(net, &layers.Dense{Units: units, Init: layers.HeNormal}) }
	net = append(net, &layers.Flatten{})
	for _, units := range []int{1000, 500, 250} {
		add(units)
		net = append(net, layers.ReLU())
	}
	add(30)
	for _, units := range []int{250, 500, 1000} {
		add(units)
		net = append(net, layers.ReLU())
	}
	add(784)
	return net
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("published: ")
	dir := flag.String("data-dir", "", "where MNIST is (default: gokfac in the user's cache directory)")
	name := flag.String("opt", "kfac", "kfac, adam or sgd")
	rate := flag.Float64("lr", 0, "learning rate of adam and sgd; factor on K-FAC's steps (default 1)")
	epochs := flag.Int("epochs", 50, "epochs of 60 steps")
	seed := flag.Uint64("seed", 1, "of weights, order and sampled targets")
	flag.Parse()

	data := must(datasets.MNIST(context.Background(), datasets.Options{Dir: *dir}))
	train := must(datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: batch, Shuffle: true, Seed: *seed, Reconstruct: true}))
	all := must(datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: batch, Reconstruct: true}))
	model := must(trainer.NewModel(network(), losses.SigmoidCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: *seed}))
	optimizer := must(build(*name, *rate))

	fmt.Printf("%5s  %10s  %10s  %8s\n", "epoch", "loss", "averaged", "seconds")
	var seconds float64
	for epoch := 1; epoch <= *epochs; epoch++ {
		start := time.Now()
		for {
			x, y, more := train.Next()
			if !more {
				break
			}
			if _, err := optimizer.Step(must(model.Batch(x, y))); err != nil {
				log.Fatal(err)
			}
		}
		seconds += time.Since(start).Seconds()
		if epoch > 5 && epoch%5 != 0 {
			continue
		}
		loss := func() float64 {
			return must(model.Evaluate(context.Background(), all))["loss"]
		}
		own, averaged := loss(), 0.0
		if k, ok := optimizer.(*kfac.Optimizer); ok {
			if err := k.Averaged(func() error { averaged = loss(); return nil }); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Printf("%5d  %10.2f  %10.2f  %8.2f\n", epoch, own, averaged, seconds)
	}
}

func build(name string, rate float64) (trainer.Optimizer, error) {
	switch name {
	case "kfac":
		return kfac.New(kfac.Config{LearningRate: rate, ProductFraction: 0.25, Polyak: 0.9})
	case "adam":
		return trainer.NewAdam(trainer.AdamConfig{LearningRate: rate})
	case "sgd":
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: rate, Momentum: 0.9})
	}
	return nil, fmt.Errorf("unknown optimizer %q: want kfac, adam or sgd", name)
}
