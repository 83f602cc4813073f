package trainer_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/trainer"
)

// A mini-batch of three examples, computed as a part of two and a part of one: loss and
// step are those of the three together.
func ExampleAccumulation() {
	model := lineModel()
	parts := trainer.NewAccumulation(model)
	if err := parts.Add(tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{-1, 0})),
		tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{-1, 1}))); err != nil {
		log.Fatal(err)
	}
	if err := parts.Add(tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{1})),
		tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float64{3}))); err != nil {
		log.Fatal(err)
	}
	batch, err := parts.MiniBatch()
	if err != nil {
		log.Fatal(err)
	}
	inParts, err := batch.Loss()
	if err != nil {
		log.Fatal(err)
	}
	whole, err := lineBatch(model).Loss()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d examples: loss %.4f, as a whole %.4f\n", batch.Examples(), inParts, whole)
	// Output: 3 examples: loss 1.8333, as a whole 1.8333
}

// A loop of one's own takes up to four mini-batches of a source for each step.
func ExampleAccumulation_Next() {
	model, optimizer := lineModel(), descent(0.5)
	parts := trainer.NewAccumulation(model)
	data := &line{}
	for range 100 {
		batch, err := parts.Next(data, 4)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := optimizer.Step(batch); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("y = %.2f·x + %.2f\n", model.Params()[0].Value.Float64s()[0], model.Params()[1].Value.Float64s()[0])
	// Output: y = 2.00·x + 1.00
}
