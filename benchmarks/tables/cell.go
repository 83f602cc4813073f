package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// cell is a table with a batch size. A batch of 0 is the default.
type cell struct {
	path   string
	rows   int
	batch  int
	epochs int
}

// batches are the sizes that are tried.
var batches = []int{8, 32, 128, 0}

// steps is about how many steps a run takes; with the default batch size it is
// at least 100 epochs of a small table.
const steps = 600

// cellsOf lists the cells of the tables in dir. A batch size is left out where it
// is a large part of the table, or where an epoch would have more than 400 steps.
func cellsOf(dir string) ([]cell, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no .csv", dir)
	}
	var list []cell
	for _, path := range paths {
		rows, err := countLines(path)
		if err != nil {
			return nil, err
		}
		for _, batch := range batches {
			if batch > 0 && (float64(batch) > 0.4*float64(rows) || rows > 400*batch) {
				continue
			}
			list = append(list, cell{path, rows, batch, epochsFor(rows, batch)})
		}
	}
	return list, nil
}

func epochsFor(rows, batch int) int {
	train := 0.8 * float64(rows)
	switch {
	case batch > 0:
		return max(2, int(math.Round(steps/max(1, train/float64(batch)))))
	case rows > 512:
		return max(5, int(math.Round(100/(train/512))))
	}
	return 100
}

func countLines(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	scanner, lines := bufio.NewScanner(f), 0
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		lines++
	}
	return lines, scanner.Err()
}

// name is the table's, without directory and extension.
func (c cell) name() string { return strings.TrimSuffix(filepath.Base(c.path), ".csv") }

// size is the batch size as it is printed.
func (c cell) size() string {
	if c.batch == 0 {
		return "default"
	}
	return fmt.Sprint(c.batch)
}
