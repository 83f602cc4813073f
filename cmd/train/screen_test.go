package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/trainer"
)

var terminals = []int{1, 4, 5, 10, 20, 40, 50, 80, 120, 300}

// TestMeterFits: the bar is narrower than the terminal, whatever it shows, and
// as long as there is room has its percentage.
func TestMeterFits(t *testing.T) {
	for _, columns := range terminals {
		for _, unit := range []string{"", "steps", "bytes"} {
			for _, total := range []int64{1, 80, 1_000_000_000} {
				for _, text := range []string{"", "epoch 1000000/1000000  loss 12345.67", "run 1/4: kfac θ=½, seed 18446744073709551615, step 3/80"} {
					m := &meter{w: &bytes.Buffer{}, columns: func() int { return columns }, unit: unit, total: total, text: text}
					for _, m.done = range []int64{0, 1, total / 3, total, total + 1} {
						for _, spent := range []time.Duration{0, time.Millisecond, time.Hour, 1e6 * time.Hour} {
							line := m.line(columns-1, spent)
							require.Less(t, utf8.RuneCountInString(line), columns, line)
							require.NotContains(t, line, "\n")
							require.NotContains(t, line, "NaN")
							if columns >= 10 {
								require.Contains(t, line, "%")
							}
						}
					}
				}
			}
		}
	}
}

// TestMeter holds what the bar shows on terminals of four widths.
func TestMeter(t *testing.T) {
	m := &meter{w: &bytes.Buffer{}, unit: "steps", total: 80, done: 20, text: "epoch 1/3  loss 0.6312"}
	for columns, want := range map[int]string{
		20:  "epoch 1/3  los…  25%",
		39:  "epoch 1/3  loss 0.6312  25%",
		40:  "epoch 1/3  loss 0.6312  25% [==>       ]",
		53:  "epoch 1/3  loss 0.6312  25% [==>       ]      6s left",
		79:  "epoch 1/3  loss 0.6312  25% [====>           ]      6s left          10 steps/s",
		119: "epoch 1/3  loss 0.6312  25% [======>                 ]      6s left          10 steps/s  20/80",
	} {
		assert.Equal(t, want, m.line(columns, 2*time.Second), columns)
	}
	m.size, m.more = 512, "test accuracy 0.9712"
	assert.Equal(t, "epoch 1/3  loss 0.6312  25% [======>                 ]      6s left     5120 examples/s  20/80  test accuracy 0.9712", m.line(119, 2*time.Second))
	m.begun = 10 // a run that is resumed
	assert.Equal(t, "epoch 1/3  loss 0.6312  25% [====>           ]     12s left     2560 examples/s", m.line(79, 2*time.Second))
	for seconds, want := range map[float64]string{0: "0s", 59.4: "59s", 60: "1m00s", 3599: "59m59s", 3600: "1h00m", 86399: "23h59m", 90000: "1d01h", 1e12: "99d00h"} {
		assert.Equal(t, want, span(seconds))
	}
}

// TestMeterIsDrawnAndCleared: each drawing takes the one before away.
func TestMeterIsDrawnAndCleared(t *testing.T) {
	var w bytes.Buffer
	m := newMeter(&w, 4, "steps", "starting")
	for i := range int64(4) {
		m.drawn = time.Time{}
		m.set(i+1, "epoch 1/1")
	}
	m.set(4, "too soon to be drawn")
	m.clear()
	parts := strings.Split(w.String(), clearLine)
	require.Len(t, parts, 7)
	assert.Empty(t, parts[0])
	assert.True(t, strings.HasPrefix(parts[1], "starting   0% ["), parts[1])
	assert.Contains(t, parts[5], "epoch 1/1 100% [========================]")
	assert.Empty(t, parts[6])
}

// everyModel is a spec of each, without a validation part and with one.
func everyModel() (list []*job.Spec) {
	for _, model := range job.Models() {
		list = append(list, &job.Spec{Model: model.Name}, &job.Spec{Model: model.Name, Validation: 0.1})
	}
	return list
}

