package stream_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gokfac/gokfac/datasets/stream"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A data source of one's own is a function that yields one example after the other.
func ExampleNew() {
	circle := func(yield func(stream.Example, error) bool) {
		for i := range 400 { // points of a grid, and whether they are in a circle
			e := stream.Example{X: []float64{float64(i%20)/10 - 1, float64(i/20)/10 - 1}}
			if e.X[0]*e.X[0]+e.X[1]*e.X[1] < 0.5 {
				e.Label = 1
			}
			if !yield(e, nil) {
				return
			}
		}
	}
	train, err := stream.New(context.Background(), circle, stream.Options{
		Shape: []int{2}, Classes: 2, BatchSize: 40, Window: 200, Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	x, y, ok := train.Next()
	fmt.Println(x.Shape(), y.Shape(), ok)
	// Output: (40, 2) (40) true
}

// months gives the rows of CSV files, one file after the other: values, and at the end a class.
func months(files ...string) iter.Seq2[stream.Example, error] {
	return func(yield func(stream.Example, error) bool) {
		for _, name := range files {
			if err := rows(name, func(e stream.Example) bool { return yield(e, nil) }); err != nil {
				yield(stream.Example{}, err)
				return
			}
		}
	}
}

// rows calls f with the rows of a file.
func rows(name string, f func(stream.Example) bool) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	for r := csv.NewReader(file); ; {
		fields, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		x, last := make([]float64, len(fields)-1), len(fields)-1
		for i := range x {
			if x[i], err = strconv.ParseFloat(fields[i], 64); err != nil {
				return err
			}
		}
		label, err := strconv.Atoi(fields[last])
		if err != nil {
			return err
		}
		if !f(stream.Example{X: x, Label: label}) {
			return nil
		}
	}
}

// Files of any size are trained on as they are read, in the scaling of a first pass over them.
func ExampleMeasureScaling() {
	dir, err := os.MkdirTemp("", "rows")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var files []string
	for month := range 3 {
		text := ""
		for i := range 100 {
			text += fmt.Sprintf("%d,%d,%d\n", 1000+i, i%2*(month+1), i%2)
		}
		files = append(files, filepath.Join(dir, fmt.Sprint(month, ".csv")))
		if err := os.WriteFile(files[month], []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}

	scaling, err := stream.MeasureScaling(months(files...))
	if err != nil {
		log.Fatal(err)
	}
	train, err := stream.New(context.Background(), months(files...), stream.Options{
		Shape: []int{2}, Classes: 2, BatchSize: 20, Window: 100, Seed: 1, Scaling: scaling,
	})
	if err != nil {
		log.Fatal(err)
	}
	model, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	fit := trainer.Trainer{Model: model, Optimizer: adam, Epochs: 5}
	if _, err := fit.Fit(context.Background(), train); err != nil {
		log.Fatal(err)
	}
	predictor, err := trainer.NewPredictor(model, trainer.Preparation{Inputs: scaling})
	if err != nil {
		log.Fatal(err)
	}
	p, err := predictor.Predict([]float64{1050, 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("mean %.1f, %.1f; class %d\n", scaling.Mean[0], scaling.Mean[1], p.Class)
	// Output: mean 1049.5, 1.0; class 1
}

// Examples in memory: every epoch is a shuffle of all, and schedules know the number of steps.
func ExampleRows() {
	x, labels := [][]float64{{5.1, 3.5}, {7.0, 3.2}, {6.3, 3.3}, {4.9, 3.0}}, []int{0, 1, 1, 0}
	train, err := stream.New(context.Background(), stream.Rows(x, labels), stream.Options{
		Shape: []int{2}, Classes: 2, BatchSize: 2, Window: len(x), Examples: len(x),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Steps(), "steps in an epoch")
	// Output: 2 steps in an epoch
}
