package job_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
)

// A model that has not been trained is assessed on digits: about one in ten is right.
func ExampleAssess() {
	s, err := job.Parse(job.Choices{{Name: "hidden", Value: "16"}})
	if err != nil {
		log.Fatal(err)
	}
	d := datasets.Digits(datasets.DigitsOptions{Train: 100, Test: 50})
	d.Standardize()
	if err := s.Resolve(d.Train.Len()); err != nil {
		log.Fatal(err)
	}
	m, err := s.NewModel(d)
	if err != nil {
		log.Fatal(err)
	}
	a, err := job.Assess(context.Background(), s, d, m)
	if err != nil {
		log.Fatal(err)
	}
	for _, metric := range a.Metrics {
		fmt.Printf("%s, higher is better: %v\n", metric.Name, a.HigherIsBetter[metric.Name])
	}
	e := a.Examples[0]
	fmt.Printf("%d classes; %d mistakes to look at, pictures of %v\n", len(a.Confusion), len(a.Examples), e.Shape)
	// Output:
	// top5_accuracy, higher is better: true
	// precision, higher is better: true
	// recall, higher is better: true
	// f1, higher is better: true
	// calibration_error, higher is better: false
	// 10 classes; 24 mistakes to look at, pictures of [28 28]
}
