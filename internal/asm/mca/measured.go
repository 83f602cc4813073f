package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// clock returns the processor's cycles per second. Each addition and each exclusive or waits for the one before it, and
// takes one cycle on all processors of arm64 and amd64.
func clock() float64 {
	best := time.Hour
	for range 5 {
		began := time.Now()
		runtime.KeepAlive(chain(1e7, uint64(began.Nanosecond()), 7)) // or the compiler may leave it out
		best = min(best, time.Since(began))
	}
	return 16 * 1e7 / best.Seconds()
}

func chain(rounds int, a, b uint64) uint64 {
	x := a
	for range rounds {
		x = (x + a) ^ b
		x = (x + b) ^ a
		x = (x + a) ^ b
		x = (x + b) ^ a
		x = (x + a) ^ b
		x = (x + b) ^ a
		x = (x + a) ^ b
		x = (x + b) ^ a
	}
	return x
}

// predictions are the fused multiply-adds per cycle that the document predicts for a loop, by processor.
type predictions struct {
	processors []string
	of         map[string][]float64
}

// predicted reads the table of the document.
func predicted(document string) (predictions, error) {
	r := predictions{of: map[string][]float64{}}
	_, table, found := strings.Cut(document, "| loop | fma |")
	if !found {
		return r, errors.New("docs/performance.md has no table of predictions")
	}
	head, table, _ := strings.Cut(table, "\n")
	for _, title := range strings.Split(head, "|")[3:] { // after vector, load and store
		if title = strings.TrimSpace(title); title != "" {
			r.processors = append(r.processors, title)
		}
	}
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 7 {
			break
		}
		fma, err := strconv.ParseFloat(strings.TrimSpace(cells[2]), 64)
		if err != nil {
			continue // the rule below the head
		}
		var all []float64
		for _, cell := range cells[6 : len(cells)-1] {
			text, _, _ := strings.Cut(strings.TrimSpace(cell), ",")
			cycles, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return r, fmt.Errorf("docs/performance.md: %q: %w", cell, err)
			}
			all = append(all, fma/cycles)
		}
		r.of[strings.TrimSpace(cells[1])] = all
	}
	return r, nil
}

var product = regexp.MustCompile(`^Benchmark((?:Gemm|Syrk)/neon/float(32|64)\S*)\s.*?([0-9.]+) GFLOPS`)

// measured prints the products of a benchmark's output, of one worker, beside what is predicted of the tile that does most of
// their work.
func measured(w io.Writer, benchmark io.Reader, root string, hertz float64) error {
	document, err := os.ReadFile(filepath.Join(root, "docs", "performance.md"))
	if err != nil {
		return err
	}
	r, err := predicted(string(document))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%.2f GHz; fused multiply-adds of whole vectors per cycle, measured and predicted:\n", hertz/1e9)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "product\tGFLOPS\tmeasured\t%s\t\n", strings.Join(r.processors, "\t"))
	lines := bufio.NewScanner(benchmark)
	for lines.Scan() {
		match := product.FindStringSubmatch(lines.Text())
		if match == nil {
			continue
		}
		gflops, err := strconv.ParseFloat(match[3], 64)
		if err != nil {
			return err
		}
		lanes, tile := 4., "blas sgemm8x12"
		if match[2] == "64" {
			lanes, tile = 2, "blas dgemm4x12"
		}
		fmt.Fprintf(t, "%s\t%.1f\t%.2f\t", match[1], gflops, gflops*1e9/(2*lanes)/hertz)
		for _, rate := range r.of[tile] {
			fmt.Fprintf(t, "%.2f\t", rate)
		}
		fmt.Fprintln(t)
	}
	return errors.Join(lines.Err(), t.Flush())
}
