package onnx_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// A classifier of images, for onnxruntime and its like.
func ExampleSave() {
	net := layers.Sequential{
		&layers.Conv2D{Filters: 8, Kernel: [2]int{3, 3}}, layers.ReLU(), &layers.MaxPool2D{Window: [2]int{2, 2}},
		&layers.Flatten{}, &layers.Dense{Units: 3},
	}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{28, 28, 1}})
	if err != nil {
		log.Fatal(err)
	}
	// … train it …
	preparation := trainer.Preparation{
		Inputs:  scaling.Scaling{Mean: []float64{33.3}, Deviation: []float64{78.6}}, // of grey values from 0 to 255
		Classes: []string{"circle", "square", "star"},
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "shapes.onnx")
	if err := onnx.Save(path, model, preparation, onnx.SaveConfig{}); err != nil {
		log.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Size() > 4*8*(3*3+13*13*3), "that is more than its weights")
	// Output: true that is more than its weights
}

// Logits instead of probabilities.
func ExampleExport() {
	net := layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 3}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := onnx.Export(&file, model, trainer.Preparation{}, onnx.SaveConfig{Outputs: true}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(file.Bytes(), []byte("outputs")), bytes.Contains(file.Bytes(), []byte("probabilities")))
	// Output: true false
}

// shift is a layer of one's own: it adds a constant.
type shift struct{ by float64 }

func (s *shift) Params() []*graph.Param { return nil }

func (s *shift) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "shift", Shape: x.Shape().Clone(),
		F32: func(out []float32, in [][]float32) {
			for i, v := range in[0] {
				out[i] = v + float32(s.by)
			}
		},
		F64: func(out []float64, in [][]float64) {
			for i, v := range in[0] {
				out[i] = v + s.by
			}
		},
	}, x)
}

// A layer of one's own is written by an exporter, which adds its nodes. The operator is elementwise: it takes the value
// in the order of axes that it has.
func ExampleNewExporter() {
	exporter := onnx.NewExporter("shift", func(g *onnx.Graph, s *shift, x onnx.Value) (onnx.Value, error) {
		return x.Same(g.Node("Add", []string{x.Name(), g.Floats("shift.by", []float64{s.by})})), nil
	})
	model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 2}, &shift{3}}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{4}})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	fmt.Println(onnx.Export(&file, model, trainer.Preparation{}, onnx.SaveConfig{}))
	fmt.Println(onnx.Export(&file, model, trainer.Preparation{}, onnx.SaveConfig{Exporters: []onnx.Exporter{exporter}}))
	// Output:
	// onnx: the model cannot be exported: no exporter is known for layer *onnx_test.shift: give one by onnx.NewExporter in SaveConfig.Exporters
	// <nil>
}

func ExampleKinds() {
	fmt.Println(onnx.Kinds()[:3])
	// Output: [sequential residual parallel]
}
