package losses_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Targets 3x + ½ with noise of deviation e^(x−1): both the slope of the mean and that of log σ are found.
func ExampleDiagonalGaussian() {
	const n = 4000
	r := rand.New(rand.NewPCG(1, 2))
	x, y := graph.NewDense(graph.Float64, n, 1), graph.NewDense(graph.Float64, n, 1)
	for i := range n {
		v := 2*r.Float64() - 1
		x.Float64s()[i], y.Float64s()[i] = v, 3*v+0.5+math.Exp(v-1)*r.NormFloat64()
	}
	model, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{Estimator: graph.Exact})
	if err != nil {
		log.Fatal(err)
	}
	for range 30 {
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := optimizer.Step(batch); err != nil {
			log.Fatal(err)
		}
	}
	w, b := model.Params()[0].Value.Float64s(), model.Params()[1].Value.Float64s()
	fmt.Printf("μ = %.1f·x %+.1f, log σ = %.1f·x %+.1f\n", w[0], b[0], w[1], b[1])
	mean, err := model.Predict(tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{0.5})))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("prediction at 0.5: %.1f\n", mean.Float64s())
	// Output:
	// μ = 3.0·x +0.5, log σ = 1.0·x -1.0
	// prediction at 0.5: [2.0]
}
