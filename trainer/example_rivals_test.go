package trainer_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// plane is a source of 16 points x of space with their values x·W, W a matrix of 3×2.
type plane struct{ dealt bool }

func (p *plane) Steps() int { return 1 }

func (p *plane) Next() (x, y *tensor.Dense, ok bool) {
	p.dealt = !p.dealt
	if !p.dealt {
		return nil, nil, false
	}
	r := rand.New(rand.NewPCG(1, 2))
	x, y = graph.NewDense(graph.Float64, 16, 3), graph.NewDense(graph.Float64, 16, 2)
	for i := range 16 {
		a, b, c := r.NormFloat64(), 10*r.NormFloat64(), r.NormFloat64()
		copy(x.Float64s()[3*i:], []float64{a, b, c})
		copy(y.Float64s()[2*i:], []float64{2*a - b, a + b + 3*c})
	}
	return x, y, true
}

// recovered finds W, and prints it by columns, without the element that is 0.
func recovered(optimizer trainer.Optimizer, err error) {
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.NewModel(&layers.Dense{Units: 2, NoBias: true}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	run := trainer.Trainer{Model: model, Optimizer: optimizer, MaxSteps: 400, Schedule: trainer.Linear()}
	if _, err := run.Fit(context.Background(), &plane{}); err != nil {
		log.Fatal(err)
	}
	w := model.Params()[0].Value.Float64s()
	fmt.Printf("%.2f·a %+.2f·b\n", w[0], w[2])
	fmt.Printf("%.2f·a %+.2f·b %+.2f·c\n", w[1], w[3], w[5])
}

func ExampleNewMuon() {
	recovered(trainer.NewMuon(trainer.MuonConfig{LearningRate: 0.1, LastLayer: true}))
	// Output:
	// 2.00·a -1.00·b
	// 1.00·a +1.00·b +3.00·c
}

func ExampleNewShampoo() {
	recovered(trainer.NewShampoo(trainer.ShampooConfig{LearningRate: 0.1}))
	// Output:
	// 2.00·a -1.00·b
	// 1.00·a +1.00·b +3.00·c
}

func ExampleNewSOAP() {
	recovered(trainer.NewSOAP(trainer.SOAPConfig{LearningRate: 0.1}))
	// Output:
	// 2.00·a -1.00·b
	// 1.00·a +1.00·b +3.00·c
}