// TestFit: the table of a run fits a terminal of so many columns, and has all
// columns where they do.
func TestFit(t *testing.T) {
	for _, s := range everyModel() {
		name := fmt.Sprintf("%s, validation %g", s.Model, s.Validation)
		d := newDisplay("none", nil, s.Scores(), 1000, 39)
		d.damping = func() float64 { return 0.0012 }
		record := &trainer.Record{TrainLoss: 1.4288, Scores: map[string]float64{}, TrainSeconds: 12345.6}
		for _, score := range d.scores {
			record.Scores[score] = 0.5
		}
		list, cells := d.cells(&trainer.Event{Step: 20, Total: 1000, Epoch: 1, Record: record})
		require.Len(t, cells, len(list))
		for _, columns := range []int{40, 50, 80, 120} {
			shown, titles, widths, gap := fit(list, columns-1)
			for _, line := range titles {
				assert.Less(t, len(line), columns, "%s at %d", name, columns)
				assert.Equal(t, strings.TrimRight(line, " "), line)
			}
			row := make([]string, len(shown))
			for i, c := range shown {
				row[i] = cells[c]
			}
			assert.Len(t, rowOf(row, widths, gap), len(titles[len(titles)-1]))
			assert.Zero(t, shown[0], "the step")
			assert.Contains(t, shown, 2+len(d.scores), "the main score")
			if columns >= 80 && s.Validation == 0 || columns >= 120 {
				assert.Len(t, shown, len(list), "%s at %d", name, columns)
			}
		}
		shown, titles, _, gap := fit(list, 0)
		assert.Len(t, shown, len(list))
		assert.Len(t, titles, 1)
		assert.Equal(t, 2, gap)
	}
	_, titles, _, _ := fit([]column{{"step", 7, 0}, {"train loss", 7, 2}, {"test accuracy", 7, 0}}, 30)
	assert.Equal(t, []string{"          train     test", "   step    loss accuracy"}, titles)
}

// TestFolded: text is broken between words, and words are whole.
func TestFolded(t *testing.T) {
	text := "steps     80, each of 512 examples; an epoch has 39"
	assert.Equal(t, text, folded(text, 0, 10))
	assert.Equal(t, text, folded(text, 60, 10))
	assert.Equal(t, "steps     80, each of 512 examples; an\n          epoch has 39", folded(text, 40, 10))
	assert.Equal(t, "a\nverylongword\n  b", folded("a verylongword b", 8, 2))
	for columns := 1; columns < 60; columns++ {
		assert.Equal(t, strings.Fields(text), strings.Fields(folded(text, columns, 10)))
		for line := range strings.Lines(folded(text, columns, 10)) {
			if line = strings.TrimSuffix(line, "\n"); strings.Contains(strings.TrimSpace(line), " ") {
				assert.Less(t, len(line), columns, line)
			}
		}
	}
}

// TestConfigIsWhole: no flag is cut from its value or in itself.
func TestConfigIsWhole(t *testing.T) {
	s := resolved(t, "-kfac-mode fixed -l2 1e-4 -hidden 16,16,16,16 -target test_accuracy=0.98")
	var wide bytes.Buffer
	printConfig(&wide, s.Configuration(), 0)
	flags := regexp.MustCompile(`-[a-z0-9-]+( [^ -][^ \n]*)?`)
	all := flags.FindAllString(wide.String(), -1)
	require.Greater(t, len(all), 20)
	for _, columns := range []int{40, 50, 80, 120} {
		var w bytes.Buffer
		printConfig(&w, s.Configuration(), columns)
		assert.Equal(t, all, flags.FindAllString(w.String(), -1))
		for line := range strings.Lines(w.String()) {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), columns, fmt.Sprintf("%d: %s", columns, line))
		}
	}
}
