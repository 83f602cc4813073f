package datasets_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Every epoch deals out other pictures of the same example: here, moved by one pixel at most, on a black background.
func ExampleAugmentation() {
	d := &datasets.Dataset{
		Shape: []int{3, 3}, Classes: 1, Pixels: true,
		Train: datasets.Split{X: []float32{0, 1, 0, 0, 1, 0, 0, 1, 1}, Labels: []int32{0}},
	}
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{
		BatchSize: 1, Seed: 3, Augmentation: datasets.Augmentation{Crop: 1, Flip: true},
	})
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		for x, _, ok := loader.Next(); ok; x, _, ok = loader.Next() {
			p := x.Float32s()
			fmt.Println(p[:3], p[3:6], p[6:])
		}
	}
	// Output:
	// [1 0 0] [1 0 0] [1 1 0]
	// [0 0 0] [0 0 1] [0 0 1]
	// [0 0 1] [0 0 1] [0 0 1]
}

// Mixed labels need nothing more in a training loop of package trainer. A loop of one's own passes them on.
func ExampleLoader_More() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 200, Test: 1, Seed: 1})
	d.Standardize()
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{
		BatchSize: 100, Shuffle: true, Augmentation: datasets.Augmentation{Mixup: 0.2},
	})
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: d.Classes}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: d.Shape})
	if err != nil {
		log.Fatal(err)
	}
	x, y, _ := loader.Next()
	batch, err := model.Batch(x, y, loader.More()...) // the labels of the others, and the shares of the own
	if err != nil {
		log.Fatal(err)
	}
	if _, err := batch.Grad(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(loader.More()[0].Shape(), loader.More()[1].Shape())
	// Output: (100) (100)
}

// Text that a user writes.
func ExampleParseAugmentation() {
	a, err := datasets.ParseAugmentation("flip,crop=4,mixup=0.2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a, a.Crop, a.Mixes())
	_, err = datasets.ParseAugmentation("crop")
	fmt.Println(err)
	// Output:
	// crop=4,flip,mixup=0.2 4 true
	// datasets: augmentation crop: write crop=PIXELS
}

// Each channel of colour images gets a mean and a deviation of its own, and a saved model keeps them.
func ExampleDataset_StandardizeChannels() {
	d := &datasets.Dataset{
		Shape: []int{1, 2, 2}, Classes: 2, Pixels: true, // two pixels of two channels
		Train: datasets.Split{X: []float32{0, 0.5, 1, 0.5, 0, 0.7, 1, 0.7}, Labels: []int32{0, 1}},
	}
	if err := d.StandardizeChannels(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n%.1f\n", d.Train.X, d.Scaling.Mean)
	// Output:
	// [-1.0 -1.0 1.0 -1.0 -1.0 1.0 1.0 1.0]
	// [0.5 0.6 0.5 0.6]
}
