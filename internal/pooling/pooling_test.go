package pooling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// TestKernels: every set of instructions gives the bits of the plain loops, and touches nothing beyond the slices.
func TestKernels(t *testing.T) {
	for _, set := range isa.Supported() {
		t.Run(set.String(), func(t *testing.T) {
			testKernels[float32](t, set)
			testKernels[float64](t, set)
		})
	}
}

const margin = 40

// operands are slices with a margin on either side: small whole numbers, so that many are equal, NaN and −∞ among them.
func operands[T Float](r *rand.Rand, n int, whole bool) []T {
	x := make([]T, n+2*margin)
	for i := range x {
		x[i] = T(r.NormFloat64())
		if whole {
			x[i] = T(r.IntN(4) - 2)
			switch r.IntN(40) {
			case 0:
				x[i] = T(math.NaN())
			case 1:
				x[i] = T(math.Inf(-1))
			}
		}
	}
	return x
}

func inner[T Float](x []T) []T { return x[margin : len(x)-margin] }

func trials[T Float](w Line) map[string]func(k *Kernels[T], x, dx, y, dy, choice []T) {
	return map[string]func(k *Kernels[T], x, dx, y, dy, choice []T){
		"max":      func(k *Kernels[T], x, _, y, _, choice []T) { k.Max(y, choice, x, w) },
		"maxOnly":  func(k *Kernels[T], x, _, y, _, _ []T) { k.Max(y, nil, x, w) },
		"take":     func(k *Kernels[T], x, _, y, _, choice []T) { k.Take(y, choice, x, w) },
		"give":     func(k *Kernels[T], _, dx, _, dy, choice []T) { k.Give(dx, choice, dy, w) },
		"add":      func(k *Kernels[T], _, dx, _, dy, choice []T) { k.Add(dx, choice, dy, w) },
		"sum":      func(k *Kernels[T], _, dx, y, _, _ []T) { k.Sum(y, dx, 0.3, w) },
		"spread":   func(k *Kernels[T], _, dx, _, dy, _ []T) { k.Spread(dx, dy, 0.3, w) },
		"spreadOn": func(k *Kernels[T], _, dx, _, dy, _ []T) { k.SpreadOn(dx, dy, 0.3, w) },
	}
}

// lines are windows of several forms, of n channels.
func lines(r *rand.Rand, n int) (list []Line) {
	for i, form := range []Window{{1, 1, 0, 0}, {2, 2, 0, 0}, {3, 2, 0, 0}, {1, 5, 0, 0}} {
		w := Line{Window: form, Channels: n, Windows: 1 + i}
		w.Col = n + r.IntN(3)
		w.Row = w.Cols*w.Col*w.Windows + r.IntN(4)
		w.Step = w.Col * (1 + r.IntN(w.Cols)) // windows overlap or not
		list = append(list, w)
	}
	return list
}

// size is how many elements the image of a line has at least.
func (w Line) size() int {
	return (w.Rows-1)*w.Row + (w.Cols-1)*w.Col + (w.Windows-1)*w.Step + w.Channels
}

func testKernels[T Float](t *testing.T, set isa.Set) {
	own, loops := of[T](set), plain[T]()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 71 {
		for _, w := range lines(r, n) {
			x, dx := operands[T](r, w.size(), true), operands[T](r, w.size(), false)
			y, dy, choice := operands[T](r, n*w.Windows, false), operands[T](r, n*w.Windows, false), operands[T](r, n*w.Windows, false)
			for i := range choice {
				choice[i] = T(r.IntN(w.Rows * w.Cols))
			}
			for name, run := range trials[T](w) {
				var results [2][][]T
				for i, k := range []*Kernels[T]{own, loops} {
					var all [][]T
					for _, s := range [][]T{x, dx, y, dy, choice} {
						all = append(all, append([]T(nil), s...))
					}
					run(k, inner(all[0]), inner(all[1]), inner(all[2]), inner(all[3]), inner(all[4]))
					results[i] = all
				}
				for s := range results[0] {
					for i := range results[0][s] {
						got, want := results[0][s][i], results[1][s][i]
						if math.Float64bits(float64(got)) != math.Float64bits(float64(want)) && (got == got || want == want) {
							require.Failf(t, "bits differ", "%s of %v, %d channels, slice %d, element %d: want %v, got %v", name, w, n, s, i-margin, want, got)
						}
					}
				}
			}
		}
	}
}

// TestByHand: a window of 2×2 places and two channels.
func TestByHand(t *testing.T) {
	k := Of[float32]()
	x := []float32{1, 5, 3, 5, 9, 9, 3, -1, 2, 4}
	w := Line{Window{Rows: 2, Cols: 2, Row: 6, Col: 2}, 2, 1, 0}
	y, choice := make([]float32, 2), make([]float32, 2)
	k.Max(y, choice, x, w)
	assert.Equal(t, []float32{3, 5}, y)
	assert.Equal(t, []float32{1, 0}, choice)
	k.Sum(y, x, 0.5, w)
	assert.Equal(t, []float32{4.5, 6.5}, y)
	dx := make([]float32, 10)
	k.Give(dx, choice, []float32{7, 8}, w)
	assert.Equal(t, []float32{0, 8, 7, 0, 0, 0, 0, 0, 0, 0}, dx)
}

// TestMisuse panics, before a kernel reads or writes elsewhere.
func TestMisuse(t *testing.T) {
	k := Of[float64]()
	x, y := make([]float64, 9), make([]float64, 2)
	for _, w := range []Line{
		{Window{2, 2, 6, 2}, 2, 1, 0}, {Window{0, 1, 1, 1}, 2, 1, 0}, {Window{1, 1, -1, 1}, 2, 1, 0}, {Window{5, 1, 2, 0}, 2, 1, 0}, {Window{1, 1, 1, 1}, 1, 2, 9},
	} {
		assert.PanicsWithValue(t, badWindow, func() { k.Max(y, y, x, w) })
		assert.PanicsWithValue(t, badWindow, func() { k.Spread(x, y, 1, w) })
	}
	assert.PanicsWithValue(t, badLength, func() { k.Max(y, y[:1], x, Line{Window{1, 1, 1, 1}, 2, 1, 0}) })
	assert.PanicsWithValue(t, badLength, func() { k.Give(x, y[:1], y, Line{Window{1, 1, 1, 1}, 2, 1, 0}) })
}

// TestFastPath: a set of instructions has a kernel of its own for everything.
func TestFastPath(t *testing.T) {
	for _, set := range isa.Supported() {
		if set != isa.Generic {
			assertOwn(t, *plain[float32](), *of[float32](set), set)
			assertOwn(t, *plain[float64](), *of[float64](set), set)
		}
	}
}

func assertOwn(t *testing.T, plain, own any, set isa.Set) {
	p, o := reflect.ValueOf(plain), reflect.ValueOf(own)
	for i := range p.NumField() {
		name := p.Type().Field(i).Name
		if assert.False(t, o.Field(i).IsNil(), "%s has no %s", set, name) {
			assert.NotEqual(t, p.Field(i).Pointer(), o.Field(i).Pointer(), fmt.Sprintf("%s of %s", name, set))
		}
	}
}

// TestRegisters: registers 16 to 31 are AVX-512's, and the assembler takes them without a word.
func TestRegisters(t *testing.T) {
	wrong := regexp.MustCompile(`\b([XY](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	files, err := filepath.Glob("*_avx2_amd64.s")
	require.NoError(t, err)
	require.Len(t, files, 1)
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	assert.Empty(t, wrong.FindString(string(text)))
}
