package trainer_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The file is what PyTorch writes by
//
//	net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
//	safetensors.torch.save_file(net.state_dict(), "net.safetensors")
//
// with weights [[1, 2], [3, 4]] and [[1, -1]], and biases [0.5, 0] and [10].
func ExampleLoadWeights() {
	net := layers.Sequential{&layers.Dense{Units: 2}, layers.ReLU(), &layers.Dense{Units: 1}}
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}})
	if err != nil {
		log.Fatal(err)
	}
	if err := trainer.LoadWeights("testdata/net.safetensors", model, trainer.WeightsConfig{}); err != nil {
		log.Fatal(err)
	}
	y, err := model.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float32{1, 1})))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Float32s()) // (1 + 2 + 0.5) − (3 + 4) + 10
	// Output: [6.5]
}
