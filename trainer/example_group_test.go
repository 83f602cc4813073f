package trainer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Two processes train one model: each has the same network, optimizer and data, and takes its
// share of every mini-batch. Here they are goroutines of one process. In a program that
// mpirun starts, the group is that of mpi.Open, of package distributed/mpi, and each process
// runs train once.
func ExampleTrainer_group() {
	train := func(g distributed.Group) error {
		net := layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 2}}
		model, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
		if err != nil {
			return err
		}
		adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.05})
		if err != nil {
			return err
		}
		run := &trainer.Trainer{
			Model: model, Optimizer: adam, Epochs: 200, Group: g,
			Evaluations: []trainer.Evaluation{{Source: xor()}},
			Metrics:     []trainer.Metric{trainer.Accuracy()},
		}
		result, err := run.Fit(context.Background(), xor())
		if err != nil {
			return err
		}
		if g.Rank() == 0 { // files and messages are the first process's
			last := result.History[len(result.History)-1]
			fmt.Printf("%d processes, %d steps, accuracy %.0f %%\n", g.Size(), result.Steps, 100*last.Scores["accuracy"])
		}
		return nil
	}
	if err := distributed.Run(2, train); err != nil {
		log.Fatal(err)
	}
	// Output: 2 processes, 200 steps, accuracy 100 %
}

// A loop of one's own, with an optimizer of one's choice.
func ExampleShare() {
	err := distributed.Run(3, func(g distributed.Group) error {
		model, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
		if err != nil {
			return err
		}
		sgd, err := trainer.NewSGD(trainer.SGDConfig{})
		if err != nil {
			return err
		}
		share, data := trainer.NewShare(model, g), xor()
		for range 3 {
			batch, err := share.Next(data, 1)
			if err != nil {
				return err
			}
			loss, err := sgd.Step(batch)
			if err != nil {
				return err
			}
			if g.Rank() == 2 { // every process knows the loss of the whole mini-batch
				fmt.Printf("%d examples, loss %.3f\n", batch.Examples(), loss)
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 4 examples, loss 0.805
	// 4 examples, loss 0.795
	// 4 examples, loss 0.787
}
