package onnx_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// A network of PyTorch's, whose Softmax is a part of the loss here: images of 1×13×9, channels first, are 13×9×1.
func ExampleLoad() {
	im, err := onnx.Load("testdata/lenet-folded.onnx", onnx.LoadConfig{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(im.Model.Config().Input, im.Model.Loss())
	for _, n := range im.Report.Nodes {
		if n.Op == "Conv" || n.Op == "Gemm" {
			fmt.Println(n.Node, "is a", n.Became)
		}
	}
	for _, p := range im.Model.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// [13 9 1] softmax cross-entropy
	// /0/Conv is a Conv2D
	// /4/Conv is a Conv2D
	// /9/Gemm is a Dense
	// conv1.weight (9, 4)
	// conv1.bias (4)
	// 4.weight (36, 6)
	// 9.weight (12, 7)
	// 9.bias (7)
}

// What Save wrote comes back with its weights, its loss and the names of its classes.
func ExampleImport() {
	net := layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 2}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{3}})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := onnx.Export(&file, m, trainer.Preparation{Classes: []string{"no", "yes"}}, onnx.SaveConfig{}); err != nil {
		log.Fatal(err)
	}
	im, err := onnx.Import(&file, onnx.LoadConfig{Change: func(c *trainer.ModelConfig) { c.Seed = 7 }})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(im.Model.Net().(layers.Sequential), im.Preparation.Classes)
	// Output: [Dense(8) dense1 Tanh Dense(2) dense2] [no yes]
}
