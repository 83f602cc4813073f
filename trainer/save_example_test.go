package trainer_test

import (
	"fmt"
	"log"
	"os"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// A model is saved with what its inputs and outputs mean. Another program, which knows nothing of the network, loads it.
func ExampleSave() {
	dir, err := os.MkdirTemp("", "model")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	net := layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 2, Name: "head"}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{3}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	// … and here it is trained.
	err = trainer.Save(dir, model, trainer.Preparation{
		Inputs:  scaling.Scaling{Mean: []float64{1.5, 20, 300}, Deviation: []float64{0.5, 4, 100}},
		Classes: []string{"no", "yes"},
	}, trainer.SaveConfig{})
	if err != nil {
		log.Fatal(err)
	}

	loaded, prepared, err := trainer.Load(dir, trainer.LoadConfig{})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range loaded.Params() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	predictor, err := trainer.NewPredictor(loaded, prepared)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(predictor.Classes(), "from", predictor.Features(), "values")
	// Output:
	// dense1.weight (3, 8)
	// dense1.bias (8)
	// head.weight (8, 2)
	// head.bias (2)
	// [no yes] from 3 values
}

// Gain multiplies each feature by a learned factor: a layer of one's own.
type Gain struct {
	Name   string
	factor *graph.Param
}

func (g *Gain) Params() []*graph.Param {
	if g.factor == nil {
		return nil
	}
	return []*graph.Param{g.factor}
}

func (g *Gain) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if g.factor == nil {
		var err error
		// Not graph.NewParam: a file that describes a greater network than it holds is refused here.
		if g.factor, err = b.NewParam(g.Name+".factor", x.Shape()[1]); err != nil {
			return nil, err
		}
	}
	n, c := x.Shape()[0], x.Shape()[1]
	return b.Apply(graph.Op{
		Name: "gain", Shape: x.Shape().Clone(), F32: gain[float32](n, c), F64: gain[float64](n, c),
	}, x, b.Param(g.factor))
}

func gain[T graph.Float](n, c int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for i := range n * c {
			out[i] = in[0][i] * in[1][i%c]
		}
	}
}

// Whoever saves and loads layers of their own says how to describe them and how to make them again.
func ExampleLoad_ownLayer() {
	gains := layers.NewKind("gain",
		func(g *Gain) string { return g.Name },
		func(name string) (*Gain, error) { return &Gain{Name: name}, nil })

	dir, err := os.MkdirTemp("", "model")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	model, err := trainer.NewModel(&Gain{Name: "gain"}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	copy(model.Params()[0].Value.Float64s(), []float64{3, 0.5})
	if err := trainer.Save(dir, model, trainer.Preparation{}, trainer.SaveConfig{Layers: []layers.Kind{gains}}); err != nil {
		log.Fatal(err)
	}

	_, _, err = trainer.Load(dir, trainer.LoadConfig{})
	fmt.Println("without the kind:", err != nil)
	loaded, _, err := trainer.Load(dir, trainer.LoadConfig{Layers: []layers.Kind{gains}})
	if err != nil {
		log.Fatal(err)
	}
	y, err := loaded.Predict(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{10, 10})))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Float64s())
	// Output:
	// without the kind: true
	// [30 5]
}
