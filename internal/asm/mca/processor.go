package main

import "strings"

// ports is what a processor's core, or LLVM's model of it, does in a cycle. Loads, stores and vector instructions are
// of whole vectors.
type ports struct {
	width    float64 // instructions
	vector   float64 // vector instructions
	fma      float64 // fused multiply-adds
	double   float64 // the same of float64, where that differs
	load     float64
	store    float64
	memory   float64 // loads and stores together
	latency  float64 // cycles of a fused multiply-add, for those that follow each other; 0 where llvm-mca counts them
	dispatch int     // llvm-mca's own width where 0
}

// processor is a name that llvm-mca knows.
type processor struct {
	name  string
	model string // the prefix of the model's resources that ports describes
	of    string // whose model that is
	ports
	note  string            // what is known of the model
	units map[string]string // the kinds of its resources, vector or memory; the others are for integers
}

// arm64Processors have the ports of the models that LLVM 19 to 22 have for these names.
var arm64Processors = []processor{
	{name: "apple-m1", model: "Cy", of: "Cyclone", ports: ports{width: 6, vector: 3, fma: 3, double: 2, load: 2, store: 2, memory: 2},
		note:  "LLVM has no model of the M1: this is Cyclone's (A7, 2013), with 3 vector units for the M1's 4. Not to be trusted for it",
		units: map[string]string{"LS": "memory", "V": "vector", "VM": "vector", "VC": "vector", "VD": "vector", "FloatDiv": "vector"}},
	{name: "neoverse-v1", model: "V1", of: "its own", ports: ports{width: 8, vector: 4, fma: 4, load: 3, store: 2, memory: 3},
		note:  "its own model, made from Arm's optimization guide. Its ports are nearly the M1's: the better stand-in for it",
		units: map[string]string{"L01": "memory", "L2": "memory", "D": "memory", "V0": "vector", "V1": "vector", "V2": "vector", "V3": "vector"}},
	{name: "neoverse-n1", model: "N1", of: "its own", ports: ports{width: 4, vector: 2, fma: 2, load: 2, store: 1, memory: 2, dispatch: 8},
		note:  "its own model, made from Arm's optimization guide, at the 8 µops that guide lets a core dispatch. The cortex-a76 has the same units",
		units: map[string]string{"L": "memory", "D": "memory", "V0": "vector", "V1": "vector"}},
	{name: "cortex-a76", model: "A57", of: "Cortex-A57", ports: ports{width: 3, vector: 1, fma: 1, load: 1, store: 0.5, memory: 1},
		note:  "LLVM has no model of the A76: this is the Cortex-A57's (2013), with half of its units. See neoverse-n1",
		units: map[string]string{"L": "memory", "S": "memory", "W": "vector", "X": "vector"}},
}

// m1 is the fast core of an Apple M1. There is no model of it: a bound for the others' simulations to be held against,
// from its units and from the latency of fused multiply-adds that follow each other.
var m1 = processor{name: "Apple M1, at best", ports: ports{width: 8, vector: 4, fma: 4, load: 3, store: 2, memory: 4, latency: 4},
	note: "no simulation: the busiest of the units that Dougall Johnson's measurements found in its fast cores (dougallj.github.io/applecpu)"}

// amd64Processors show the tool's answers where measurements are at hand.
var amd64Processors = []processor{
	{name: "znver3", model: "Zn3", of: "its own", ports: ports{width: 6, vector: 4, fma: 2, load: 2, store: 1, memory: 3}, note: "its own model"},
	{name: "haswell", model: "HW", of: "its own", ports: ports{width: 4, vector: 3, fma: 2, load: 2, store: 1, memory: 2}, note: "its own model"},
	{name: "alderlake", model: "ADLP", of: "its own", ports: ports{width: 6, vector: 3, fma: 2, load: 3, store: 2, memory: 5}, note: "its own model, of the fast cores"},
}

// bound returns the cycles that a trip takes at least, and the resource that needs them.
func (p ports) bound(w work) (cycles float64, resource string) {
	memory := max(float64(w.load)/p.load, float64(w.store)/p.store, float64(w.load+w.store)/p.memory)
	vector := max(float64(w.vector)/p.vector, float64(w.fma)/p.fma)
	width := float64(w.instructions) / p.width
	chain := float64(w.chain) * p.latency
	switch cycles = max(memory, vector, width, chain); cycles {
	case vector:
		return cycles, "vector"
	case chain:
		return cycles, "latency"
	case memory:
		return cycles, "memory"
	}
	return cycles, "width"
}

// modelOf is the prefix before Unit or Port of a resource's name: A57 of A57UnitV.
func modelOf(resources []string) string {
	for _, name := range resources {
		for _, mark := range []string{"Unit", "Port", "FP", "ALU"} {
			if at := strings.Index(name, mark); at > 0 {
				return name[:at]
			}
		}
	}
	return "unknown"
}
