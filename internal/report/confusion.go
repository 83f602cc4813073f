package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/gokfac/gokfac/internal/results"
)

// WriteConfusion writes what the examples of each class were taken for, in lines of at
// most so many columns of a terminal, of at least 40. Where the matrix fits with the
// classes' names above its columns it has them there, where it fits with their numbers it
// has those, and where it does not fit the most frequent confusions are listed instead. An
// assessment without confusions is written as nothing.
func WriteConfusion(w io.Writer, a *results.Assessment, columns int) error {
	if len(a.Confusion) == 0 {
		return nil
	}
	if err := a.Check(); err != nil {
		return fmt.Errorf("the confusions: %w", err)
	}
	columns = max(columns, 40)
	c := confusionText{a: a, names: classNames(a)}
	text, fits := c.matrix(c.names, c.names, columns)
	if !fits {
		numbers, numbered := c.numbered()
		text, fits = c.matrix(numbered, numbers, columns)
	}
	if !fits {
		text = c.list(columns)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("writing the confusions: %w", err)
	}
	return nil
}

// confusionText writes confusions as text.
type confusionText struct {
	a     *results.Assessment
	names []string
}

// mostName is as much of a name as is written, in columns.
const mostName = 24

func classNames(a *results.Assessment) []string {
	var list []string
	for i, c := range a.Classes {
		name := cut(printable(c.Name), mostName)
		if name == "" {
			name = strconv.Itoa(i)
		}
		list = append(list, name)
	}
	return list
}

// numbered are the numbers of the classes, and their names with the numbers before them
// where they are not the same.
func (c *confusionText) numbered() (numbers, names []string) {
	for i, name := range c.names {
		number := strconv.Itoa(i)
		numbers = append(numbers, number)
		if name != number {
			number += " " + name
		}
		names = append(names, number)
	}
	return numbers, names
}

// matrix is a line for each true class, with a recall at its end, if they are no wider than so many columns.
func (c *confusionText) matrix(rows, heads []string, columns int) (text string, fits bool) {
	lines := make([]string, len(rows)+1)
	add := func(cells []string, left bool) {
		w := 0
		for _, cell := range cells {
			w = max(w, cellsOf(cell))
		}
		for i, cell := range cells {
			space := strings.Repeat(" ", w-cellsOf(cell))
			if left {
				lines[i] = cell + space
				continue
			}
			lines[i] += "  " + space + cell
		}
	}
	add(append([]string{""}, rows...), true)
	for j, head := range heads {
		cells := []string{head}
		for _, row := range c.a.Confusion {
			cell := "·"
			if row[j] > 0 {
				cell = strconv.Itoa(row[j])
			}
			cells = append(cells, cell)
		}
		if add(cells, false); cellsOf(lines[0]) > columns {
			return "", false
		}
	}
	cells := []string{"recall"}
	for i, class := range c.a.Classes {
		cells = append(cells, partOf(c.a.Confusion[i][i], class.Examples))
	}
	if add(cells, false); cellsOf(lines[0]) > columns {
		return "", false
	}
	return "True class by row, taken for by column\n" + strings.Join(lines, "\n") + "\n", true
}

// mostListed is the number of confusions in a list.
const mostListed = 20

// list has the most frequent confusions, by count and then by class.
func (c *confusionText) list(columns int) string {
	type confusion struct{ count, truth, predicted int }
	var all []confusion
	wrong := 0
	for i, row := range c.a.Confusion {
		for j, count := range row {
			if i != j && count > 0 {
				all = append(all, confusion{count, i, j})
				wrong += count
			}
		}
	}
	slices.SortStableFunc(all, func(a, b confusion) int { return cmp.Compare(b.count, a.count) })
	var b strings.Builder
	fmt.Fprintf(&b, "%d confusions, by frequency\n", wrong)
	digits := 0
	if len(all) > 0 {
		digits = len(strconv.Itoa(all[0].count))
	}
	for _, one := range all[:min(len(all), mostListed)] {
		start := fmt.Sprintf("%*d  %6s  ", digits, one.count, partOf(one.count, c.a.Classes[one.truth].Examples))
		room := (columns - cellsOf(start) - 3) / 2
		fmt.Fprintf(&b, "%s%s → %s\n", start, cut(c.names[one.truth], room), cut(c.names[one.predicted], room))
	}
	if rest := len(all) - mostListed; rest > 0 {
		fmt.Fprintf(&b, "and %d pairs of classes more\n", rest)
	}
	return b.String()
}

// partOf is a part of examples in percent; a dash of none.
func partOf(n, of int) string {
	if of == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + "%"
}

// cellsOf is the number of a terminal's columns that a text takes: two for a character of
// East Asian width, none for a mark that is put on the character before it.
func cellsOf(text string) int {
	n := 0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// cut shortens a text to so many columns of a terminal.
func cut(text string, columns int) string {
	if cellsOf(text) <= columns {
		return text
	}
	kept := ""
	for _, r := range text {
		if cellsOf(kept+string(r))+1 > columns {
			break
		}
		kept += string(r)
	}
	return kept + "…"
}
