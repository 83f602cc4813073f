package trainer_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Biases without a penalty, and a first layer that stays as it is.
func ExampleModelConfig_groups() {
	net := layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 3}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, L2: 1e-4, Groups: []graph.Group{
		{Params: "*.bias", L2: graph.None},
		{Params: "dense1.*", Frozen: true},
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(model.Summary())
	_, err = trainer.NewModel(&layers.Dense{Units: 3}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{
		Input: []int{4}, Groups: []graph.Group{{Params: "conv*", Frozen: true}},
	})
	fmt.Println(err)
	// Output:
	// layer            output  parameters  K-FAC
	// input            4       0
	// Dense(8) dense1  8       40
	// Tanh             8       0
	// Dense(3) dense2  3       27          A ⊗ G, 9×9 ⊗ 3×3
	// total                    67
	// frozen: dense1.weight, dense1.bias (40 parameters)
	// trainer: graph: group "conv*" matches no parameter: there are dense1.weight, dense1.bias
}
