package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// table prints what one processor does with the kernels.
func table(w io.Writer, program string, p processor, s simulation, kernels []kernel) {
	fmt.Fprintf(w, "\n%s -mcpu=%s: model %s: %s.\n", program, p.name, s.model, p.note)
	known := s.model == p.model
	if !known {
		fmt.Fprintf(w, "This version's model is %s, whose units this command does not know: no shares of peaks.\n", s.model)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "kernel\tinstr\tfma\tvector\tload\tstore\tcycles\tbound\tby\tof bound\tfma/cycle\tof peak\tB/cycle\tel/cycle\t")
	for i, k := range kernels {
		cycles, resource := s.cycles[i], ""
		switch {
		case p.units != nil:
			resource = s.by[i]
		case known:
			_, resource = p.bound(k.work)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t", k.name, k.instructions, k.fma, k.vector, k.load, k.store)
		fmt.Fprintf(t, "%.1f\t%.1f\t%s\t%.0f %%\t", cycles, s.bounds[i], resource, 100*s.bounds[i]/cycles)
		rates(t, k, cycles, p.fma, known)
	}
	t.Flush()
}

// boundsOf prints what a processor can do at best, of which only the units are known.
func boundsOf(w io.Writer, p processor, kernels []kernel) {
	fmt.Fprintf(w, "\n%s: %s.\n", p.name, p.note)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "kernel\tinstr\tfma\tvector\tload\tstore\tbound\tby\tfma/cycle\tof peak\tB/cycle\tel/cycle\t")
	for _, k := range kernels {
		bound, resource := p.bound(k.work)
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t", k.name, k.instructions, k.fma, k.vector, k.load, k.store)
		fmt.Fprintf(t, "%.1f\t%s\t", bound, resource)
		rates(t, k, bound, p.fma, true)
	}
	t.Flush()
}

// rates prints the columns after a trip's cycles.
func rates(w io.Writer, k kernel, cycles, peak float64, known bool) {
	columns := []string{"", "", fmt.Sprintf("%.1f", float64(k.moved)/cycles), ""}
	if k.fma > 0 {
		columns[0] = fmt.Sprintf("%.2f", float64(k.fma)/cycles)
	}
	if k.fma > 0 && known {
		columns[1] = fmt.Sprintf("%.0f %%", 100*float64(k.fma)/cycles/peak)
	}
	if k.stored > 0 {
		columns[3] = fmt.Sprintf("%.2f", float64(k.stored)/float64(k.element)/cycles)
	}
	for _, c := range columns {
		fmt.Fprintf(w, "%s\t", c)
	}
	fmt.Fprintln(w)
}
