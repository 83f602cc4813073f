package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// markdown prints one table of Markdown with all processors, and under it what their models are.
func (l llvm) markdown(w io.Writer, a architecture, kernels []kernel) error {
	loops := make([]loop, len(kernels))
	rows := make([]string, len(kernels))
	for i, k := range kernels {
		loops[i] = k.loop
		name := strings.Replace(strings.TrimSuffix(k.name, a.set), ".", " ", 1)
		rows[i] = fmt.Sprintf("| %s | %d | %d | %d | %d |", name, k.fma, k.vector, k.load, k.store)
	}
	head, rule, notes := "| loop | fma | vector | load | store |", "|---|---:|---:|---:|---:|", ""
	add := func(p processor, title string, of func(i int) (cycles, bound float64, by string)) {
		head += " " + title + " |"
		rule += "---:|"
		notes += fmt.Sprintf("- %s: %s.\n", p.name, p.note)
		for i, k := range kernels {
			cycles, bound, by := of(i)
			rows[i] += " " + p.cell(k, cycles, bound, by) + " |"
		}
	}
	for _, p := range a.processors {
		s, err := l.simulate(loops, a.triple, p)
		if err != nil {
			return err
		}
		if s.model != p.model {
			return fmt.Errorf("%s's model is %s in %s, whose units this command does not know", p.name, s.model, filepath.Base(l.mca))
		}
		add(p, fmt.Sprintf("%s (%s)", p.name, p.of), func(i int) (float64, float64, string) {
			return s.cycles[i], s.bounds[i], s.by[i]
		})
	}
	if a.name == "arm64" {
		add(m1, m1.name, func(i int) (float64, float64, string) {
			cycles, by := m1.bound(kernels[i].work)
			return cycles, cycles, by
		})
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n%s\n\nBy %s:\n\n%s", head, rule, strings.Join(rows, "\n"), filepath.Base(l.mca), notes)
	return err
}

// cell says how many cycles a trip takes, and for how much of them its busiest resource is busy. Where fused multiply-adds keep the
// vector units busiest, their share of the peak is what counts.
func (p ports) cell(k kernel, cycles, bound float64, by string) string {
	if by == "vector" && 2*k.fma > k.vector {
		by, bound = "fma", float64(k.fma)/p.fma
		if k.element == 8 && p.double > 0 {
			bound = float64(k.fma) / p.double
		}
	}
	return fmt.Sprintf("%.1f, %s %.0f %%", cycles, by, 100*min(1, bound/cycles))
}
