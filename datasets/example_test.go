package datasets_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
)

func Example() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 1000, Test: 200})
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: 256, Shuffle: true, KeepLast: true})
	if err != nil {
		log.Fatal(err)
	}
	for x, y, ok := loader.Next(); ok; x, y, ok = loader.Next() {
		fmt.Println(x.Shape(), y.Shape())
	}
	// Output:
	// (256, 28, 28) (256)
	// (256, 28, 28) (256)
	// (256, 28, 28) (256)
	// (232, 28, 28) (232)
}

func ExampleOpen() {
	// Also: auto, mnist, fashion-mnist, digits, shapes, ill-conditioned, a directory of idx files, a .csv.
	_, why, err := datasets.Open(context.Background(), "testdata/keras.npz", datasets.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(why)
	// Output: keras (testdata/keras.npz: 5 training and 2 test examples in 5 classes: 0, 1, 4, 5, 9)
}

func ExampleIllConditioned() {
	d := datasets.IllConditioned(datasets.IllConditionedOptions{Train: 1000, Test: 200})
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: 500, Shuffle: true})
	if err != nil {
		log.Fatal(err)
	}
	for x, y, ok := loader.Next(); ok; x, y, ok = loader.Next() {
		fmt.Println(x.Shape(), y.Shape(), y.Dtype())
	}
	// Output:
	// (500, 64) (500, 8) float32
	// (500, 64) (500, 8) float32
}

func ExampleMNIST() {
	d, err := datasets.MNIST(context.Background(), datasets.Options{Download: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Train.Len(), d.Shape)
}

// It needs the network, or files in Options.Dir, and takes 737 MB of memory.
func ExampleCIFAR10() {
	d, err := datasets.CIFAR10(context.Background(), datasets.Options{Download: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Train.Len(), d.Shape, d.ClassNames)
}

func ExampleCIFAR100() {
	d, err := datasets.CIFAR100(context.Background(), datasets.Options{Download: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Train.Len(), d.Shape, d.Classes)
}

func ExampleReadCSV() {
	d, err := datasets.ReadCSV("testdata/points.csv")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.ClassNames, d.FeatureNames, d.Train.Len(), d.Test.Len())
	// Output: [0 1 2] [x y] 4 1
}

func ExampleReadNPZ() {
	d, err := datasets.ReadNPZ("testdata/keras.npz")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Name, d.Shape, d.Train.Labels, d.ClassNames, d.Pixels)
	// Output: keras [4 3] [3 0 2 1 4] [0 1 4 5 9] true
}

func ExampleReadIDX() {
	_, err := datasets.ReadIDX("testdata")
	fmt.Println(err)
	// Output: datasets: testdata has no train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (or .gz)
}

func ExampleDataset_Standardize() {
	d := &datasets.Dataset{
		Shape: []int{2},
		Train: datasets.Split{X: []float32{1, 7, 3, 7}, Labels: []int32{0, 1}},
		Test:  datasets.Split{X: []float32{5, 8}, Labels: []int32{1}},
	}
	d.Standardize()
	fmt.Println(d.Train.X, d.Test.X)
	// Output: [-1 0 1 0] [3 0]
}

func ExampleLoader_UnmarshalBinary() {
	d := &datasets.Dataset{Shape: []int{1}, Train: datasets.Split{X: make([]float32, 6), Labels: []int32{0, 1, 2, 3, 4, 5}}}
	opt := datasets.LoaderOptions{BatchSize: 2, Shuffle: true, Seed: 1}
	interrupted, err := datasets.NewLoader(d, d.Train, opt)
	if err != nil {
		log.Fatal(err)
	}
	interrupted.Next()
	state, err := interrupted.MarshalBinary()
	if err != nil {
		log.Fatal(err)
	}

	resumed, err := datasets.NewLoader(d, d.Train, opt)
	if err != nil {
		log.Fatal(err)
	}
	if err := resumed.UnmarshalBinary(state); err != nil {
		log.Fatal(err)
	}
	_, want, _ := interrupted.Next()
	_, got, _ := resumed.Next()
	fmt.Println(got.Eq(want))
	// Output: true
}

// A loop over the batches of an epoch.
func ExampleLoader_Batches() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 1000, Test: 200})
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: 400, Shuffle: true, KeepLast: true})
	if err != nil {
		log.Fatal(err)
	}
	for epoch := range 2 {
		for x, y := range loader.Batches() {
			fmt.Println(epoch, x.Shape(), y.Shape())
		}
	}
	// Output:
	// 0 (400, 28, 28) (400)
	// 0 (400, 28, 28) (400)
	// 0 (200, 28, 28) (200)
	// 1 (400, 28, 28) (400)
	// 1 (400, 28, 28) (400)
	// 1 (200, 28, 28) (200)
}
