package job

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

// TestSizes: batch and epochs that are not given follow the number of training
// examples, so that a run has enough steps whatever the data.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		args                    string
		examples, batch, epochs int
	}{
		{"", 20, 20, 100},
		{"", 80, 40, 50},
		{"", 800, 400, 50},
		{"", 8000, 512, 7},
		{"", 60000, 512, 5},
		{"-opt adam", 80, 32, 150},
		{"-opt adam", 800, 200, 75},
		{"-opt sgd", 8000, 512, 20},
		{"-opt adam", 60000, 512, 5},
		{"-kfac-mode fixed", 800, 400, 150},
		{"-model autoencoder", 800, 400, 50},
		{"-model autoencoder", 60000, 1000, 5},
		{"-model regression", 442, 221, 50},
		{"-batch-size 800", 800, 800, 100},
		{"-batch-size 1", 800, 1, 5},
		{"-epochs 3", 800, 400, 3},
	} {
		s := parsed(t, c.args)
		require.NoError(t, s.Resolve(c.examples))
		assert.Equal(t, []int{c.batch, c.epochs}, []int{s.Batch, s.Epochs}, "%s with %d examples", c.args, c.examples)
	}
	s := parsed(t, "-max-steps 7")
	require.NoError(t, s.Resolve(800))
	assert.Zero(t, s.Epochs, "as many as the steps take")
}

// TestRates: the default rate falls with the batch size where a step is as long
// as the gradient, and is never more than the table's.
func TestRates(t *testing.T) {
	for _, c := range []struct {
		args  string
		batch int
		want  float64
	}{
		{"-opt sgd", 512, 0.1}, {"-opt sgd", 4096, 0.1}, {"-opt sgd", 16, 0.0516}, {"-opt sgd", 1, 0.00607},
		{"-opt adam", 1, 0.003}, {"-opt adam", 512, 0.003},
		{"", 1, 1.275}, {"", 512, 1.275},
		{"-kfac-mode fixed", 512, 0.55}, {"-kfac-mode fixed", 8, 0.0404}, {"-kfac-mode fixed", 4096, 0.55},
		{"-opt sgd -lr 0.7", 4, 0.7}, {"-kfac-mode fixed -lr 0.7", 4, 0.7},
	} {
		s := resolved(t, fmt.Sprintf("%s -batch-size %d", c.args, c.batch))
		assert.InDelta(t, c.want, s.LearningRate, 1e-12, "%s, batch %d", c.args, c.batch)
	}
	for _, optimizer := range Optimizers() {
		for _, model := range Names(Models()) {
			for _, variant := range optimizer.Variants {
				d, last := DefaultsFor(optimizer.Name, variant.Name, model), 0.0
				for batch := 1; batch <= 2*d.Batch; batch *= 2 {
					rate := d.RateFor(batch)
					assert.GreaterOrEqual(t, rate, last)
					assert.LessOrEqual(t, rate, d.LearningRate)
					last = rate
				}
				assert.Equal(t, d.LearningRate, last)
			}
		}
	}
}

// TestDefaults: every optimizer and variant has settings that validate, for every
// model.
func TestDefaults(t *testing.T) {
	for _, m := range Models() {
		for _, o := range Optimizers() {
			for _, v := range o.Variants {
				d := DefaultsFor(o.Name, v.Name, m.Name)
				s, err := DefaultSpec(o.Name, v.Name, m.Name)
				require.NoError(t, err)
				assert.Equal(t, v.Name, s.Variant())
				assert.Equal(t, []any{d.Batch, d.Epochs, d.LearningRate, d.Schedule}, []any{s.Batch, s.Epochs, s.LearningRate, s.Schedule})
				assert.Positive(t, s.LearningRate)
				assert.Positive(t, s.Batch)
				assert.Contains(t, Names(Schedules()), s.Schedule)
				_, err = o.New(s)
				assert.NoError(t, err)
			}
		}
	}
}

// TestFallbacks: a model or an optimizer without numbers of its own is trained, too.
func TestFallbacks(t *testing.T) {
	for _, o := range Optimizers() {
		for _, v := range o.Variants {
			d := v.Fallback
			assert.Positive(t, d.LearningRate, v.Name)
			assert.Positive(t, d.Parts, v.Name)
			assert.Contains(t, Names(Schedules()), d.Schedule, v.Name)
			assert.NotEmpty(t, v.Space, v.Name)
		}
	}
}

// TestCatalog: what package kfac has can be chosen.
func TestCatalog(t *testing.T) {
	for i, mode := range kfac.Modes() {
		assert.Equal(t, string(mode), Modes()[i].Name)
	}
	for i, structure := range kfac.Structures() {
		assert.Equal(t, string(structure), Structures()[i].Name)
	}
	for i, sharing := range kfac.Sharings() {
		assert.Equal(t, string(sharing), Sharings()[i].Name)
	}
}
