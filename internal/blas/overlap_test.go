package blas

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestOverlap holds products with overlapping rows against plain loops, for every tier.
func TestOverlap(t *testing.T) {
	for _, tier := range tiers() {
		t.Run(tier.set.String(), func(t *testing.T) {
			for _, m := range []int{4, 5, 7, 12, 13, 26} {
				for _, n := range []int{1, 15, 16, 33, 64} {
					for _, width := range []int{1, 3, 4, 32, 97} {
						for _, step := range []int{1, 3, 32} {
							name := fmt.Sprintf("%d×%d of %d by %d", m, n, width, step)
							overlapCase(t, name, Overlap[float32]{tier.f32, []int{0, 7, 40}, width, step}, m, n, 2e-5)
							overlapCase(t, name, Overlap[float64]{tier.f64, []int{5}, width, step}, m, n, 4e-14)
						}
					}
				}
			}
		})
	}
}

func overlapCase[T Float](t *testing.T, name string, o Overlap[T], m, n int, tolerance float64) {
	t.Helper()
	const lines, lineA = 2, 11
	r := rand.New(rand.NewPCG(1, 1))
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(r.Float64() - 0.5)
		}
		return x
	}
	k, ldb, ldc := len(o.Offsets)*o.Width, n+3, n+2
	last := o.Offsets[len(o.Offsets)-1]
	exact := lineA + last + (m-1)*o.Step + o.Width
	a := random(exact) // not an element more
	b, bias := random((k-1)*ldb+n+OverlapSlack), random(n)
	element := func(a []T, i, l int) float64 { return float64(a[o.Offsets[l/o.Width]+i*o.Step+l%o.Width]) }
	for _, bias := range [][]T{nil, bias} {
		c := random(lines * m * ldc)
		before := append([]T{}, c...)
		o.Multiply(lines, m, n, a, lineA, b, ldb, bias, c, m*ldc, ldc)
		for i, v := range c {
			line, row, col := i/(m*ldc), i/ldc%m, i%ldc
			if col >= n {
				assert.Equal(t, before[i], v, name)
				continue
			}
			want := 0.0
			if bias != nil {
				want = float64(bias[col])
			}
			for l := range k {
				want += element(a[line*lineA:], row, l) * float64(b[l*ldb+col])
			}
			if !assert.InDelta(t, want, v, tolerance*float64(k), "%s: %d, %d", name, row, col) {
				return
			}
		}
	}

	a, b = append(a, random(OverlapSlack)...), random((m-1)*ldb+n+OverlapSlack)
	c := random(k * ldc)
	before := append([]T{}, c...)
	o.AddTransposed(m, n, a, b, ldb, c, ldc)
	for i, v := range c {
		l, col := i/ldc, i%ldc
		want := float64(before[i])
		for row := range m {
			if col < n {
				want += element(a, row, l) * float64(b[row*ldb+col])
			}
		}
		if !assert.InDelta(t, want, v, tolerance*float64(m), "%s: transposed %d, %d", name, l, col) {
			return
		}
	}
	assert.PanicsWithValue(t, shortA, func() { o.Multiply(lines, m, n, a[:exact-1], lineA, b, ldb, nil, c, 0, ldc) })
	assert.PanicsWithValue(t, badOverlap, func() { o.Multiply(1, 3, n, a, 0, b, ldb, nil, c, 0, ldc) })
}
