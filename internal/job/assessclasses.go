package job

import (
	"fmt"
	"strconv"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// assessClasses is about a classifier. It keeps the C² counts of confusions only where
// they are told.
func assessClasses(d *datasets.Dataset) (metrics []trainer.Metric, tell func(*results.Assessment)) {
	precision, recall, f1 := trainer.Precision(), trainer.Recall(), trainer.F1()
	calibration := trainer.CalibrationError(0)
	confusion, few := &trainer.Confusion{}, d.Classes <= results.MostClasses
	if d.Classes > 5 {
		metrics = append(metrics, trainer.TopK(5))
	}
	metrics = append(metrics, precision, recall, f1)
	if d.Classes == 2 {
		metrics = append(metrics, trainer.ROCAUC())
	}
	metrics = append(metrics, calibration)
	told := metrics
	pick := &picker{most: examplesOf(d, 1), judge: mistaken}
	metrics = append(metrics[:len(metrics):len(metrics)], pick)
	if few {
		metrics = append(metrics, confusion)
	}
	return metrics, func(a *results.Assessment) {
		for _, m := range told {
			note(a, m.Name(), m.Value(), m.HigherIsBetter())
		}
		if few {
			a.Confusion = confusion.Matrix()
			examples := precision.Examples()
			for i, n := range examples {
				a.Classes = append(a.Classes, results.ClassScore{
					Name: className(d, i), Examples: n, Precision: results.Number(precision.PerClass()[i]),
					Recall: results.Number(recall.PerClass()[i]), F1: results.Number(f1.PerClass()[i]),
				})
			}
		} else {
			a.Notes = append(a.Notes, fmt.Sprintf("%d classes: each by itself, and what it is taken for, is told of up to %d", d.Classes, results.MostClasses))
		}
		for _, b := range calibration.Bins() {
			a.Calibration = append(a.Calibration, results.CalibrationBin{
				Low: results.Number(b.Low), High: results.Number(b.High), Examples: b.Examples,
				Confidence: results.Number(min(b.Confidence, 1)), Accuracy: results.Number(b.Accuracy),
			})
		}
		a.Examples = pick.examples(a, d, func(e *results.Example, p picked) {
			e.Truth, e.Predicted = className(d, int(d.Test.Labels[p.index])), className(d, p.class)
			e.Probability = results.Number(min(p.weight, 1)) // which a softmax in float32 may round up from
		})
	}
}

// mistaken weighs an example that is misclassified by the probability of its predicted
// class, the first of several as Accuracy takes it.
func mistaken(p picked, output, target []float64) (picked, bool) {
	for j, v := range output {
		if v > output[p.class] {
			p.class = j
		}
	}
	p.weight = output[p.class]
	return p, p.class != int(target[0])
}

// className is what the file calls a class, or its number.
func className(d *datasets.Dataset, class int) string {
	if class < len(d.ClassNames) {
		return printable(d.ClassNames[class])
	}
	return strconv.Itoa(class)
}
