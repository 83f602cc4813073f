package torch

import (
	"fmt"
	"strconv"
	"strings"
)

// Workload is a network in training, for torch_step.py.
type Workload struct {
	Batch     int
	Optimizer string // sgd or adam
	Rate      float64
	Loss      string // softmax or sigmoid
	Widths    []int
}

func (w Workload) String() string {
	return fmt.Sprintf("%d %s %g %s %s", w.Batch, w.Optimizer, w.Rate, w.Loss, list(w.Widths))
}

// Prediction is a classifier that predicts batches, for torch_predict.py.
type Prediction struct {
	Batch  int
	Widths []int
}

func (w Prediction) String() string { return fmt.Sprintf("%d %s", w.Batch, list(w.Widths)) }

func list(widths []int) string {
	texts := make([]string, len(widths))
	for i, n := range widths {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}
