package trainer_test

import (
	"fmt"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A state goes into a model of the same layers, and into no other.
func ExampleModel_UnmarshalBinary() {
	build := func(units int, seed uint64) *trainer.Model {
		net := layers.Sequential{&layers.Dense{Units: units}, layers.Tanh(), &layers.Dense{Units: 3}}
		model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, Seed: seed})
		if err != nil {
			panic(err)
		}
		return model
	}
	trained := build(8, 1)
	state, err := trained.MarshalBinary()
	if err != nil {
		panic(err)
	}
	restored := build(8, 2)
	fmt.Println(restored.UnmarshalBinary(state))
	fmt.Println(restored.Params()[0].Value.Float32s()[0] == trained.Params()[0].Value.Float32s()[0])
	fmt.Println(build(16, 1).UnmarshalBinary(state))
	// Output:
	// <nil>
	// true
	// trainer: model state: "parameter dense1.weight": 4×8 float32s saved, 4×16 float32s here
}
