package main

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/results"
)

// outcome is what the seeds of one optimizer came to in a cell.
type outcome struct {
	median, worst float64 // test accuracy
	loss          float64 // greatest last training loss
	diverged      int
	rose          int // runs whose training loss ended above that of their first epoch
}

func outcomeOf(runs []*results.Run) outcome {
	o := outcome{loss: math.Inf(-1)}
	var scores []float64
	for _, run := range runs {
		score, last := run.Score("test_accuracy"), float64(run.TrainLoss)
		if math.IsNaN(score) {
			score = 0
		}
		scores = append(scores, score)
		o.loss = max(o.loss, last)
		if run.Ending == results.Diverged || math.IsNaN(last) {
			o.diverged++
		}
		if len(run.History) > 0 && last > 1.0001*float64(run.History[0].TrainLoss) {
			o.rose++
		}
	}
	slices.Sort(scores)
	o.worst, o.median = scores[0], scores[len(scores)/2]
	if n := len(scores); n%2 == 0 {
		o.median = (scores[n/2-1] + scores[n/2]) / 2
	}
	return o
}

// holds is the rule of the package comment.
func holds(c cell, kfac, adam, sgd outcome) bool {
	best := max(adam.median, sgd.median)
	tolerance := max(0.015, 2.01/(0.2*float64(c.rows)))
	return kfac.median >= best-tolerance && kfac.worst >= best-0.06 && kfac.diverged == 0 && kfac.rose == 0
}
