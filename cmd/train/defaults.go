package main

import (
	"strconv"

	"github.com/gokfac/gokfac/kfac"
)

// defaults stand in for the zeros of the command line. Zero fields of kfac
// are package kfac's own defaults.
type defaults struct {
	batch, epochs int // of a large training set
	steps         int // at least so many: a small training set has more epochs
	parts         int // a small training set has a batch of one of so many parts of it
	schedule      string
	warmup        int
	lr, momentum  float64
	noise         float64 // examples: a batch of N takes the rate of the row's batch times the quotient of N/(N+noise)
	weightDecay   float64
	l2, clip      float64
	kfac          kfac.Config
}

// batchFor is the batch size for a training set of so many examples: a part of
// them, so that an epoch has several steps, but no less than 32 and no more than
// the row's.
func (d defaults) batchFor(examples int) int {
	return min(examples, d.batch, max(32, examples/d.parts))
}

// epochsFor is the number of epochs of so many steps each.
func (d defaults) epochsFor(perEpoch int) int {
	return max(d.epochs, (d.steps+perEpoch-1)/perEpoch)
}

// rateFor is the learning rate for a batch size: the row's, less where a
// smaller batch is noisier, to three digits. Adam's step has the same length
// whatever the batch, and adaptive K-FAC knows of the noise itself.
func (d defaults) rateFor(batch int) float64 {
	if d.noise == 0 || batch >= d.batch {
		return d.lr
	}
	at := func(n int) float64 { return float64(n) / (float64(n) + d.noise) }
	rate, _ := strconv.ParseFloat(strconv.FormatFloat(d.lr*at(batch)/at(d.batch), 'g', 3, 64), 64)
	return rate
}

// defaultMode is K-FAC's: docs/kfac.md has the measurements.
const defaultMode = kfac.Adaptive

// defaultsFor is the one table of tuned settings, from the searches in
// docs/benchmarks.md where they hold for other batches and data as well, and
// docs/tables.md: half of SGD's rate in the former diverges on neither, and
// K-FAC's cheapest steps are for large batches. The optimizer kfac has a row for
// each of its modes.
func defaultsFor(optimizer, model string, mode kfac.Mode) defaults {
	type pair struct{ optimizer, model string }
	if optimizer == "kfac" {
		optimizer = string(mode)
	}
	return map[pair]defaults{
		{"fixed", "mlp"}: {batch: 512, epochs: 5, steps: 300, parts: 2, noise: 128, schedule: "cosine", lr: 0.55, momentum: 0.8, kfac: kfac.Config{
			Damping: 0.95, Polyak: 0.95, FactorUpdateSteps: 10, InverseUpdateSteps: 20,
		}},
		{"adaptive", "mlp"}: {batch: 512, epochs: 5, steps: 100, parts: 2, schedule: "constant", lr: 1.275, kfac: kfac.Config{Polyak: 0.9}},
		{"adam", "mlp"}:     {batch: 512, epochs: 5, steps: 300, parts: 4, schedule: "cosine", lr: 3e-3},
		{"sgd", "mlp"}:      {batch: 512, epochs: 5, steps: 300, parts: 4, noise: 16, schedule: "cosine", lr: 0.1, momentum: 0.9},

		{"adaptive", "autoencoder"}: {batch: 1000, epochs: 5, steps: 100, parts: 2, schedule: "constant", lr: 1, kfac: kfac.Config{ProductFraction: 0.25, Polyak: 0.9}},
		{"fixed", "autoencoder"}:    {batch: 1000, epochs: 5, steps: 300, parts: 2, noise: 512, schedule: "linear", lr: 1, momentum: 0.9, kfac: kfac.Config{Damping: 1, MinDamping: 0.01, KLClip: 0.2}},
		{"adam", "autoencoder"}:     {batch: 1000, epochs: 5, steps: 300, parts: 4, schedule: "constant", lr: 9e-4},
		{"sgd", "autoencoder"}:      {batch: 1000, epochs: 5, steps: 300, parts: 4, noise: 16, schedule: "cosine", lr: 0.004, momentum: 0.9},

		// Targets without noise are worth steps along the least curved directions: damping may become small.
		{"adaptive", "regression"}: {batch: 512, epochs: 10, steps: 100, parts: 2, schedule: "constant", lr: 1, kfac: kfac.Config{MinDamping: 1e-4}},
		{"fixed", "regression"}:    {batch: 512, epochs: 10, steps: 300, parts: 2, noise: 128, schedule: "linear", lr: 1, momentum: 0.9, kfac: kfac.Config{Damping: 0.03, MinDamping: 1e-4, KLClip: 0.003}},
		{"adam", "regression"}:     {batch: 512, epochs: 10, steps: 300, parts: 4, schedule: "linear", lr: 0.02},
		{"sgd", "regression"}:      {batch: 512, epochs: 10, steps: 300, parts: 4, noise: 256, schedule: "linear", lr: 0.2, momentum: 0.9},
	}[pair{optimizer, model}]
}

func hiddenOf(model string) []int {
	switch model {
	case "autoencoder":
		return []int{1000, 500, 250, 30}
	case "regression":
		return []int{64, 64}
	}
	return []int{512, 512}
}

func activationOf(model string) string {
	if model == "mlp" {
		return "relu"
	}
	return "tanh"
}

// initOf is the initialisation that keeps the scale of activations. A
// classifier of few layers is trained faster from smaller weights, by every
// optimizer (docs/benchmarks.md), which a deep one would lose its signal to.
func initOf(model, act string, hidden int) string {
	switch {
	case act != "relu":
		return "lecun"
	case model == "mlp" && hidden <= 3:
		return "torch"
	}
	return "he"
}
