package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

const (
	terminalWidth = 110
	gap           = 2 // columns between columns
)

// WriteTable writes the results for a terminal. What would be wider than 110
// characters is continued below.
func (r *Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	if r.Title != "" {
		fmt.Fprintf(&b, "%s\n\n", r.Title)
	}
	for _, s := range r.standings() {
		r.goalTable(s).print(&b)
	}
	r.wholeTable().print(&b)
	r.scoreTable().print(&b)
	fmt.Fprintln(&b, strings.Join(r.legend(), "\n"))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// legend explains what is in the tables, a sentence to a line.
func (r *Report) legend() []string {
	var lines []string
	if n := r.seeds(); n > 1 {
		lines = append(lines, fmt.Sprintf("Medians over %d seeds, ranges in brackets.", n))
	}
	if len(r.Comparison.Goals) > 0 && len(r.baselines()) > 0 {
		lines = append(lines, "×: against the best baseline of that column. Seconds are of training steps only.")
	} else {
		lines = append(lines, "Seconds are of training steps only.")
	}
	return lines
}

// print writes the table and an empty line.
func (t table) print(b *strings.Builder) {
	fmt.Fprintln(b, t.Caption)
	for _, columns := range t.pages(terminalWidth) {
		tab := tabwriter.NewWriter(b, 0, 0, gap, ' ', 0)
		for _, row := range append([][]string{t.Head}, t.Rows...) {
			cells := make([]string, len(columns))
			for i, c := range columns {
				cells[i] = printable(row[c])
			}
			// A tab after the last cell would pad it.
			fmt.Fprintln(tab, strings.Join(cells, "\t"))
		}
		tab.Flush() // to a strings.Builder, which cannot fail
	}
	fmt.Fprintln(b)
}

// pages divides the columns into blocks that are not too wide if that is
// possible. Each begins with the first column.
func (t table) pages(width int) [][]int {
	widths := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(printable(cell)))
		}
	}
	pages, used := [][]int{{0}}, widths[0]
	for i := 1; i < len(widths); i++ {
		last := len(pages) - 1
		if used+gap+widths[i] > width && len(pages[last]) > 1 {
			pages, used = append(pages, []int{0}), widths[0]
			last++
		}
		pages[last] = append(pages[last], i)
		used += gap + widths[i]
	}
	return pages
}

// printable keeps a cell on one line and in its column.
func printable(cell string) string { return strings.Join(strings.Fields(cell), " ") }
