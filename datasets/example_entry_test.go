package datasets_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/datasets"
)

// table writes a CSV file for the examples and returns its path.
func table(text string) (path string, remove func()) {
	dir, err := os.MkdirTemp("", "gokfac")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(dir, "houses.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

const houses = "area,rooms,rent\n40,2,500\n60,3,700\n80,3,950\n100,4,1200\n55,2,640\n120,5,1400\n"

// A table of values to predict, by the name of their column.
func ExampleReadOptions() {
	path, remove := table(houses)
	defer remove()
	d, err := datasets.ReadOptions{Task: datasets.Regress, Targets: []string{"rent"}}.ReadCSV(path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.FeatureNames, d.TargetNames, d.Features(), d.Outputs(), d.Train.Len(), d.Test.Len())
	// Output: [area rooms] [rent] 2 1 5 1
}

// A column that is not there is named.
func ExampleColumnError() {
	path, remove := table(houses)
	defer remove()
	_, err := datasets.ReadOptions{Task: datasets.Regress, Targets: []string{"price"}}.ReadCSV(path)
	var column *datasets.ColumnError
	fmt.Println(errors.As(err, &column), column.Column)
	// Output: true price
}

// Another seed gives other digits.
func ExampleDigits() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 100, Test: 20, Seed: 7})
	fmt.Println(d.Train.Len(), d.Test.Len(), d.Shape, d.ClassNames)
	// Output: 100 20 [28 28] [0 1 2 3 4 5 6 7 8 9]
}

// Pictures in colour are H×W×C.
func ExampleShapes() {
	d := datasets.Shapes(datasets.ShapesOptions{Train: 100, Test: 20})
	fmt.Println(d.Train.Len(), d.Test.Len(), d.Shape, d.Pixels)
	fmt.Println(d.ClassNames)
	// Output:
	// 100 20 [32 32 3] true
	// [arrow bolt circle crescent cross heart ring square star triangle]
}

// Data that a program has made itself: x has a row for each label.
func ExampleSplit() {
	d := &datasets.Dataset{
		Shape: []int{2}, Classes: 2,
		Train: datasets.Split{X: []float32{1, 2, 3, 4, 5, 6}, Labels: []int32{0, 1, 0}},
	}
	loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: 2, KeepLast: true})
	if err != nil {
		log.Fatal(err)
	}
	for x, y, ok := loader.Next(); ok; x, y, ok = loader.Next() {
		fmt.Println(x.Data(), y.Data())
	}
	// Output:
	// [1 2 3 4] [0 1]
	// [5 6] [0]
}

// The last, smaller mini-batch of an epoch is left out unless KeepLast is set.
func ExampleNewLoader() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 100, Test: 20})
	for _, keep := range []bool{false, true} {
		loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{BatchSize: 32, Shuffle: true, Seed: 1, KeepLast: keep})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(loader.Steps())
	}
	// Output:
	// 3
	// 4
}

func ExampleDataset_HoldOut() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 100, Test: 20})
	if err := d.HoldOut(0.2); err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Train.Len()+d.Validation.Len(), d.Validation.Len() > 10)
	// Output: 100 true
}

func ExampleIsTable() {
	fmt.Println(datasets.IsTable("flowers.csv"), datasets.IsTable("flowers.npz"))
	// Output: true false
}

func ExampleIsArchive() {
	fmt.Println(datasets.IsArchive("flowers.npz"), datasets.IsArchive("flowers.csv"))
	// Output: true false
}
