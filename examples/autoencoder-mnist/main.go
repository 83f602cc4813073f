// Command autoencoder-mnist trains the deep autoencoder of Hinton &
// Salakhutdinov (2006) with K-FAC, and is meant to be read from here down:
// what the network is, what it is asked to do, what the optimizer does in a
// step and how to see that it is well. It ends with a picture (picture.go).
//
//	go run ./examples/autoencoder-mnist                     # MNIST if it is there, else the built-in digits
//	go run ./examples/autoencoder-mnist -download           # fetches MNIST if it is not there
//	go run ./examples/autoencoder-mnist -steps 20 -png ""   # a short one without a picture
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// codeUnits is the width of the bottleneck. An image gets through only as
// these 30 numbers: they must say which of the images that occur it is, and
// the decoder must know what such images look like.
const codeUnits = 30

// encoder turns an image into its code. LeCun's initialisation keeps the
// variance of what passes through tanh. The code itself is linear: within
// (−1, 1) its numbers would have little room.
func encoder() layers.Sequential {
	return layers.Sequential{
		&layers.Flatten{},
		&layers.Dense{Units: 1000, Init: layers.LeCunNormal}, layers.Tanh(),
		&layers.Dense{Units: 500, Init: layers.LeCunNormal}, layers.Tanh(),
		&layers.Dense{Units: 250, Init: layers.LeCunNormal}, layers.Tanh(),
		&layers.Dense{Units: codeUnits, Init: layers.LeCunNormal},
	}
}

// decoder turns a code into an image: for each pixel z, its logit. The sigmoid
// is part of the loss, where log σ(z) can be computed without overflow.
func decoder(pixels int) layers.Sequential {
	return layers.Sequential{
		&layers.Dense{Units: 250, Init: layers.LeCunNormal}, layers.Tanh(),
		&layers.Dense{Units: 500, Init: layers.LeCunNormal}, layers.Tanh(),
		&layers.Dense{Units: 1000, Init: layers.LeCunNormal}, layers.Tanh(),
		&layers.Dense{Units: pixels, Init: layers.LeCunNormal},
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("autoencoder-mnist: ")
	dir := flag.String("data-dir", "", "where MNIST is (default: gokfac in the user's cache directory)")
	download := flag.Bool("download", false, "download MNIST if it is not there")
	steps := flag.Int("steps", 300, "training steps")
	picture := flag.String("png", "reconstructions.png", "picture to write, over an older one; empty = none")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q: -h lists the flags", flag.Arg(0))
	}
	if *steps < 1 {
		log.Fatalf("-steps %d: want at least 1", *steps)
	}
	must(os.Stat(filepath.Dir(*picture))) // no directory: told now, not after minutes of training
	ctx := context.Background()

	// The data. Pixels stay in [0, 1]: they are what the network is to say, and
	// it says probabilities. Reconstruct makes each image its own target.
	data, why, err := datasets.Open(ctx, "auto", datasets.Options{Dir: *dir, Download: *download})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("data:", why)
	// K-FAC measures curvature and the length of its steps on the mini-batch:
	// 1000 is not too many for it.
	train := must(datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 1000, Shuffle: true, Seed: 1, Reconstruct: true}))
	test := must(datasets.NewLoader(data, data.Test, datasets.LoaderOptions{BatchSize: 1000, KeepLast: true, Reconstruct: true}))

	// The model. The loss takes pixel y for the outcome of a coin that is white
	// with probability p = σ(z), and is −y log p − (1−y) log(1−p), summed over
	// pixels. It starts near 784 log 2 = 543, and never comes to 0: no coin is
	// certain of a grey. Why not the squared error that is reported below? Its
	// gradient at z is (p−y)p(1−p), which vanishes where a pixel is confidently
	// wrong; that of this loss is p−y. And K-FAC measures a step by how much it
	// changes the distribution that the network predicts: a coin for each pixel
	// suits images that are mostly black or white.
	net := layers.Sequential{encoder(), decoder(data.Features())}
	model := must(trainer.NewModel(net, losses.SigmoidCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1}))
	fmt.Print(model.Summary())

	// The optimizer. Nets this deep and narrow are where gradient descent
	// crawls. A step of K-FAC, in adaptive mode:
	//
	//  1. A backward pass gives the gradient V of each layer; now and then one
	//     with targets tossed by the network's own coins updates A, the second
	//     moments of the layer's inputs, and G, of the gradients at its outputs.
	//  2. Δ = −A⁻¹VG⁻¹, γ added to the diagonals: the gradient, freed of the
	//     scales and correlations of what goes in and comes back.
	//  3. The step is αΔ + μδ₀, δ₀ the step before, with the α and μ that
	//     minimise a quadratic model of the loss: the exact Fisher matrix of the
	//     mini-batch, λ added to its diagonal. So there is no learning rate to
	//     be found: 1 is all the way to that minimum.
	//
	// A quarter of the mini-batch is enough for the model in 3, with 784 outputs
	// to an example (ProductFraction). Steps follow their mini-batches to and
	// fro; evaluations are of an average of the last ten or so (Polyak).
	optimizer := must(kfac.New(kfac.Config{Mode: kfac.Adaptive, LearningRate: 1, ProductFraction: 0.25, Polyak: 0.9}))

	fmt.Println("\n step  train loss  test error         λ       γ       ρ       α       μ")
	fit := trainer.Trainer{
		Model: model, Optimizer: optimizer, MaxSteps: *steps, EvalEvery: 20,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: test}},
		Metrics:     []trainer.Metric{trainer.ReconstructionError()},
		Callbacks:   []trainer.Callback{func(e *trainer.Event) error { report(e, optimizer.Stats()); return nil }},
	}
	result := must(fit.Fit(ctx, train))

	// What came of it: squared differences, summed over pixels, mean over test
	// images. For comparison, on MNIST: the mean image for all has an error of
	// 52.9, the best linear code of 30 numbers (principal components) 13.9. In
	// the first dozens of steps the average is behind; it pays at the end.
	averaged := result.History[len(result.History)-1].Scores["test_reconstruction_error"]
	last := must(model.Evaluate(ctx, test, trainer.ReconstructionError()))["reconstruction_error"]
	fmt.Printf("\ntest reconstruction error %.2f (without averaging %.2f) after %d steps, %.0f s of training\n",
		averaged, last, result.Steps, result.TrainSeconds)

	if *picture != "" {
		if err := optimizer.Averaged(func() error { return draw(*picture, model, data) }); err != nil {
			log.Fatal(err)
		}
	}
}

