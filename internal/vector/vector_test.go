package vector

import (
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// eachSet runs a test in both precisions on every set of instructions that the
// machine has.
func eachSet(t *testing.T, f32, f64 func(*testing.T)) {
	for _, set := range isa.Supported() {
		t.Run(set.String(), func(t *testing.T) {
			use(t, set)
			shareAll(t)
			t.Run("float32", f32)
			t.Run("float64", f64)
		})
	}
}

// use makes set the active one until the test ends.
func use(tb testing.TB, set isa.Set) {
	previous := active
	active = tierOf(set)
	tb.Cleanup(func() { active = previous })
}

// shared is a length of three pieces, of which the last one ends early.
const shared = 2*pieceSize + 77

// shareAll shares out whatever has more pieces than one.
func shareAll(tb testing.TB) {
	previous := serialBelow
	serialBelow = 0
	tb.Cleanup(func() { serialBelow = previous })
}

// lengths have every remainder of every step, one element less and more than a
// piece, and several pieces.
func lengths() []int {
	list := []int{127, 999, 4099, pieceSize - 1, pieceSize, pieceSize + 1, shared}
	for n := range 71 {
		list = append(list, n)
	}
	return list
}

// requireLoop runs a trial and its loop on copies of o: every element, and
// every element beyond the slices, must be the same to the last bit. So must
// be the sums that the plain code finds; the loop's are near.
func requireLoop[T Float](t *testing.T, tr trial[T], o operands[T], about string) {
	t.Helper()
	want, got, plain := o.clone(), o.clone(), o.clone()
	returned, expected := got.apply(tr.run), want.apply(tr.loop)
	for s := range want.all {
		requireSame(t, want.all[s], got.all[s], fmt.Sprintf("%s %s, slice %d", tr.name, about, s))
	}
	if !tr.sums {
		require.Equal(t, expected, returned, "%s %s", tr.name, about)
		return
	}
	// n roundings of partial sums not greater than Σ|terms| ≤ 4n, at most.
	n := float64(len(o.part[0]))
	for i := range expected {
		if math.IsNaN(expected[i]) || math.IsInf(expected[i], 0) {
			assert.Equal(t, math.IsNaN(expected[i]), math.IsNaN(returned[i]), "%s %s", tr.name, about)
			continue
		}
		require.InDelta(t, expected[i], returned[i], 4*n*n*0x1p-53, "%s %s", tr.name, about)
	}
	previous := active
	active = &generic
	defined := plain.apply(tr.run)
	active = previous
	requireSame(t, defined[:], returned[:], tr.name+" "+about+", sums of the plain code")
}

func TestLoops(t *testing.T) { eachSet(t, testLoops[float32], testLoops[float64]) }

func testLoops[T Float](t *testing.T) {
	for _, n := range lengths() {
		for _, offset := range []int{1, 0, 3} {
			if offset != 1 && n > 5000 {
				continue // pieces start where they do, whatever the offset
			}
			o := newOperands[T](n, offset, 1)
			for _, tr := range trials[T]() {
				requireLoop(t, tr, o, fmt.Sprintf("n=%d offset %d", n, offset))
			}
		}
	}
}

// TestAccuracy compares float32 with the loop in float64. No operation has more
// than 8 roundings of values that are greater than 2.
func TestAccuracy(t *testing.T) {
	const tolerance = 8 * 2 * 0x1p-24
	wide := trials[float64]()
	for _, set := range isa.Supported() {
		use(t, set)
		for i, tr := range trials[float32]() {
			o := newOperands[float32](1000, 1, 2)
			var exact operands[float64]
			for s := range o.part {
				exact.part[s] = make([]float64, len(o.part[s]))
				Widen(exact.part[s], o.part[s])
			}
			o.apply(tr.run)
			exact.apply(wide[i].loop)
			for s := range o.part {
				for j, v := range o.part[s] {
					require.InDelta(t, exact.part[s][j], v, tolerance, "%s, %s", tr.name, set)
				}
			}
		}
	}
}

// special are the values that arithmetic treats as no others.
func special[T Float]() []T {
	least, most := math.SmallestNonzeroFloat32, math.MaxFloat32
	if unsafe.Sizeof(T(0)) == 8 {
		least, most = math.SmallestNonzeroFloat64, math.MaxFloat64
	}
	zero := T(0)
	return []T{
		T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1)), T(least), T(-least), T(1000 * least),
		T(most), T(-most), zero, T(math.Copysign(0, -1)),
	}
}

