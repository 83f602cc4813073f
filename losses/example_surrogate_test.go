package losses_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func modelWith(loss losses.Loss) *trainer.Model {
	model, err := trainer.NewModel(&layers.Dense{Units: 2, Init: layers.HeNormal}, loss, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range model.Params() {
		p.Value.Zero() // both classes have probability ½, and an example costs log 2
	}
	return model
}

// A class that is rare may weigh more. The curvature that K-FAC uses is still that of the
// probabilities, which the weights do not change.
func ExampleWith() {
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 2, 3, 4}))
	y := tensor.New(tensor.WithShape(4), tensor.WithBacking([]int32{0, 0, 0, 1}))
	for _, loss := range []losses.Loss{
		losses.SoftmaxCrossEntropy{},
		losses.With(&losses.ClassCost{Weights: []float64{1, 3}}, losses.SoftmaxCrossEntropy{}),
	} {
		batch, err := modelWith(loss).Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		h, err := batch.Loss()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.4f\n", h)
	}
	// Output:
	// 0.6931
	// 1.0397
}

// The surrogate of a policy's gradient: each action's −log p, times its advantage, which
// is a second target.
func ExampleWeighted() {
	states := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{1, 2, 3}))
	actions := tensor.New(tensor.WithShape(3), tensor.WithBacking([]int32{0, 1, 1}))
	advantages := tensor.New(tensor.WithShape(3), tensor.WithBacking([]float64{2, -1, 0.5}))
	policy := modelWith(losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}})
	batch, err := policy.Batch(states, actions, advantages)
	if err != nil {
		log.Fatal(err)
	}
	h, err := batch.Grad()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %.3f\n", h, policy.Params()[1].Grad.Float64s())
	// Output: 0.3466 [-0.417 0.417]
}
