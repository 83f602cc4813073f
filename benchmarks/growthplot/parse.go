package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/benchmarks/internal/sample"
)

// sweep has figures by what grows ("width"), its value and the metric ("kfac-ms").
type sweep map[string]series

type series map[int]map[string]float64

// values are the sizes in ascending order.
func (s series) values() []int { return slices.Sorted(maps.Keys(s)) }

// parse reads lines of the kind
//
//	BenchmarkGrowth/width=512-2  4  4.156 sgd-ms  9.727 kfac-ms
//
// and passes over all others (go.dev/design/14313-benchmark-format). The library for this format,
// golang.org/x/perf/benchfmt, has no release, and its module needs the libraries
// of several databases.
func parse(text string) (sweep, error) {
	all := map[string]map[int]map[string][]float64{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 || !strings.HasPrefix(fields[0], prefix) {
			continue
		}
		size, value, err := parseName(fields[0])
		if err != nil {
			return nil, err
		}
		if len(fields)%2 != 0 {
			return nil, fmt.Errorf("%s: a figure without a unit", fields[0])
		}
		if all[size] == nil {
			all[size] = map[int]map[string][]float64{}
		}
		if all[size][value] == nil {
			all[size][value] = map[string][]float64{}
		}
		for i := 2; i < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is no figure", fields[0], fields[i])
			}
			all[size][value][fields[i+1]] = append(all[size][value][fields[i+1]], v)
		}
	}
	s := sweep{}
	for size, byValue := range all {
		s[size] = series{}
		for value, metrics := range byValue {
			s[size][value] = map[string]float64{}
			for name, list := range metrics {
				s[size][value][name] = sample.Median(list)
			}
		}
	}
	return s, nil
}

const prefix = "BenchmarkGrowth/"

// parseName reads BenchmarkGrowth/width=512-2, where 2 is GOMAXPROCS, which go test
// leaves out if it is 1.
func parseName(name string) (size string, value int, err error) {
	size, text, ok := strings.Cut(strings.TrimPrefix(name, prefix), "=")
	text, _, _ = strings.Cut(text, "-")
	value, err = strconv.Atoi(text)
	if !ok || err != nil || value <= 0 {
		return "", 0, fmt.Errorf("%s: want %sSIZE=NUMBER", name, prefix)
	}
	return size, value, nil
}
