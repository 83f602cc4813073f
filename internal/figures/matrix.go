package figures

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Matrix is a confusion matrix: how many examples of each true class, in rows, were taken
// for each class, in columns. A cell's colour is its share of its row, on a scale by
// square roots, so that a share of 1% is seen beside one of 99%. Rows without examples
// are grey. Counts stand in the cells where they can be read, which they can of about 25
// classes; names are left out where there is no room for all. Of more than 400 classes neighbours
// share a cell, which has the greatest of their shares.
//
// It is 6 inches wide and as high as it needs.
type Matrix struct {
	Title   string   // may be empty; wrapped where it is too long
	Classes []string // names, as many as rows; nil: the numbers from 0
	Counts  [][]int  // at least 0, a row for each true class with a column for each predicted one
}

// mostCells is the largest number of classes whose matrix is drawn.
const mostCells = 2000

func (m *Matrix) validate() error {
	fail := func(err error) error { return fmt.Errorf("matrix %q: %w", m.Title, err) }
	n := len(m.Counts)
	switch {
	case n == 0:
		return fail(errors.New("no classes"))
	case n > mostCells:
		return fail(fmt.Errorf("%d classes: at most %d can be drawn", n, mostCells))
	case m.Classes != nil && len(m.Classes) != n:
		return fail(fmt.Errorf("%d names for %d classes", len(m.Classes), n))
	}
	for i, row := range m.Counts {
		if len(row) != n {
			return fail(fmt.Errorf("row %d: %d counts for %d classes", i, len(row), n))
		}
		for j, count := range row {
			if count < 0 {
				return fail(fmt.Errorf("row %d: count %d is %d", i, j, count))
			}
		}
	}
	return nil
}

// SVG returns the matrix as an SVG element. It fails if there are no classes or more than
// 2,000, if the counts are not square, if one is negative, or if the names are not those
// of the rows. Of more than 30 classes the cells are one picture in the element.
func (m *Matrix) SVG() ([]byte, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	l := m.layout()
	return usual(l.height).svg(m.description(), l.paint)
}

// PNG returns the matrix as a PNG file 1152 pixels wide. It fails as SVG does.
func (m *Matrix) PNG() ([]byte, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	l := m.layout()
	return usual(l.height).png(l.paint)
}

// description is the matrix in words, for a reader who cannot see it.
func (m *Matrix) description() string {
	right, all := 0.0, 0.0
	for i, row := range m.Counts {
		for j, count := range row {
			all += float64(count)
			if i == j {
				right += float64(count)
			}
		}
	}
	what := m.Title
	if what == "" {
		what = fmt.Sprintf("confusion matrix of %d classes", len(m.Counts))
	}
	return what + fmt.Sprintf(": %.0f of %.0f examples on the diagonal", right, all)
}

func (m *Matrix) name(class int) string {
	if m.Classes == nil {
		return strconv.Itoa(class)
	}
	return m.Classes[class]
}

// shares are the rows divided by their sums; NaN in a row of zeros.
func (m *Matrix) shares() [][]float64 {
	list := make([][]float64, len(m.Counts))
	for i, row := range m.Counts {
		sum := 0.0
		for _, count := range row {
			sum += float64(count)
		}
		list[i] = make([]float64, len(row))
		for j, count := range row {
			list[i][j] = float64(count) / sum
		}
	}
	return list
}

// countSize is the size of the counts' text in cells of a width; 0 where it would be too small to read.
func (m *Matrix) countSize(cell vg.Length) vg.Length {
	const least = 5
	most := 0
	for _, row := range m.Counts {
		for _, count := range row {
			most = max(most, count)
		}
	}
	unit := countStyle(1, 0)
	unit.Font.Size = 100 // widths of small sizes are rounded
	size := min(tickSize, 100*(cell-2)/unit.Width(strconv.Itoa(most)), 0.8*cell)
	if size < least {
		return 0
	}
	return size
}

// level is a share on the scale of colours.
func level(share float64) float64 { return math.Sqrt(share) }

// paint draws the heading, the cells, the names and the scale.
func (l *layout) paint(c draw.Canvas) {
	l.heading.draw(&c)
	at := rectangle(c.Min.X+l.left, c.Max.Y-l.heading.height-l.side, c.Min.X+l.left+l.side, c.Max.Y-l.heading.height)
	l.drawCells(&c, at)
	l.drawNames(&c, at)
	l.drawScale(&c, at)
}
