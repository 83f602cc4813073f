package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/internal/figures"
)

// confusion is a confusion matrix as a table, shaded by the parts of each row.
type confusion struct {
	Heads []string
	Rows  []confusionRow
}

type confusionRow struct {
	Name  string
	Cells []confusionCell
}

// confusionCell is the examples of a class that were taken for a class. Shade is
// from 0, none, to 9: the whole class if it is right, or else the greatest part of a
// class that is taken for another. It goes with roots, so that small parts are seen.
type confusionCell struct {
	Count int
	Right bool
	Shade int
}

// counts are the confusion matrix, nil if there is none or it is no square.
func (s *Single) counts() [][]int {
	m := s.Assessment.Confusion
	for _, row := range m {
		if len(row) != len(m) {
			return nil
		}
	}
	return m
}

// confusion is nil if there is no matrix, or one too large for a table.
func (s *Single) confusion() *confusion {
	counts := s.counts()
	if len(counts) == 0 || len(counts) > mostClasses {
		return nil
	}
	c := &confusion{}
	most := 0.0 // of the parts that are taken for another class
	for i, row := range counts {
		for j, n := range row {
			if i != j {
				most = max(most, part(n, total(row)))
			}
		}
	}
	for i, row := range counts {
		c.Heads = append(c.Heads, shorten(s.className(i), 12))
		r := confusionRow{Name: s.className(i)}
		for j, n := range row {
			greatest := most
			if i == j {
				greatest = 1
			}
			r.Cells = append(r.Cells, confusionCell{Count: n, Right: i == j, Shade: shade(part(n, total(row)), greatest)})
		}
		c.Rows = append(c.Rows, r)
	}
	return c
}

func total(row []int) (sum int) {
	for _, n := range row {
		sum += n
	}
	return sum
}

// part is that of a count of a row.
func part(n, of int) float64 {
	if n <= 0 || of <= 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// shade is the shade of a part of the greatest one.
func shade(part, greatest float64) int {
	if !(part > 0) {
		return 0
	}
	return min(9, 1+int(8*math.Sqrt(part/greatest)))
}

// confusedTable are the most frequent confusions of many classes.
func (s *Single) confusedTable() table {
	t := table{Caption: "Most frequent confusions", Head: []string{"true class", "predicted", "examples", "of the true class"}}
	type pair struct{ truth, predicted, n int }
	var pairs []pair
	counts := s.counts()
	for i, row := range counts {
		for j, n := range row {
			if i != j && n > 0 {
				pairs = append(pairs, pair{i, j, n})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.n, a.n) })
	for _, p := range pairs[:min(len(pairs), mostClasses)] {
		of := total(counts[p.truth])
		t.Rows = append(t.Rows, []string{
			s.className(p.truth), s.className(p.predicted), strconv.Itoa(p.n), fmt.Sprintf("%s %% of %d", rates.text(float64(p.n)/float64(of)), of),
		})
	}
	return t
}

// matrix is the confusion matrix as a figure; nil if there is none.
func (s *Single) matrix() *figures.Matrix {
	m := &figures.Matrix{Title: "Confusion matrix", Counts: s.counts()}
	if len(m.Counts) == 0 {
		return nil
	}
	for i := range m.Counts {
		m.Classes = append(m.Classes, s.className(i))
	}
	return m
}
