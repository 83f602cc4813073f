package trainer

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gokfac/gokfac/graph"
)

// Summary is a table of the layers: output shape per example, number of parameters, and the
// form in which package kfac approximates their Fisher matrix by default. The layers within
// a layer follow it, indented. A line below it names the parameters that are not under
// exactly one tap.
func (m *Model) Summary() string { return m.SummaryWith(m.curvature) }

// SummaryWith is [Model.Summary] with other words in the column K-FAC: forms has the
// parameters of a layer, and may be what kfac's Preconditioner.Forms returns. Without
// forms (nil) there is neither this column nor the line below, as for other optimizers.
func (m *Model) SummaryWith(forms func(params []*graph.Param) string) string {
	column, none, in := "\tK-FAC", "\t", func(ps []*graph.Param) string { return "\t" + forms(ps) }
	if forms == nil {
		column, none, in = "", "", func([]*graph.Param) string { return "" }
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "layer\toutput\tparameters"+column)
	fmt.Fprintf(w, "input\t%s\t0%s\n", dimensions(m.cfg.Input), none)
	for _, row := range m.rows {
		fmt.Fprintf(w, "%s%s\t%s\t%d%s\n", strings.Repeat("  ", row.Depth), row.Name, dimensions(row.Output[1:]), graph.CountParams(row.Params), in(row.Params))
	}
	fmt.Fprintf(w, "total\t\t%d%s\n", graph.CountParams(m.params), none)
	w.Flush()
	var s strings.Builder
	for line := range strings.Lines(table.String()) {
		s.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	if loose := graph.LooseParams(m.learned, m.taps); forms != nil && len(loose) > 0 {
		fmt.Fprintf(&s, "not under exactly one tap, so K-FAC takes the diagonal of their Fisher: %s\n", strings.Join(paramNames(loose), ", "))
	}
	if n := graph.CountParams(m.params) - graph.CountParams(m.learned); n > 0 {
		frozen := slices.DeleteFunc(slices.Clone(m.params), func(p *graph.Param) bool { return !p.Group.Frozen })
		fmt.Fprintf(&s, "frozen: %s (%d parameters)\n", strings.Join(paramNames(frozen), ", "), n)
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

func paramNames(ps []*graph.Param) []string {
	var names []string
	for _, p := range ps {
		names = append(names, p.Name)
	}
	return names
}

func dimensions(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = fmt.Sprint(d)
	}
	return strings.Join(parts, "×")
}
