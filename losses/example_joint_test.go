package losses_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A network with two outputs on shared layers: in which quarter of the plane a point lies, and the product of its
// coordinates. Its last layer has the outputs of both, and a row of targets has a label and a product.
func ExampleJoint() {
	const n = 400
	r := rand.New(rand.NewPCG(1, 2))
	x, y := graph.NewDense(graph.Float32, n, 2), graph.NewDense(graph.Float32, n, 2)
	for i := range n {
		a, b := r.Float32()*2-1, r.Float32()*2-1
		var quarter float32
		if a < 0 {
			quarter += 1
		}
		if b < 0 {
			quarter += 2
		}
		copy(x.Float32s()[2*i:], []float32{a, b})
		copy(y.Float32s()[2*i:], []float32{quarter, a * b})
	}
	loss := &losses.Joint{Heads: []losses.Head{
		{Loss: losses.SoftmaxCrossEntropy{}, Units: 4},
		{Loss: losses.SquaredError{}, Units: 1, Weight: 0.5},
	}}
	net := layers.Sequential{&layers.Dense{Units: 20}, layers.Tanh(), &layers.Dense{Units: 5}}
	model, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{Estimator: graph.Exact})
	if err != nil {
		log.Fatal(err)
	}
	for range 60 {
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := optimizer.Step(batch); err != nil {
			log.Fatal(err)
		}
	}
	mean, err := model.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{-0.5, 0.6})))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("quarters: %.2f\n", mean.Float32s()[:4])
	fmt.Printf("product: %.1f\n", mean.Float32s()[4])
	// Output:
	// quarters: [0.00 1.00 0.00 0.00]
	// product: -0.3
}
