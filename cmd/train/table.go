package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// column is one of a table whose rows come one by one.
type column struct {
	title string
	width int // of its widest cell
	rank  int // the greater, the sooner it is left out; 0: never
}

// fit lays columns out for lines of at most so many columns of the terminal, 0
// for any: in one line of titles with two spaces between them; or else with titles
// in two lines and one space; or else, in these, without the columns that are
// wanted least. It returns the indices of those that are there.
func fit(list []column, most int) (shown []int, titles []string, widths []int, gap int) {
	for i := range list {
		shown = append(shown, i)
	}
	gap = 2
	widths = widthsOf(list, shown, 1)
	if most == 0 || total(widths, gap) <= most {
		return shown, titlesOf(list, shown, widths, 1, gap), widths, gap
	}
	gap = 1
	for {
		widths = widthsOf(list, shown, 2)
		least := slices.MaxFunc(shown, func(i, j int) int { return list[i].rank - list[j].rank })
		if total(widths, gap) <= most || list[least].rank == 0 {
			return shown, titlesOf(list, shown, widths, 2, gap), widths, gap
		}
		shown = slices.DeleteFunc(slices.Clone(shown), func(i int) bool { return i == least })
	}
}

func total(widths []int, gap int) int {
	sum := -gap
	for _, w := range widths {
		sum += w + gap
	}
	return sum
}

func widthsOf(list []column, shown []int, lines int) []int {
	widths := make([]int, len(shown))
	for i, c := range shown {
		widths[i] = list[c].width
		for _, part := range split(list[c].title, lines) {
			widths[i] = max(widths[i], len(part))
		}
	}
	return widths
}

// titlesOf are the lines above the rows.
func titlesOf(list []column, shown, widths []int, lines, gap int) []string {
	all := make([]string, lines)
	for line := range all {
		cells := make([]string, len(shown))
		for i, c := range shown {
			cells[i] = split(list[c].title, lines)[line]
		}
		all[line] = strings.TrimRight(rowOf(cells, widths, gap), " ")
	}
	return all
}

// split puts a title in one line, or in two, the last word below.
func split(title string, lines int) []string {
	if lines == 1 {
		return []string{title}
	}
	at := strings.LastIndexByte(title, ' ')
	if at < 0 {
		return []string{"", title}
	}
	return []string{title[:at], title[at+1:]}
}

// rowOf writes cells flush right.
func rowOf(cells []string, widths []int, gap int) string {
	var line strings.Builder
	for i, cell := range cells {
		if i > 0 {
			line.WriteString(strings.Repeat(" ", gap))
		}
		fmt.Fprintf(&line, "%*s", widths[i], cell)
	}
	return line.String()
}

// folded breaks a line between words for a terminal of so many columns, 0 for
// none, and indents what follows. A word that is longer stays whole.
func folded(line string, columns, indent int) string {
	if columns == 0 || utf8.RuneCountInString(line) < columns {
		return line
	}
	var text strings.Builder
	column := 0
	for rest := line; rest != ""; {
		word := strings.TrimLeft(rest, " ")
		gap := rest[:len(rest)-len(word)]
		end := strings.IndexByte(word, ' ')
		if end < 0 {
			end = len(word)
		}
		word, rest = word[:end], word[end:]
		n := utf8.RuneCountInString(word)
		if column > 0 && n > 0 && column+len(gap)+n >= columns {
			text.WriteByte('\n')
			gap = strings.Repeat(" ", max(min(indent, columns-n-1), 0))
			column = 0
		}
		text.WriteString(gap + word)
		column += len(gap) + n
	}
	return text.String()
}
