package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// confusion is a confusion matrix as a table, shaded by the share of each row.
type confusion struct {
	Heads []string
	Rows  []confusionRow
}

type confusionRow struct {
	Name  string
	Cells []confusionCell
}

// confusionCell is the examples of a class that were taken for a class. Shade is
// from 0, none, to 9, all of the row.
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
	for i, row := range counts {
		c.Heads = append(c.Heads, shorten(s.className(i), 12))
		r := confusionRow{Name: s.className(i)}
		for j, n := range row {
			r.Cells = append(r.Cells, confusionCell{Count: n, Right: i == j, Shade: shade(n, total(row))})
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

// shade goes with the root of the share, so that few errors are seen.
func shade(n, of int) int {
	if n <= 0 || of <= 0 {
		return 0
	}
	return min(9, 1+int(8*math.Sqrt(float64(n)/float64(of))))
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