// TestSpecialValues puts them at every position of 47: in the first step of any
// kernel and in its last.
func TestSpecialValues(t *testing.T) {
	eachSet(t, testSpecialValues[float32], testSpecialValues[float64])
}

func testSpecialValues[T Float](t *testing.T) {
	for _, tr := range trials[T]() {
		for _, n := range []int{1, 47} {
			for at := range n {
				for k, v := range special[T]() {
					o := newOperands[T](n, 1, uint64(k))
					o.part[(at+k)%tr.slices][at] = v
					if tr.sums && math.Abs(float64(v)) > math.MaxFloat32 {
						continue // whether such squares overflow depends on no order, but on ∞−∞
					}
					requireLoop(t, tr, o, fmt.Sprintf("%v at %d of %d", v, at, n))
				}
			}
		}
	}
}

// TestFinite finds one bad element anywhere, and takes no other for one.
func TestFinite(t *testing.T) { eachSet(t, testFinite[float32], testFinite[float64]) }

func testFinite[T Float](t *testing.T) {
	for _, n := range []int{1, 7, 16, 63, 64, 65, 200, shared} {
		x := make([]T, n)
		for i := range x {
			x[i] = special[T]()[3+i%7]
		}
		require.True(t, Finite(x), "n=%d", n)
		step := 1 + n/300
		for at := 0; at < n; at += step {
			good := x[at]
			for _, bad := range special[T]()[:3] {
				x[at] = bad
				require.False(t, Finite(x), "%v at %d of %d", bad, at, n)
			}
			x[at] = good
		}
	}
	assert.True(t, Finite[T](nil))
}

func TestLengthMismatch(t *testing.T) {
	x, y := make([]float32, 5), make([]float32, 4)
	wide := make([]float64, 4)
	for name, f := range map[string]func(){
		"Dot":        func() { Dot(x, y) },
		"Products":   func() { Products(x, y) },
		"Add":        func() { Add(x, y) },
		"AddScaled":  func() { AddScaled(x, 1, y) },
		"Combine":    func() { Combine(x, 1, 1, y) },
		"Copy":       func() { Copy(x, y) },
		"Widen":      func() { Widen(wide, x) },
		"Narrow":     func() { Narrow(x, wide) },
		"SGD 2":      func() { SGD(x, y, x, 1, 1, 1) },
		"SGD 3":      func() { SGD(x, x, y, 1, 1, 1) },
		"Nesterov 2": func() { Nesterov(x, y, x, 1, 1, 1) },
		"Nesterov 3": func() { Nesterov(x, x, y, 1, 1, 1) },
		"Momentum 2": func() { Momentum(x, y, x, 1, 1, 1) },
		"Momentum 3": func() { Momentum(x, x, y, 1, 1, 1) },
		"Adam 2":     func() { Adam(x, y, x, x, AdamCoefficients[float32]{}) },
		"Adam 3":     func() { Adam(x, x, y, x, AdamCoefficients[float32]{}) },
		"Adam 4":     func() { Adam(x, x, x, y, AdamCoefficients[float32]{}) },
	} {
		assert.PanicsWithValue(t, badLength, f, name)
	}
	assert.PanicsWithValue(t, badRows, func() { ColumnSums(y, x) })
	assert.PanicsWithValue(t, badRows, func() { ColumnSums(nil, x) })
	assert.PanicsWithValue(t, badMatrix, func() { Mirror(x, 2) })
	assert.PanicsWithValue(t, badMatrix, func() { Mirror(y, -2) })
}
