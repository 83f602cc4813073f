package trainer_test

import (
	"context"
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// xor is the four examples of the exclusive or, in one mini-batch.
func xor() *memory {
	return &memory{
		x: tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float64{0, 0, 0, 1, 1, 0, 1, 1})),
		y: tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{0, 1, 1, 0})),
		n: 4,
	}
}

// A network learns the exclusive or. The source, xor, has the two methods of
// trainer.Source; package datasets has sources of real data.
func Example() {
	net := layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 2}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.05})
	if err != nil {
		log.Fatal(err)
	}
	run := &trainer.Trainer{
		Model: model, Optimizer: adam, Epochs: 200, Schedule: trainer.Linear(),
		Evaluations: []trainer.Evaluation{{Source: xor()}},
		Metrics:     []trainer.Metric{trainer.Accuracy()},
	}
	result, err := run.Fit(context.Background(), xor())
	if err != nil {
		log.Fatal(err)
	}
	last := result.History[len(result.History)-1]
	fmt.Printf("%d steps, accuracy %.0f %%\n", result.Steps, 100*last.Scores["accuracy"])
	// Output: 200 steps, accuracy 100 %
}

// The optimizer driven from a loop of one's own.
func ExampleModel_Batch() {
	model, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.5})
	if err != nil {
		log.Fatal(err)
	}
	x := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{-1, 0, 1}))
	y := tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{-1, 1, 3})) // 2x + 1
	for range 200 {
		batch, err := model.Batch(x, y)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := optimizer.Step(batch); err != nil {
			log.Fatal(err)
		}
	}
	w, b := model.Params()[0], model.Params()[1]
	fmt.Printf("y = %.3f·x + %.3f\n", w.Value.Float64s()[0], b.Value.Float64s()[0])
	// Output: y = 2.000·x + 1.000
}

// A target ends the run as soon as an evaluation reaches it.
func ExampleTarget() {
	model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 2}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.5, Momentum: 0.9})
	if err != nil {
		log.Fatal(err)
	}
	target, err := trainer.ParseTarget("train_accuracy=1")
	if err != nil {
		log.Fatal(err)
	}
	run := &trainer.Trainer{
		Model: model, Optimizer: sgd, MaxSteps: 500,
		Evaluations: []trainer.Evaluation{{Prefix: "train_", Source: xor()}},
		Metrics:     []trainer.Metric{trainer.Accuracy()},
		Callbacks:   []trainer.Callback{target.Callback},
	}
	result, err := run.Fit(context.Background(), xor())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(target.Reached, result.Steps == target.Step, result.Steps < 500)
	// Output: true true true
}

// topTwo is the part of the examples whose class is among the two likeliest.
type topTwo struct{ hits, n float64 }

func (m *topTwo) Name() string         { return "top_two" }
func (m *topTwo) HigherIsBetter() bool { return true }
func (m *topTwo) Reset()               { *m = topTwo{} }
func (m *topTwo) Value() float64       { return m.hits / m.n }

func (m *topTwo) Add(mean, target *tensor.Dense) error {
	classes := mean.Shape()[1]
	p, labels := mean.Float32s(), target.Float32s() // float64 in a model of graph.Float64
	for i, label := range labels {
		likelier := 0.0
		for _, v := range p[i*classes : (i+1)*classes] {
			if v > p[i*classes+int(label)] {
				likelier++
			}
		}
		if m.n++; likelier < 2 {
			m.hits++
		}
	}
	return nil
}

// A metric of one's own takes classes as floats of shape N.
func ExampleMetric() {
	net := layers.Sequential{&layers.Dense{Units: 2}}
	model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	scores, err := model.Evaluate(context.Background(), xor(), &topTwo{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(scores["top_two"])
	// Output: 1
}
