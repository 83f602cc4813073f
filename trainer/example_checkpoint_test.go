package trainer_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A run that is cut after five steps goes on in another process, and ends as one that
// was left alone.
func ExampleCheckpointer() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	data := datasets.Digits(datasets.DigitsOptions{Train: 400, Test: 10})
	// process is what each process does.
	process := func(ctx context.Context, more ...trainer.Callback) (*trainer.Result, error) {
		loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 50, Shuffle: true, Seed: 1})
		if err != nil {
			return nil, err
		}
		model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: data.Classes}},
			losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: data.Shape, Seed: 1})
		if err != nil {
			return nil, err
		}
		adam, err := trainer.NewAdam(trainer.AdamConfig{})
		if err != nil {
			return nil, err
		}
		run := &trainer.Trainer{Model: model, Optimizer: adam, Epochs: 2, FinishSteps: true}
		saver := &trainer.Checkpointer{Trainer: run, Dir: dir, Every: 2}
		run.Callbacks = append(more, saver.Callback)
		file, skipped, err := run.Resume(dir)
		if err != nil || skipped != nil {
			return nil, fmt.Errorf("resuming: %v, %v", skipped, err)
		}
		if file != "" {
			fmt.Println("goes on with", filepath.Base(file))
		}
		return run.Fit(ctx, loader)
	}

	ctx, cancel := context.WithCancel(context.Background())
	_, err = process(ctx, func(e *trainer.Event) error {
		if e.Step == 5 {
			cancel()
		}
		return nil
	})
	fmt.Println(err)
	res, err := process(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Steps, "steps,", res.Epochs, "epochs")
	// Output:
	// context canceled
	// goes on with step-000000004.ckpt
	// 16 steps, 2 epochs
}
