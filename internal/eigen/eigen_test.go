package eigen

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// most is c in the bound c·n·ε·‖M‖₂ for the Frobenius norms of what is left. With
// kernels the worst is 4, of most matrices 2, whatever n. Without, sums of n equal
// numbers are rounded in the same direction n times, and "ones" comes to 9.
const most = 16

const unit = 0x1p-52

// TestDecompose checks MQ = QΛ and QᵀQ = I.
func TestDecompose(t *testing.T) {
	var w Workspace
	for _, n := range orders() {
		for _, m := range matrices(n) {
			q, values := decompose(t, &w, m)
			checkDecomposition(t, m, q, values)
		}
	}
}

// TestTridiagonal: reduction leaves these as they are, so that whatever elements
// are drawn meet the solver.
func TestTridiagonal(t *testing.T) {
	var w Workspace
	r := source(1)
	for range 200 {
		n, spread, weakness := 1+r.IntN(200), r.Float64()*20, r.Float64()*20
		grid := math.Ldexp(1, -r.IntN(12))
		draw := [...]func() float64{
			r.NormFloat64,
			func() float64 { return math.Round(r.NormFloat64()/grid) * grid },
			func() float64 { return math.Pow(10, -spread*r.Float64()) * float64(1-2*r.IntN(2)) },
			func() float64 { return float64(r.IntN(3)) + 1e-15*r.NormFloat64() },
		}[r.IntN(4)]
		m := tridiagonalMatrix("tridiagonal", n, func(int) float64 { return draw() }, func(int) float64 {
			return draw() * math.Pow(10, -weakness*r.Float64())
		})
		q, values := decompose(t, &w, m)
		checkDecomposition(t, m, q, values)
	}
}

func decompose(t *testing.T, w *Workspace, m matrix) (q, values []float64) {
	q, values = lowerOnly(m), make([]float64, m.n)
	require.True(t, w.Decompose(m.n, q, values), "%s, n = %d", m.name, m.n)
	return q, values
}

func checkDecomposition(t *testing.T, m matrix, q, values []float64) {
	t.Helper()
	n, norm := m.n, 0.0
	for i, v := range values {
		norm = max(norm, math.Abs(v))
		if i > 0 {
			require.LessOrEqual(t, values[i-1], v, "%s, n = %d: order", m.name, n)
		}
	}
	bound := most * float64(n) * unit
	scale := 1.0 // squares of M's elements need not be numbers
	if norm > 0 {
		scale = 1 / norm
	}
	scaled := make([]float64, n*n)
	for i, v := range m.data {
		scaled[i] = v * scale
	}
	if norm < 1e-300 {
		bound = 1e-8 // subnormal numbers
	}
	left := make([]float64, n*n)
	kernel.Dgemm('N', 'N', n, n, n, 1, scaled, n, q, n, 0, left, n)
	for i := range left {
		left[i] -= q[i] * (values[i%n] * scale)
	}
	// Written so that NaN fails too.
	require.True(t, frobenius(left) <= bound, "%s, n = %d: MQ − QΛ is %g, not %g", m.name, n, frobenius(left), bound)

	kernel.Dgemm('T', 'N', n, n, n, 1, q, n, q, n, 0, left, n)
	for i := range n {
		left[i*n+i]--
	}
	bound = most * float64(n) * unit
	require.True(t, frobenius(left) <= bound, "%s, n = %d: QᵀQ − I is %g, not %g", m.name, n, frobenius(left), bound)
}

func frobenius(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// TestValues compares with gonum.
func TestValues(t *testing.T) {
	var w Workspace
	for _, n := range []int{1, 2, 9, 40, 65, 140} {
		for _, m := range matrices(n) {
			switch m.name {
			case "large", "small", "a norm of 1e-250 beside 1":
				continue // gonum v0.17.0 overflows, or panics in Dsterf
			}
			_, values := decompose(t, &w, m)
			var want mat.EigenSym
			require.True(t, want.Factorize(mat.NewSymDense(n, m.data), false))
			theirs := want.Values(nil)
			norm := max(math.Abs(theirs[0]), math.Abs(theirs[n-1]))
			assert.InDeltaSlice(t, theirs, values, most*float64(n)*unit*norm+1e-300, "%s, n = %d", m.name, n)
		}
	}
}

// TestKnownValues: 2 − 2cos(jπ/(n+1)), and −n+1, −n+3, … n−1.
func TestKnownValues(t *testing.T) {
	const n = 301
	var w Workspace
	for _, m := range matrices(n) {
		var want func(j int) float64
		switch m.name {
		case "Laplace":
			want = func(j int) float64 { return 2 - 2*math.Cos(float64(j+1)*math.Pi/(n+1)) }
		case "Clement":
			want = func(j int) float64 { return float64(2*j - n + 1) }
		default:
			continue
		}
		_, values := decompose(t, &w, m)
		norm := math.Abs(values[n-1])
		for j, v := range values {
			assert.InDelta(t, want(j), v, n*unit*norm, "%s, value %d", m.name, j)
		}
	}
}

func TestRefusesNotFinite(t *testing.T) {
	var w Workspace
	for _, n := range []int{1, 5, 40, 150} {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for _, at := range []int{0, n * n / 2 / n * n, n*n - 1} {
				m := randomMatrix(n)
				m.data[at] = bad
				assert.False(t, w.Decompose(n, m.data, make([]float64, n)), "n = %d, %g at %d", n, bad, at)
			}
		}
		q, values := decompose(t, &w, randomMatrix(n)) // and is as good as ever
		checkDecomposition(t, randomMatrix(n), q, values)
	}
	huge := newMatrix("overflow", 3, func(i, j int) float64 { return math.MaxFloat64 })
	assert.False(t, w.Decompose(3, huge.data, make([]float64, 3)))
}

func TestShapes(t *testing.T) {
	var w Workspace
	assert.True(t, w.Decompose(0, nil, nil))
	assert.True(t, w.Simultaneous(0, nil, nil, nil, nil))
	assert.PanicsWithValue(t, badLength, func() { w.Decompose(2, make([]float64, 3), make([]float64, 2)) })
	assert.PanicsWithValue(t, badLength, func() { w.Decompose(2, make([]float64, 4), make([]float64, 1)) })
	assert.PanicsWithValue(t, badLength, func() {
		w.Simultaneous(2, make([]float64, 4), make([]float64, 4), make([]float64, 3), make([]float64, 2))
	})
}
