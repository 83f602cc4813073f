package vector

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestColumnSums(t *testing.T) { eachSet(t, testColumnSums[float32], testColumnSums[float64]) }

func testColumnSums[T Float](t *testing.T) {
	type shape struct{ rows, cols int }
	shapes := []shape{{0, 5}, {5, 0}, {1000, 1}, {513, 10}, {17, columnStrip - 1}, {300, 2*columnStrip + 3}}
	for i := range 35 {
		shapes = append(shapes, shape{i, 70 - i}, shape{8, 2 * i}, shape{i, 33})
	}
	for _, s := range shapes {
		x := newOperands[T](s.rows*s.cols, 1, 3).part[0]
		all := newOperands[T](s.cols, 1, 4)
		want, got := all.clone(), all.clone()
		groupedSums(want.part[0], x)
		ColumnSums(got.part[0], x)
		about := fmt.Sprintf("%d×%d", s.rows, s.cols)
		requireSame(t, want.all[0], got.all[0], about)
		for j, v := range got.part[0] {
			var exact float64
			for i := range s.rows {
				exact += float64(x[i*s.cols+j])
			}
			// Every term is rounded 3 times in its group and once for each later group.
			tolerance := float64(s.rows) * float64(3+s.rows/rowGroup+rowGroup) * 0x1p-24
			require.InDelta(t, exact, v, tolerance, about)
		}
	}
}

// groupedSums is the order of additions that ColumnSums promises.
func groupedSums[T Float](dst, x []T) {
	for j := range dst {
		dst[j] = 0
		var column []T
		for i := j; i < len(x); i += len(dst) {
			column = append(column, x[i])
		}
		for ; len(column) >= 8; column = column[8:] {
			c := column
			dst[j] += ((c[0] + c[1]) + (c[2] + c[3])) + ((c[4] + c[5]) + (c[6] + c[7]))
		}
		for _, v := range column {
			dst[j] += v
		}
	}
}

func TestMirror(t *testing.T) { eachSet(t, testMirror[float32], testMirror[float64]) }

func testMirror[T Float](t *testing.T) {
	sizes := []int{127, 130, 257, 800}
	for n := range 71 {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		o := newOperands[T](n*n, 1, 5)
		want, got := o.clone(), o.clone()
		triangle(want.part[0], n, 0, n)
		Mirror(got.part[0], n)
		requireSame(t, want.all[0], got.all[0], fmt.Sprint("order ", n))
	}
}

func TestConversions(t *testing.T) { eachSet(t, testWiden, testNarrow) }

func testWiden(t *testing.T) {
	for _, n := range lengths() {
		for offset := range 2 {
			src := newOperands[float32](n, offset, 6).part[0]
			for i := range min(n, 10) {
				src[n-1-i] = special[float32]()[i]
			}
			o := newOperands[float64](n, offset, 7)
			want, got := o.clone(), o.clone()
			for i, v := range src {
				want.part[0][i] = float64(v)
			}
			Widen(got.part[0], src)
			requireSame(t, want.all[0], got.all[0], fmt.Sprint("widen ", n))
		}
	}
}

func testNarrow(t *testing.T) {
	for _, n := range lengths() {
		for offset := range 2 {
			src := newOperands[float64](n, offset, 8).part[0]
			for i := range min(n, 10) {
				src[n-1-i] = special[float64]()[i]
			}
			if n > 20 {
				for i := range 10 {
					src[i] = float64(special[float32]()[i]) * 0.7 // subnormals to be rounded
				}
			}
			o := newOperands[float32](n, offset, 9)
			want, got := o.clone(), o.clone()
			for i, v := range src {
				want.part[0][i] = float32(v)
			}
			Narrow(got.part[0], src)
			requireSame(t, want.all[0], got.all[0], fmt.Sprint("narrow ", n))
		}
	}
}
