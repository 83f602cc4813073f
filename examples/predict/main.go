// Command predict asks a model that cmd/train has kept about one raw example, as a
// program of one's own would:
//
//	go run ./examples/predict runs/flowers 6.1 2.9
//
// The directory has all that is needed: network, weights, the scaling of inputs and the
// names of the classes. Nothing of the code that trained the model is imported.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"

	"github.com/gokfac/gokfac/trainer"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: predict DIR FEATURE…")
	}
	model, preparation, err := trainer.Load(os.Args[1], trainer.LoadConfig{})
	check(err)
	// Safe for concurrent callers: one predictor serves a whole program.
	predictor, err := trainer.NewPredictor(model, preparation)
	check(err)
	var example []float64 // as the file had them: the predictor scales
	for _, text := range os.Args[2:] {
		v, err := strconv.ParseFloat(text, 64)
		check(err)
		example = append(example, v)
	}
	p, err := predictor.Predict(example)
	check(err)
	if p.Class < 0 {
		fmt.Println(p.Values) // of a regression, in the units of the data
		return
	}
	fmt.Printf("%s, probability %.3f\n", p.Name, p.Probabilities[p.Class])
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
