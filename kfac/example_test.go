package kfac_test

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A line y = 2x + 1 through four points: one undamped step of natural gradient
// descent solves least squares.
func ExampleOptimizer_Step() {
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{0, 1, 2, 3}))
	y := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 3, 5, 7}))
	model, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		panic(err)
	}
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: 1, Damping: 1e-18, Estimator: graph.Exact})
	if err != nil {
		panic(err)
	}
	batch, err := model.Batch(x, y)
	if err != nil {
		panic(err)
	}
	if _, err := optimizer.Step(batch); err != nil {
		panic(err)
	}
	slope, offset := model.Params()[0].Value.Float64s()[0], model.Params()[1].Value.Float64s()[0]
	fmt.Printf("y = %.3f x + %.3f\n", slope, offset)
	// Output: y = 2.000 x + 1.000
}

// sine is a small network and 16 points of a sine wave.
func sine() (model *trainer.Model, x, y *tensor.Dense) {
	net := layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 1}}
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64, Seed: 1})
	if err != nil {
		panic(err)
	}
	x, y = graph.NewDense(graph.Float64, 16, 1), graph.NewDense(graph.Float64, 16, 1)
	for i := range 16 {
		v := float64(i)/2.5 - 3
		x.Float64s()[i], y.Float64s()[i] = v, math.Sin(v)
	}
	return model, x, y
}

// train takes steps on one batch and returns the last one's stats.
func train(model *trainer.Model, optimizer *kfac.Optimizer, x, y *tensor.Dense, steps int) kfac.Stats {
	for range steps {
		batch, err := model.Batch(x, y)
		if err != nil {
			panic(err)
		}
		if _, err := optimizer.Step(batch); err != nil {
			panic(err)
		}
	}
	return optimizer.Stats()
}

// The adaptive mode has no learning rate to tune: each step is the best
// combination of the proposal and the step before, by the quadratic model of
// the loss. These points are all that there are, no sample that flatters a
// small λ: it may fall.
func ExampleConfig_adaptive() {
	model, x, y := sine()
	optimizer, err := kfac.New(kfac.Config{
		Mode: kfac.Adaptive, Structure: kfac.BlockTridiagonal, Damping: 1, MinDamping: 1e-3, Estimator: graph.Exact,
	})
	if err != nil {
		panic(err)
	}
	first := train(model, optimizer, x, y, 1)
	last := train(model, optimizer, x, y, 99)
	fmt.Println("fitted:", first.Loss > 0.1 && last.Loss < 1e-3)
	fmt.Println("λ fell:", last.Damping < first.Damping)
	// Output:
	// fitted: true
	// λ fell: true
}

// Settings out of range are named.
func ExampleConfig_Validate() {
	fmt.Println(kfac.Config{Structure: "triangular"}.Validate())
	fmt.Println(kfac.Config{Mode: kfac.Fixed, Momentum: 1.5}.Validate())
	fmt.Println(kfac.Config{}.Validate())
	// Output:
	// kfac: unknown structure "triangular": want one of low-rank, block-diagonal, block-tridiagonal, ekfac, diagonal, full
	// kfac: momentum 1.5: want at least 0 and below 1
	// <nil>
}

// Evaluate with averaged parameters, train with the iterates.
func ExampleOptimizer_Averaged() {
	model, x, y := sine()
	optimizer, err := kfac.New(kfac.Config{Damping: 1, Polyak: 0.9})
	if err != nil {
		panic(err)
	}
	train(model, optimizer, x, y, 50)
	weight := model.Params()[0].Value.Float64s()
	iterate := weight[0]
	if err := optimizer.Averaged(func() error {
		fmt.Println("average in place:", weight[0] != iterate)
		return nil
	}); err != nil {
		panic(err)
	}
	fmt.Println("iterate back:", weight[0] == iterate)
	// Output:
	// average in place: true
	// iterate back: true
}

// A run goes on to the bit if model and optimizer are saved, and the data are
// continued as well.
func ExampleOptimizer_MarshalBinary() {
	model, x, y := sine()
	optimizer, err := kfac.New(kfac.Config{Damping: 1})
	if err != nil {
		panic(err)
	}
	train(model, optimizer, x, y, 5)
	parameters, err := model.MarshalBinary()
	if err != nil {
		panic(err)
	}
	state, err := optimizer.MarshalBinary()
	if err != nil {
		panic(err)
	}
	want := train(model, optimizer, x, y, 5).Loss

	model, x, y = sine()
	if err := model.UnmarshalBinary(parameters); err != nil {
		panic(err)
	}
	if optimizer, err = kfac.New(optimizer.Config()); err != nil {
		panic(err)
	}
	if err := optimizer.UnmarshalBinary(state); err != nil {
		panic(err)
	}
	fmt.Println(train(model, optimizer, x, y, 5).Loss == want)
	// Output: true
}
