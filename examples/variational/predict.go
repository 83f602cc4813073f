package main

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural/variational"
)

// score is how good predictions of the test part are.
type score struct{ accuracy, nll float64 }

// ways are how to predict, in the order of the table.
func ways() []string {
	return []string{"MAP weights", "Laplace", "variational, full", "variational, mean-field"}
}

// scores are those of the four ways. MAP takes the most probable weights for certain.
func scores(m *variational.Model, t task, fullQ, meanField *variational.Posterior) ([]score, error) {
	laplace, _, err := m.Laplace()
	if err != nil {
		return nil, err
	}
	certain := func(x []float64, y float64) float64 {
		return variational.Logistic{}.Predict(y, mat.Dot(mat.NewVecDense(len(x), x), mat.NewVecDense(len(x), laplace.Mean())), 0)
	}
	under := func(q *variational.Posterior) func(x []float64, y float64) float64 {
		return func(x []float64, y float64) float64 { return m.LogPredictive(q, x, y) }
	}
	var all []score
	for _, logP := range []func(x []float64, y float64) float64{certain, under(laplace), under(fullQ), under(meanField)} {
		var s score
		n := float64(len(t.testY))
		for i, y := range t.testY {
			l := logP(t.testX.RawRowView(i), y)
			s.nll -= l / n
			if l > math.Log(0.5) {
				s.accuracy += 1 / n
			}
		}
		all = append(all, s)
	}
	return all, nil
}
