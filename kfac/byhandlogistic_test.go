package kfac_test

import "math"

// logistic is a forward and a backward pass of a logistic regression on x (N×in): mean loss,
// outputs z, and the gradients of the mean loss. ExampleByHand has it for a network of the
// caller's own.
func logistic(w, b, x, y []float64) (loss float64, z, dw, db []float64) {
	z, dw, db = make([]float64, len(y)), make([]float64, len(w)), make([]float64, 1)
	n := float64(len(y))
	for e := range y {
		row := x[e*len(w):][:len(w)]
		z[e] = b[0]
		for i, v := range row {
			z[e] += w[i] * v
		}
		loss += (math.Log1p(math.Exp(z[e])) - y[e]*z[e]) / n
		g := (1/(1+math.Exp(-z[e])) - y[e]) / n
		for i, v := range row {
			dw[i] += g * v
		}
		db[0] += g
	}
	return loss, z, dw, db
}
