package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
)

// checkMemory refuses a model that this machine cannot hold, before the
// runtime has to give up on it.
func checkMemory(s *settings, widths []int) error {
	need, have := memoryNeeded(s, widths), physicalMemory()
	if need < have {
		return nil
	}
	cure := "choose smaller -hidden or -batch-size"
	if s.opt == "kfac" {
		cure += ", or another -opt: K-FAC keeps the square of each layer's width"
	}
	return fmt.Errorf("this run would take about %s of memory, and there are %s: %s", size(need), size(have), cure)
}

// memoryNeeded estimates the bytes of parameters, optimizer and activations,
// on the low side.
func memoryNeeded(s *settings, widths []int) float64 {
	element := 4.0
	if s.dtype == "float64" {
		element = 8
	}
	copies := map[string]float64{"sgd": 3, "adam": 4, "kfac": 6}[s.opt] // value, gradient and state
	var bytes float64
	for i, out := range widths[1:] {
		in, out := float64(widths[i]+1), float64(out)
		bytes += in * out * copies * element
		if s.opt == "kfac" { // average, batch, inverse, and the work in float64
			bytes += (in*in + out*out) * (3*element + 8)
		}
		bytes += 4 * float64(s.batch+evalBatch) * out * element
	}
	return bytes
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
	if bytes < 1<<30 {
		return fmt.Sprintf("%.0f MiB", bytes/(1<<20))
	}
	return fmt.Sprintf("%.3g GiB", bytes/(1<<30))
}
