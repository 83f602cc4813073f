package layers_test

import (
	"fmt"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func ExampleSequential() {
	net := layers.Sequential{
		&layers.Flatten{},
		&layers.Dense{Units: 32, Init: layers.HeNormal}, layers.ReLU(),
		&layers.Dropout{Rate: 0.2},
		&layers.Dense{Units: 10},
	}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{28, 28}})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(model.Params()), "parameters, of which the first is", model.Params()[0].Name, model.Params()[0].Value.Shape())
	// Output: 4 parameters, of which the first is dense1.weight (784, 32)
}
