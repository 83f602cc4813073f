package moments

import (
	"fmt"
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

const margin = 70

// trials run each kernel on four rows of coefficients, two of sums, then three arrays of so many rows.
func trials[T Float](rows int) map[string]func(k *kernels[T], s [9][]T) {
	return map[string]func(k *kernels[T], s [9][]T){
		"shifted":        func(k *kernels[T], s [9][]T) { k.shifted(s[4], s[0], s[6], rows) },
		"squares":        func(k *kernels[T], s [9][]T) { k.squares(s[4], s[0], s[6], rows) },
		"dots":           func(k *kernels[T], s [9][]T) { k.dots(s[4], s[5], s[0], s[6], s[7], rows) },
		"affine":         func(k *kernels[T], s [9][]T) { k.affine(s[0], s[1], s[2], s[8], s[6], rows) },
		"combine":        func(k *kernels[T], s [9][]T) { k.combine(s[0], s[1], s[2], s[3], s[8], s[6], s[7], rows) },
		"row shifted":    func(k *kernels[T], s [9][]T) { s[4][0] = T(k.row.shifted(s[6], 0.7)) },
		"row squares":    func(k *kernels[T], s [9][]T) { s[4][0] = T(k.row.squares(s[6], 0.7)) },
		"row accumulate": func(k *kernels[T], s [9][]T) { k.row.accumulate(s[4], s[5], s[0], s[1], 0.3, 0.001, 1.7) },
		"row affine":     func(k *kernels[T], s [9][]T) { k.row.affine(s[4], s[0], s[1], s[2], 0.3, 0.001, 1.7) },
		"row gradient":   func(k *kernels[T], s [9][]T) { k.row.gradient(s[4], s[0], s[1], s[2], 0.3, 0.001, 1.7, 0.2, -0.4) },
		"row tangent": func(k *kernels[T], s [9][]T) {
			k.row.tangent(s[4], s[0], s[1], s[2], s[3], s[5], 0.3, 0.001, 1.7, 0.2, -0.4)
		},
		"row dots": func(k *kernels[T], s [9][]T) {
			sum, dot := k.row.dots(s[0], s[1], s[2], 0.7)
			s[4][0], s[5][0] = T(sum), T(dot)
		},
	}
}

func testKernels[T Float](t *testing.T, set isa.Set) {
	own, loops := of[T](set), plain[T]()
	for n := 1; n < 140; n++ {
		for _, rows := range []int{1, 2, 5} {
			var base [9][]T
			for i := range base {
				size := n
				if i > 5 {
					size = n * rows
				}
				base[i] = fill[T](size+2*margin, 5, uint64(i))
			}
			for name, run := range trials[T](rows) {
				var results [2][9][]T
				for i, k := range []*kernels[T]{own, loops} {
					var parts [9][]T
					for j, s := range base {
						results[i][j] = append([]T(nil), s...)
						parts[j] = results[i][j][margin : len(s)-margin]
					}
					run(k, parts)
				}
				require.Equal(t, results[1], results[0], "%s of %d×%d", name, rows, n)
			}
		}
	}
}

// TestFastPath: a set of instructions has a kernel of its own for everything.
func TestFastPath(t *testing.T) {
	for _, set := range isa.Supported() {
		if set != isa.Generic {
			assertOwn(t, *plain[float32](), *of[float32](set), set)
			assertOwn(t, *plain[float64](), *of[float64](set), set)
			assertOwn(t, *plainRows[float32](), *of[float32](set).row, set)
			assertOwn(t, *plainRows[float64](), *of[float64](set).row, set)
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
