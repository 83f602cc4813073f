package trainer

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/gokfac/gokfac/graph"
)

// Summary is a table of the layers: output shape per example, parameters. A
// line below it names the parameters that are not under exactly one tap.
func (m *Model) Summary() string {
	var s strings.Builder
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "layer\toutput\tparameters")
	fmt.Fprintf(w, "input\t%s\t0\n", dimensions(m.cfg.Input))
	for _, row := range m.rows {
		fmt.Fprintf(w, "%s\t%s\t%d\n", row.Name, dimensions(row.Output[1:]), graph.CountParams(row.Params))
	}
	fmt.Fprintf(w, "total\t\t%d\n", graph.CountParams(m.params))
	w.Flush()
	if loose := looseParams(m.learned, m.taps); len(loose) > 0 {
		var names []string
		for _, p := range loose {
			names = append(names, p.Name)
		}
		fmt.Fprintf(&s, "not under exactly one tap, so K-FAC takes the diagonal of their Fisher: %s\n", strings.Join(names, ", "))
	}
	if n := graph.CountParams(m.params) - graph.CountParams(m.learned); n > 0 {
		var names []string
		for _, p := range m.params {
			if p.Group.Frozen {
				names = append(names, p.Name)
			}
		}
		fmt.Fprintf(&s, "frozen: %s (%d parameters)\n", strings.Join(names, ", "), n)
	}
	if len(m.buffers) > 0 {
		var names []string
		n := 0
		for _, b := range m.buffers {
			names, n = append(names, b.Name), n+b.Value.DataSize()
		}
		fmt.Fprintf(&s, "state that is not learned: %s (%d elements)\n", strings.Join(names, ", "), n)
	}
	return s.String()
}

func dimensions(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = fmt.Sprint(d)
	}
	return strings.Join(parts, "×")
}
