package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/datasets"
)

// table is rows with a class of 0 or 1 each.
type table struct {
	rows [][]float64
	y    []float64
}

// task is a training and a test part of a table, with standardised columns and a column of ones.
type task struct {
	x, testX *mat.Dense
	y, testY []float64
}

// open is how a seed makes its task, and a line about the data. The built-in data are drawn
// anew for each seed; the rows of a file are dealt anew, a fifth of them to the test part.
func open(s settings) (func(seed uint64) (task, error), string, error) {
	if s.data == builtIn {
		return func(seed uint64) (task, error) { return synthetic(seed) },
			fmt.Sprintf("%s: %d training and %d test examples of %d correlated inputs, drawn anew for each seed", builtIn, drawnTrain, drawnTest, drawnInputs), nil
	}
	t, what, err := read(s)
	if err != nil {
		return nil, "", err
	}
	return func(seed uint64) (task, error) { return deal(t, seed) }, what, nil
}

// The built-in data.
const (
	builtIn     = "synthetic"
	drawnTrain  = 120
	drawnTest   = 1000
	drawnInputs = 8
)

// synthetic has inputs with a common part, of which the logistic model itself draws the classes.
func synthetic(seed uint64) (task, error) {
	rng := rand.New(rand.NewPCG(seed, 11))
	w := make([]float64, drawnInputs)
	for j := range w {
		w[j] = rng.NormFloat64()
	}
	t := table{}
	for range drawnTrain + drawnTest {
		row, common, z := make([]float64, drawnInputs), rng.NormFloat64(), 0.0
		for j := range row {
			row[j] = common + rng.NormFloat64()
			z += row[j] * w[j]
		}
		y := 0.0
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			y = 1
		}
		t.rows, t.y = append(t.rows, row), append(t.y, y)
	}
	order := make([]int, len(t.rows))
	for i := range order {
		order[i] = i
	}
	return split(t, order, drawnTest)
}

// read is a CSV file of two classes, or of one class against all others.
func read(s settings) (table, string, error) {
	d, err := datasets.ReadOptions{Label: s.label}.ReadCSV(s.data)
	if err != nil {
		return table{}, "", err
	}
	names := d.ClassNames
	for i := len(names); i < d.Classes; i++ {
		names = append(names, fmt.Sprint(i))
	}
	positive := 1
	switch {
	case s.class != "":
		if positive = slices.Index(names, s.class); positive < 0 {
			return table{}, "", &usageError{fmt.Sprintf("-class %s: %s has no such class: choose of %v", s.class, s.data, names)}
		}
	case d.Classes != 2:
		return table{}, "", &usageError{fmt.Sprintf("%s has %d classes: -class NAME takes one of %v against the others", s.data, d.Classes, names)}
	}
	var t table
	for _, part := range []datasets.Split{d.Train, d.Test} {
		for i, label := range part.Labels {
			row := make([]float64, d.Features())
			for j := range row {
				row[j] = float64(part.X[i*d.Features()+j])
			}
			y := 0.0
			if int(label) == positive {
				y = 1
			}
			t.rows, t.y = append(t.rows, row), append(t.y, y)
		}
	}
	return t, fmt.Sprintf("%s: %d rows of %d inputs, class %s against the others, a fifth for the test", s.data, len(t.rows), d.Features(), names[positive]), nil
}

// deal shuffles the rows.
func deal(t table, seed uint64) (task, error) {
	return split(t, rand.New(rand.NewPCG(seed, 12)).Perm(len(t.rows)), len(t.rows)/5)
}

// split makes the last rows of an order the test part. The training part's mean and deviation
// standardise both.
func split(t table, order []int, test int) (task, error) {
	train := len(order) - test
	if train < 2 || test < 1 {
		return task{}, fmt.Errorf("%d rows are too few for a training and a test part: want at least 5", len(order))
	}
	inputs := len(t.rows[0])
	out := task{x: mat.NewDense(train, inputs+1, nil), testX: mat.NewDense(test, inputs+1, nil)}
	part := func(k int) (*mat.Dense, int) {
		if k < train {
			return out.x, k
		}
		return out.testX, k - train
	}
	for j := range inputs {
		mean, square := 0.0, 0.0
		for _, i := range order[:train] {
			mean += t.rows[i][j] / float64(train)
		}
		for _, i := range order[:train] {
			square += (t.rows[i][j] - mean) * (t.rows[i][j] - mean) / float64(train)
		}
		scale := 0.0 // of a column that is constant
		if square > 0 {
			scale = 1 / math.Sqrt(square)
		}
		for k, i := range order {
			x, row := part(k)
			x.Set(row, j, (t.rows[i][j]-mean)*scale)
		}
	}
	for k, i := range order {
		x, row := part(k)
		x.Set(row, inputs, 1)
		if k < train {
			out.y = append(out.y, t.y[i])
		} else {
			out.testY = append(out.testY, t.y[i])
		}
	}
	return out, nil
}
