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
)

// TestNothingSet: a small table is learned by every optimizer with nothing set
// but its name, and with small batches.
func TestNothingSet(t *testing.T) {
	for _, rows := range []int{100, 1000} {
		data := rings(t, rows)
		for _, optimizer := range []string{"kfac", "adam", "sgd", "muon", "shampoo", "soap"} {
			learns(t, 0.9, "-dataset", data, "-opt", optimizer, "-hidden", "64,64")
		}
	}
	data := rings(t, 600)
	for _, args := range []string{"-opt kfac", "-opt kfac -kfac-mode fixed", "-opt adam", "-opt sgd", "-opt muon", "-opt shampoo", "-opt soap"} {
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
