package losses_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// Weights of classes and smoothed labels are in the cost and in its gradient. They are not in the Fisher matrix F, which
// is of the probabilities alone. Here both probabilities are ½. An example costs log 2 times the sum of its q. The
// direction u moves the first logit by x + 1, so that uᵀFu is the mean of (x+1)²/4.
func ExampleClassCost() {
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{1, 2, 3, 4}))
	y := tensor.New(tensor.WithShape(4), tensor.WithBacking([]int32{0, 0, 0, 1}))
	for _, c := range []struct {
		name string
		cost losses.ClassCost
	}{
		{"neither", losses.ClassCost{}},
		{"weights", losses.ClassCost{Weights: []float64{1, 3}}},
		{"smoothing", losses.ClassCost{Smoothing: 0.2}},
		{"both", losses.ClassCost{Weights: []float64{1, 3}, Smoothing: 0.2}},
	} {
		model := modelWith(losses.With(&c.cost, losses.SoftmaxCrossEntropy{}))
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		h, err := batch.Grad()
		if err != nil {
			log.Fatal(err)
		}
		u := graph.NewDirection(model.Params())
		for i := range u {
			u[i].Float64s()[0] = 1
		}
		fisher, err := batch.Products(0, u)
		if err != nil {
			log.Fatal(err)
		}
		bias := model.Params()[1].Grad.Float64s()
		fmt.Printf("%-9s cost %.4f, gradient of the biases %6.3f, uᵀFu %.3f\n", c.name, h, bias, fisher.At(0, 0))
	}
	// Output:
	// neither   cost 0.6931, gradient of the biases [-0.250  0.250], uᵀFu 3.375
	// weights   cost 1.0397, gradient of the biases [ 0.000  0.000], uᵀFu 3.375
	// smoothing cost 0.6931, gradient of the biases [-0.200  0.200], uᵀFu 3.375
	// both      cost 1.1090, gradient of the biases [ 0.100 -0.100], uᵀFu 3.375
}
