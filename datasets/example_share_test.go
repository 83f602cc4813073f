package datasets_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
)

// Three processes share batches of 600 examples, of which the last has 400.
func ExampleShare() {
	d := datasets.Digits(datasets.DigitsOptions{Train: 1000, Test: 200})
	for rank := range 3 {
		loader, err := datasets.NewLoader(d, d.Train, datasets.LoaderOptions{
			BatchSize: 600, KeepLast: true, Share: datasets.Share{Rank: rank, Size: 3},
		})
		if err != nil {
			log.Fatal(err)
		}
		for x := range loader.Batches() {
			first, step, of := loader.Share()
			fmt.Printf("process %d: %d examples, %d, %d, … of %d\n", rank, x.Shape()[0], first, first+step, of)
		}
	}
	// Output:
	// process 0: 200 examples, 0, 3, … of 600
	// process 0: 134 examples, 0, 3, … of 400
	// process 1: 200 examples, 1, 4, … of 600
	// process 1: 133 examples, 1, 4, … of 400
	// process 2: 200 examples, 2, 5, … of 600
	// process 2: 133 examples, 2, 5, … of 400
}