// report prints a line for the first step and for every evaluation: the mean
// training loss since the line before, and how the optimizer is.
//
//   - λ is distrust of the quadratic model: it is found on the first mini-batch,
//     then falls while the model is right, to a floor that the size of the
//     mini-batch sets. One that rises for long means trouble.
//   - γ is the same inside the inverses: near √λ, adjusted by trial. Far too
//     much of it makes K-FAC gradient descent.
//   - ρ is how right the model was: the change of the loss over the change it
//     predicted. Near 1 is good; λ falls above ¾ and rises below ¼. It is
//     measured every five steps.
//   - α, how far to go along Δ, is small where γ is: that does no harm. Far
//     above 1 it says that γ is too great.
//   - μ, how much of the step before to repeat, is the momentum: great while
//     steps agree, small when what is left is mostly noise.
func report(e *trainer.Event, s kfac.Stats) {
	testError, ratio := "", "–"
	if e.Kind == trainer.Evaluated {
		e.Loss = e.Record.TrainLoss
		testError = fmt.Sprintf("%.2f", e.Record.Scores["test_reconstruction_error"])
	} else if e.Step > 1 {
		return
	}
	if !math.IsNaN(s.Ratio) {
		ratio = fmt.Sprintf("%.2f", s.Ratio)
	}
	fmt.Printf("%5d%12.1f%12s%10.2g%8.2g%8s%8.2g%8.2f\n", e.Step, e.Loss, testError, s.Damping, s.Gamma, ratio, s.Alpha, s.Mu)
}
