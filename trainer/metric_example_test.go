package trainer_test

import (
	"fmt"
	"log"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/trainer"
)

// threeClasses are those of four examples over three classes, with labels.
func threeClasses() (mean, labels *tensor.Dense) {
	return tensor.New(tensor.WithShape(4, 3), tensor.WithBacking([]float64{
			0.7, 0.2, 0.1,
			0.5, 0.4, 0.1,
			0.1, 0.8, 0.1,
			0.2, 0.3, 0.5,
		})),
		tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{0, 1, 1, 0}))
}

// showMetrics adds the mini-batch to each metric and prints the values.
func showMetrics(mean, target *tensor.Dense, metrics ...trainer.Metric) {
	for _, m := range metrics {
		if err := m.Add(mean, target); err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %.3f, higher is better: %v\n", m.Name(), m.Value(), m.HigherIsBetter())
	}
}

func ExampleTopK() {
	mean, labels := threeClasses()
	showMetrics(mean, labels, trainer.TopK(1), trainer.TopK(2))
	// Output:
	// top1_accuracy 0.500, higher is better: true
	// top2_accuracy 0.750, higher is better: true
}

// Class 2 has no example, so it has no recall, and is left out of the average.
func ExamplePrecision() {
	mean, labels := threeClasses()
	recall := trainer.Recall()
	showMetrics(mean, labels, trainer.Precision(), recall, trainer.F1())
	fmt.Println("recall by class:", recall.PerClass())
	// Output:
	// precision 0.500, higher is better: true
	// recall 0.500, higher is better: true
	// f1 0.389, higher is better: true
	// recall by class: [0.5 0.5 NaN]
}

func ExampleConfusion() {
	mean, labels := threeClasses()
	m := &trainer.Confusion{}
	showMetrics(mean, labels, m)
	for _, row := range m.Matrix() {
		fmt.Println(row)
	}
	// Output:
	// confusion_accuracy 0.500, higher is better: true
	// [1 0 1]
	// [1 1 0]
	// [0 0 0]
}

// Of one sigmoid unit, whose targets are N×1; softmax over two classes has N labels.
func ExampleROCAUC() {
	mean := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float32{0.1, 0.4, 0.35, 0.8}))
	target := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float32{0, 0, 1, 1}))
	showMetrics(mean, target, trainer.ROCAUC())
	// Output: roc_auc 0.750, higher is better: true
}

func ExampleCalibrationError() {
	mean, labels := threeClasses()
	m := trainer.CalibrationError(2)
	showMetrics(mean, labels, m)
	for _, b := range m.Bins() {
		fmt.Printf("(%.1f, %.1f]: %d examples, confidence %.2f, accuracy %.2f\n", b.Low, b.High, b.Examples, b.Confidence, b.Accuracy)
	}
	// Output:
	// calibration_error 0.375, higher is better: false
	// (0.0, 0.5]: 2 examples, confidence 0.50, accuracy 0.00
	// (0.5, 1.0]: 2 examples, confidence 0.75, accuracy 1.00
}

func ExampleR2() {
	mean := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{2.5, 0, 2, 8}))
	target := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{3, -0.5, 2, 7}))
	showMetrics(mean, target, trainer.R2(), trainer.MAE(), trainer.RMSE())
	// Output:
	// r2 0.949, higher is better: true
	// mae 0.500, higher is better: false
	// rmse 0.612, higher is better: false
}
