package torch

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

// Workload is a network in training, for torch_step.py.
type Workload struct {
	Batch     int
	Optimizer string // sgd or adam
	Rate      float64
	Loss      string // softmax or sigmoid
	Widths    []int
}

// Of is a task's network in training. The scripts have a momentum of 0.9 and Adam's usual decays.
func Of(t peer.Task) Workload {
	w := Workload{Batch: t.Batch, Optimizer: t.Rule.Name, Rate: t.Rate, Loss: "softmax", Widths: t.Widths}
	if t.Autoencoder {
		w.Loss = "sigmoid"
	}
	return w
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
