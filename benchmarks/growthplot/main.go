// Command growthplot makes the tables and figures of BenchmarkGrowth from what go
// test printed, before and after a change in one picture.
//
//	cd benchmarks
//	go test -run '^$' -bench Growth -benchtime 3s -timeout 1h | tee results/growth.txt
//	go run ./growthplot -out ../docs/figures results/growth-before.txt results/growth.txt
//
// It writes growth-SIZE.svg, K-FAC's time of a step in multiples of SGD's, and
// growth-SIZE-memory.svg for each size that grows: width, depth and batch. The
// tables, in Markdown, go to standard output. With one file there is no before. A
// figure that the benchmark printed more than once is taken as the median.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", ".", "directory of the figures")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: growthplot [-out DIR] [BEFORE] NOW, with files that go test -bench Growth printed")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() < 1 || flag.NArg() > 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args(), *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "growthplot:", err)
		os.Exit(1)
	}
}

// run reads one file or two, writes the figures into dir and the tables to w.
func run(files []string, dir string, w io.Writer) error {
	var sweeps []sweep
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s, err := parse(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		sweeps = append(sweeps, s)
	}
	now := sweeps[len(sweeps)-1]
	var before sweep
	if len(sweeps) > 1 {
		before = sweeps[0]
	}
	found := false
	for _, size := range sizes {
		if len(now[size.key]) == 0 {
			continue
		}
		found = true
		writeTable(w, size, before[size.key], now[size.key])
		for suffix, chart := range charts(size, before[size.key], now[size.key]) {
			svg, err := chart.SVG()
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, "growth-"+size.key+suffix+".svg"), svg, 0o644); err != nil {
				return err
			}
		}
	}
	if !found {
		return errors.New("no lines of BenchmarkGrowth")
	}
	return nil
}
