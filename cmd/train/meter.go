package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// columnsOf is the width of the terminal that w is; 0 if it is none.
func columnsOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return 0
}

// meter is a progress bar on the last line of a terminal. It is drawn ten times
// a second at most, and is never as wide as the terminal: what is wrapped could
// not be taken away.
type meter struct {
	w       io.Writer
	columns func() int
	unit    string // of the total; empty: a measure that nobody knows
	text    string
	more    string // shown where there is room for it
	room    int    // of the longest text so far, for nothing to jump
	begun   int64  // done before the meter was there
	done    int64
	total   int64
	size    int64 // examples of a unit; 0: not known
	started time.Time
	drawn   time.Time // zero: it is not on the screen
}

// noTerminal is the width where there is no terminal to ask.
const noTerminal = 80

func newMeter(w io.Writer, total int64, unit, text string) *meter {
	m := &meter{w: w, unit: unit, total: total, text: text, started: time.Now()}
	m.columns = func() int {
		if n := columnsOf(w); n > 0 {
			return n
		}
		return noTerminal
	}
	m.draw()
	return m
}

// set moves the bar.
func (m *meter) set(done int64, text string) {
	m.done, m.text = done, text
	if time.Since(m.drawn) >= 100*time.Millisecond {
		m.draw()
	}
}

func (m *meter) draw() {
	m.room = max(m.room, utf8.RuneCountInString(m.text))
	m.drawn = time.Now()
	fmt.Fprint(m.w, clearLine, m.line(m.columns()-1, m.drawn.Sub(m.started)))
}

const clearLine = "\r\x1b[2K"

// clear takes the bar away, until it is drawn again.
func (m *meter) clear() {
	fmt.Fprint(m.w, clearLine)
	m.drawn = time.Time{}
}

// line is the bar on at most so many columns. As the columns become fewer, what more
// there is goes first, then the count, the rate, the time that is left and the bar, and
// the text is cut last.
func (m *meter) line(columns int, spent time.Duration) string {
	const narrow, wide = 10, 24
	part := 0.0
	if m.total > 0 {
		part = min(float64(m.done)/float64(m.total), 1)
	}
	percent := fmt.Sprintf("%3d%%", int(100*part))
	room := columns - len(percent) - 1
	if room < 1 {
		return percent[:max(min(len(percent), columns), 0)]
	}
	line := cut(m.text, room)
	line += strings.Repeat(" ", max(min(m.room, room)-utf8.RuneCountInString(line), 0)) + " " + percent
	room = columns - utf8.RuneCountInString(line)
	bar, tail := 0, ""
	if room >= narrow+3 {
		bar, room = narrow, room-narrow-3
	}
	for _, p := range m.numbers(spent) {
		if bar == 0 || len(p.text) > p.room || room < p.room {
			break
		}
		tail, room = tail+fmt.Sprintf("%*s", p.room, p.text), room-p.room
	}
	if bar == 0 {
		return line
	}
	bar += min(room, wide-narrow)
	full := int(part * float64(bar))
	drawn := strings.Repeat("=", full)
	if full < bar {
		drawn += ">" + strings.Repeat(" ", bar-full-1)
	}
	return strings.TrimRight(line+" ["+drawn+"]"+tail, " ")
}

// figureWithin is a figure of a meter with the room that is kept for it.
type figureWithin struct {
	text string
	room int
}

// numbers are the time that is left, the rate, the count and what more there is, the
// most wanted first.
func (m *meter) numbers(spent time.Duration) []figureWithin {
	var list []figureWithin
	rate := float64(m.done-m.begun) / max(spent.Seconds(), 1e-9)
	left := ""
	if rate > 0 {
		left = span(float64(m.total-m.done)/rate) + " left"
	}
	list = append(list, figureWithin{left, 13})
	switch m.unit {
	case "":
	case "bytes":
		const mebi = 1 << 20
		total := fmt.Sprintf("%.1f", float64(m.total)/mebi)
		list = append(list, figureWithin{fmt.Sprintf("%.1f/%s MiB", float64(m.done)/mebi, total), 2 + 2*len(total) + 5},
			figureWithin{pace(rate/mebi) + " MiB/s", 13})
	default:
		total, speed := fmt.Sprint(m.total), pace(rate)+" "+m.unit+"/s"
		if m.size > 0 {
			speed = pace(rate*float64(m.size)) + " examples/s"
		}
		list = append(list, figureWithin{speed, 20}, figureWithin{fmt.Sprintf("%d/%s", m.done, total), 3 + 2*len(total)})
	}
	if m.more != "" {
		list = append(list, figureWithin{m.more, 2 + utf8.RuneCountInString(m.more)})
	}
	return list
}

// pace is a rate in three digits, or in as many as it has.
func pace(rate float64) string {
	if rate >= 100 {
		return fmt.Sprintf("%.0f", rate)
	}
	return fmt.Sprintf("%.3g", rate)
}

// span is a time in two units, in seven columns at most.
func span(seconds float64) string {
	s := int(math.Round(min(seconds, 99*86400)))
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 86400:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%dd%02dh", s/86400, s/3600%24)
}

// cut is text in at most so many columns, an ellipsis for what is missing.
func cut(text string, columns int) string {
	letters := []rune(text)
	if len(letters) <= columns {
		return text
	}
	if columns < 1 {
		return ""
	}
	return string(letters[:columns-1]) + "…"
}
