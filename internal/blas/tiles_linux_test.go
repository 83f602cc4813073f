package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTiles runs every tile kernel and both triangular ones of every tier between pages that no one may touch, on
// integers, whose sums are exact: no element may be missed, taken twice or taken from elsewhere.
func TestTiles(t *testing.T) { eachTier(t, testTiles[float32], testTiles[float64]) }

func testTiles[T Float](t *testing.T, tier *tier) {
	kern, _ := kernelsOf[T](tier)
	for _, byRow := range []bool{false, true} {
		tiles := kern.tiles
		if byRow {
			tiles = kern.rowTiles
		}
		for i, level := range tiles {
			for j, f := range level {
				height, width := (i+1)*kern.rowUnit, (j+1)*kern.colUnit
				t.Run(fmt.Sprintf("%dx%d,rows=%v", height, width, byRow), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(41, uint64(height*width)))
					for _, k := range []int{1, 2, 3, 4, 7, 8, 13} {
						checkTile(t, rng, f, byRow, height, width, k)
					}
				})
			}
		}
	}
	for _, solve := range []bool{false, true} {
		f := kern.multiply8
		if solve {
			f = kern.solve8
		}
		t.Run(fmt.Sprintf("triangle,solve=%v", solve), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(42, 43))
			for strips := 1; strips <= 5; strips++ {
				checkLeaf(t, rng, f, solve, strips, strips*kern.colUnit)
			}
		})
	}
}

// integers is a matrix of numbers from −4 to 4.
func integers[T Float](rng *rand.Rand, rows, cols int) matrix[T] {
	m := newMatrix[T](rng, rows, cols, rng.IntN(3))
	for i := range rows {
		for j := range cols {
			m.data[i*m.stride+j] = T(rng.IntN(9) - 4)
		}
	}
	return m
}

// requireFrame fails if anything between the rows was written.
func (m matrix[T]) requireFrame(t *testing.T) {
	t.Helper()
	for i, v := range m.data {
		require.True(t, i%m.stride < m.cols || math.IsNaN(float64(v)), "element %d was written", i)
	}
}

// checkTile cuts the tile after every column.
func checkTile[T Float](t *testing.T, rng *rand.Rand, f tile[T], byRow bool, height, width, k int) {
	atEnd := rng.IntN(4) > 0
	b := integers[T](rng, k, width).fenced(t, atEnd)
	a := integers[T](rng, k, height)
	strideRow, strideStep := 1, a.stride
	if byRow {
		a = integers[T](rng, height, k)
		strideRow, strideStep = a.stride, 1
	}
	a = a.fenced(t, atEnd)
	for cols := 1; cols <= width; cols++ {
		rows := height
		if cols%3 > 0 {
			rows = 1 + rng.IntN(height)
		}
		alpha, beta := T(1+rng.IntN(2)), T(rng.IntN(3)-1)
		c := integers[T](rng, rows, cols)
		want := append([]T{}, c.data...)
		for i := range rows {
			for j := range cols {
				sum := T(0)
				for l := range k {
					sum += a.data[i*strideRow+l*strideStep] * b.data[l*b.stride+j]
				}
				want[i*c.stride+j] = alpha*sum + beta*want[i*c.stride+j]
			}
		}
		c = c.fenced(t, atEnd)
		f(k, &a.data[0], a.stride, &b.data[0], b.stride, &c.data[0], c.stride, alpha, beta, rows, cols)
		for i := range rows {
			require.Equal(t, want[i*c.stride:][:cols], c.data[i*c.stride:][:cols], "row %d of %d×%d, %d steps, α %v, β %v", i, rows, cols, k, alpha, beta)
		}
		c.requireFrame(t)
	}
}

// checkLeaf combines 8 rows, from the first to the last and backwards.
func checkLeaf[T Float](t *testing.T, rng *rand.Rand, f func(strips int, b *T, stride int, m *[64]T), solve bool, strips, width int) {
	for _, down := range []bool{false, true} {
		b := integers[T](rng, leafSize, width)
		first, step := order(leafSize, down)
		triangle := [64]T{}
		for i := range triangle { // numbers on the other side of the diagonal must not matter
			triangle[i] = T(rng.IntN(3) - 1)
		}
		want := append([]T{}, b.data...)
		row := func(p int) []T { return want[(first+step*p)*b.stride:] }
		for x := range width {
			for p := range leafSize {
				before, after := 0, p
				sum := row(p)[x]
				if !solve {
					before, after = p+1, leafSize
					sum *= triangle[leafSize*p+p]
				}
				for q := before; q < after; q++ {
					sum += triangle[leafSize*p+q] * row(q)[x]
				}
				if solve {
					sum *= triangle[leafSize*p+p]
				}
				row(p)[x] = sum
			}
		}
		b = b.fenced(t, down)
		f(strips, &b.data[first*b.stride], step*b.stride, &triangle)
		for p := range leafSize {
			require.Equal(t, row(p)[:width], b.data[(first+step*p)*b.stride:][:width], "row %d of %d columns", p, width)
		}
		b.requireFrame(t)
	}
}
