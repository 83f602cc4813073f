package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

func run(accuracy, first, last float64, ending string) *results.Run {
	return &results.Run{
		TrainLoss: results.Number(last), Ending: ending,
		Scores:  results.Fields[results.Number]{{Name: "test_accuracy", Value: results.Number(accuracy)}},
		History: []results.Record{{TrainLoss: results.Number(first)}, {TrainLoss: results.Number(last)}},
	}
}

func TestOutcome(t *testing.T) {
	o := outcomeOf([]*results.Run{run(0.9, 2, 1, results.Done), run(0.7, 2, 3, results.Done), run(0.8, 2, 0.5, results.Diverged)})
	assert.Equal(t, outcome{median: 0.8, worst: 0.7, loss: 3, diverged: 1, rose: 1}, o)
	even := outcomeOf([]*results.Run{run(0.9, 2, 1, results.Done), run(0.7, 2, 1, results.Done)})
	assert.InDelta(t, 0.8, even.median, 1e-15)
}

func TestHolds(t *testing.T) {
	c := cell{rows: 1000} // 200 test examples: two of them are a point
	base := outcome{median: 0.9, worst: 0.9}
	for name, row := range map[string]struct {
		kfac outcome
		want bool
	}{
		"as good":          {outcome{median: 0.9, worst: 0.9}, true},
		"a point below":    {outcome{median: 0.89, worst: 0.89}, true},
		"two points":       {outcome{median: 0.88, worst: 0.88}, false},
		"one bad seed":     {outcome{median: 0.95, worst: 0.83}, false},
		"one diverged":     {outcome{median: 0.95, worst: 0.95, diverged: 1}, false},
		"a loss that rose": {outcome{median: 0.95, worst: 0.95, rose: 1}, false},
	} {
		assert.Equal(t, row.want, holds(c, row.kfac, base, outcome{median: 0.5}), name)
	}
	small := cell{rows: 100} // 20 test examples: two of them are ten points
	assert.True(t, holds(small, outcome{median: 0.85, worst: 0.85}, base, base))
}

func TestCells(t *testing.T) {
	dir := t.TempDir()
	_, err := cellsOf(dir)
	require.ErrorContains(t, err, "no .csv")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "small.csv"), []byte(strings.Repeat("0,1\n", 150)), 0o644))
	cells, err := cellsOf(dir)
	require.NoError(t, err)
	var sizes []string
	for _, c := range cells {
		assert.Equal(t, "small", c.name())
		sizes = append(sizes, c.size())
	}
	assert.Equal(t, []string{"8", "32", "default"}, sizes)
	assert.Equal(t, []int{40, 160, 100}, []int{cells[0].epochs, cells[1].epochs, cells[2].epochs})
}
