package main

import (
	"bytes"
	"fmt"
	"math"
	"os"

	"github.com/gokfac/gokfac/kfac"
)

// checkMemory refuses a model that this machine cannot hold, before the
// runtime has to give up on it.
func checkMemory(s *settings, widths []int) error {
	need, have := memoryNeeded(s, widths), physicalMemory()
	if need < have {
		return nil
	}
	return fmt.Errorf("this run would take about %s of memory, and there are %s: choose smaller -hidden or -batch-size%s",
		size(need), size(have), otherCures(s))
}

// otherCures names what takes less memory than K-FAC as it is set.
func otherCures(s *settings) string {
	switch {
	case s.opt != "kfac":
		return ""
	case s.kfac.Structure == kfac.Full:
		return ", or another -kfac-structure: full keeps the square of the number of parameters"
	case s.kfac.Structure == kfac.Diagonal:
		return ", or another -opt"
	}
	return ", -kfac-structure diagonal, or another -opt: K-FAC keeps the square of each layer's width"
}

// memoryNeeded estimates the bytes of parameters, optimizer and activations,
// on the low side.
func memoryNeeded(s *settings, widths []int) float64 {
	element := 4.0
	if s.dtype == "float64" {
		element = 8
	}
	// Vectors of all parameters: value, gradient and state, which is momentum,
	// the moments, or the proposal and the last update.
	copies := map[string]float64{"sgd": 3, "adam": 4, "kfac": 4}[s.opt]
	var tangents float64 // of a layer's outputs: before and after the activation
	if s.opt == "kfac" {
		tangents = 2 * s.kfac.ProductFraction
		if s.kfac.Mode == kfac.Adaptive { // products of two directions
			tangents *= 2
		}
		if s.kfac.Polyak > 0 {
			copies++
		}
	}
	var elements float64
	for i, out := range widths[1:] {
		in, out := float64(widths[i]+1), float64(out)
		elements += in*out*copies + (4*float64(s.batch+evalBatch)+tangents*float64(s.batch))*out
	}
	if s.opt != "kfac" {
		return elements * element
	}
	kept, work := curvatureNeeded(s.kfac.Structure, widths)
	return (elements+kept)*element + 8*work
}

// curvatureNeeded counts the elements that a structure keeps, and those of the
// float64 matrices that it decomposes its largest in.
func curvatureNeeded(structure kfac.Structure, widths []int) (kept, work float64) {
	var params, squares, neighbours, largest float64
	for i, out := range widths[1:] {
		in, out := float64(widths[i]+1), float64(out)
		params += in * out
		squares += in*in + out*out
		largest = max(largest, in*in, out*out)
		if i > 0 {
			neighbours += float64(widths[i-1]+1)*in + float64(widths[i])*out
		}
	}
	switch structure {
	case kfac.Full: // mini-batch, average, and two inverses
		return 4 * params * params, 2 * params * params
	case kfac.Diagonal: // likewise
		return 4 * params, 0
	case kfac.EKFAC: // factors of mini-batch and average, and a basis; the diagonal likewise, and two products
		return 3*squares + 4*params, 6 * largest
	case kfac.BlockTridiagonal: // factors and couplings of both, and two inverses of the chain
		return 4*squares + 4*neighbours + 2*params, 8 * largest
	}
	return 4*squares + params, 2 * largest
}

// physicalMemory is in bytes; where the system does not tell, a terabyte.
func physicalMemory() float64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err == nil {
		if _, after, ok := bytes.Cut(text, []byte("MemTotal:")); ok {
			var kib float64
			if _, err := fmt.Sscan(string(after[:min(len(after), 64)]), &kib); err == nil {
				return kib * 1024
			}
		}
	}
	return math.Pow(2, 40)
}

func size(bytes float64) string {
	switch {
	case bytes < 1<<30:
		return fmt.Sprintf("%.0f MiB", bytes/(1<<20))
	case bytes < 1<<40:
		return fmt.Sprintf("%.3g GiB", bytes/(1<<30))
	}
	return fmt.Sprintf("%.3g TiB", bytes/(1<<40))
}
