package kfac_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The blocks of a convolution and a classifier, with one row for each example in the factors
// of the convolution.
func ExamplePreconditioner_Blocks() {
	net := layers.Sequential{&layers.Conv2D{Filters: 4, Kernel: [2]int{3, 3}}, layers.ReLU(), &layers.Flatten{}, &layers.Dense{Units: 3}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{6, 6, 1}})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{Sharing: kfac.Reduce})
	if err != nil {
		log.Fatal(err)
	}
	batch, err := model.Batch(graph.NewDense(graph.Float32, 2, 6, 6, 1), labels(0, 2))
	if err != nil {
		log.Fatal(err)
	}
	if err := optimizer.Adopt(batch); err != nil {
		log.Fatal(err)
	}
	for _, b := range optimizer.Preconditioner().Blocks() {
		fmt.Println(b.Params, b.Order, b.Form)
	}
	// Output:
	// [conv1.weight conv1.bias] 40 A ⊗ G, 10×10 ⊗ 4×4, reduce over 16 locations
	// [dense1.weight dense1.bias] 195 A ⊗ G, 65×65 ⊗ 3×3
}

func ExampleSharings() {
	fmt.Println(kfac.Sharings(), kfac.Sharing("both").Validate())
	// Output: [expand reduce] kfac: unknown weight sharing "both": want one of expand, reduce
}
