package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gokfac/gokfac/internal/figures"
)

// page is what a section is written on. It keeps the numbers of its tables for tests.
type page struct {
	w    io.Writer
	dir  string // of pictures; empty: none
	err  error  // the first
	kept []row

	blank bool // the last line is
}

// row is a line of a table.
type row struct {
	label string
	cells []any
}

// heading is the section's name and title, ruled.
func (p *page) heading(name, title string) {
	p.say("%s — %s", name, title)
	p.say("%s", strings.Repeat("─", utf8.RuneCountInString(name+" — "+title)))
}

// say prints a line, and no second blank one.
func (p *page) say(format string, args ...any) {
	if format == "" && p.blank {
		return
	}
	p.blank = format == ""
	if _, err := fmt.Fprintf(p.w, format+"\n", args...); err != nil && p.err == nil {
		p.err = err
	}
}

// table prints rows under the names of columns: text to the left, numbers to the right, to
// four digits, lists in brackets.
func (p *page) table(columns []string, rows ...row) {
	p.kept = append(p.kept, rows...)
	lines := [][]string{columns}
	for _, r := range rows {
		line := []string{r.label}
		for _, c := range r.cells {
			line = append(line, text(c))
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(columns))
	for _, line := range lines {
		for i, s := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	p.say("")
	for n, line := range lines {
		var b strings.Builder
		for i, s := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
			if i == 0 {
				b.WriteString("  " + s + pad)
			} else {
				b.WriteString("   " + pad + s)
			}
		}
		p.say("%s", strings.TrimRight(b.String(), " "))
		if n == 0 {
			width := 2
			for _, w := range widths {
				width += w
			}
			p.say("  %s", strings.Repeat("─", width-2+3*(len(widths)-1)))
		}
	}
	p.say("")
}

// text is a cell.
func text(v any) string {
	switch v := v.(type) {
	case float64:
		return number(v)
	case []float64:
		var all []string
		for _, x := range v {
			all = append(all, number(x))
		}
		return "(" + strings.Join(all, ", ") + ")"
	}
	return fmt.Sprint(v)
}

// number has four digits, without zeros at the end.
func number(v float64) string {
	a := math.Abs(v)
	if a < 1e-14 {
		return "0"
	}
	s := strconv.FormatFloat(a, 'e', 1, 64)
	if a >= 1e-4 && a < 1e5 {
		s = strconv.FormatFloat(a, 'f', max(0, 3-int(math.Floor(math.Log10(a)))), 64)
	}
	digits, exponent, _ := strings.Cut(s, "e")
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	if exponent != "" {
		digits += "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
	}
	if v < 0 {
		return "−" + digits
	}
	return digits
}

// picture writes a chart, if pictures are wanted.
func (p *page) picture(file string, chart *figures.Chart) error {
	if p.dir == "" {
		return nil
	}
	path, err := figures.Save(p.dir, file, chart)
	if err != nil {
		return err
	}
	p.say("wrote %s", path)
	return nil
}
