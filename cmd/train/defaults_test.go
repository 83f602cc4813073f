package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
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
		s, err := parse(strings.Fields(c.args))
		require.NoError(t, err)
		require.NoError(t, s.resolve(c.examples))
		assert.Equal(t, []int{c.batch, c.epochs}, []int{s.batch, s.epochs}, "%s with %d examples", c.args, c.examples)
	}
	s, err := parse(strings.Fields("-max-steps 7"))
	require.NoError(t, err)
	require.NoError(t, s.resolve(800))
	assert.Zero(t, s.epochs, "as many as the steps take")
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
		assert.InDelta(t, c.want, s.lr, 1e-12, "%s, batch %d", c.args, c.batch)
	}
	for _, optimizer := range namesOf(optimizers()) {
		for _, model := range namesOf(models()) {
			for _, mode := range kfac.Modes() {
				d, last := defaultsFor(optimizer, model, mode), 0.0
				for batch := 1; batch <= 2*d.batch; batch *= 2 {
					rate := d.rateFor(batch)
					assert.GreaterOrEqual(t, rate, last)
					assert.LessOrEqual(t, rate, d.lr)
					last = rate
				}
				assert.Equal(t, d.lr, last)
			}
		}
	}
}

// TestNothingSet: a small table is learned by every optimizer with nothing set
// but its name, and with small batches.
func TestNothingSet(t *testing.T) {
	for _, rows := range []int{100, 1000} {
		data := rings(t, rows)
		for _, optimizer := range []string{"kfac", "adam", "sgd"} {
			learns(t, 0.9, "-dataset", data, "-opt", optimizer, "-hidden", "64,64")
		}
	}
	data := rings(t, 600)
	for _, args := range []string{"-opt kfac", "-opt kfac -kfac-mode fixed", "-opt adam", "-opt sgd"} {
		for _, batch := range []string{"2", "8", "32"} {
			learns(t, 0.9, append(strings.Fields(args), "-dataset", data, "-hidden", "64,64", "-batch-size", batch, "-max-steps", "1200")...)
		}
	}
}

// TestSmallBatchesOfDigits is the run that showed that small batches were lost:
// 38 % with a training loss of 783.
func TestSmallBatchesOfDigits(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "tables", "digits8x8.csv")
	if _, err := os.Stat(path); err != nil {
		t.Skip("there is no ", path)
	}
	learns(t, 0.94, "-dataset", path, "-hidden", "64,64", "-batch-size", "8", "-epochs", "3")
	learns(t, 0.94, "-dataset", path, "-hidden", "64,64", "-batch-size", "8", "-epochs", "3", "-opt", "sgd")
	learns(t, 0.94, "-dataset", path, "-hidden", "64,64", "-batch-size", "32", "-epochs", "6", "-kfac-mode", "fixed")
}

func learns(t *testing.T, least float64, args ...string) {
	t.Helper()
	o := execute(append(args, "-json", "-progress", "none")...)
	require.Zero(t, o.status, "%s: %s", args, o.stderr)
	assert.NotContains(t, o.stderr, "warning", args)
	_, values := keys(t, []byte(o.stdout))
	assert.Greater(t, decimal(t, values["test_accuracy"]), least, args)
	assert.Less(t, decimal(t, values["train_loss"]), math.Ln2, args)
}

// rings writes a CSV of points in the plane, in three rings about the origin.
func rings(t *testing.T, rows int) string {
	t.Helper()
	r := rand.New(rand.NewPCG(5, uint64(rows)))
	return table(t, fmt.Sprintf("rings%d.csv", rows), rows, func(label int) []string {
		radius, angle := 1+float64(label)+r.NormFloat64()/8, 2*math.Pi*r.Float64()
		return []string{fmt.Sprintf("%.4f", radius*math.Cos(angle)), fmt.Sprintf("%.4f", radius*math.Sin(angle))}
	})
}
