package subspace

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/internal/isa"
)

// matrix returns Q diag(values) Qᵀ with a random orthogonal Q.
func matrix(seed uint64, values []float64) *mat.Dense {
	n := len(values)
	source := rand.New(rand.NewPCG(seed, 1))
	x := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			x.Set(i, j, source.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(x)
	var q, m mat.Dense
	qr.QTo(&q)
	m.Mul(&q, mat.NewDiagDense(n, values))
	m.Mul(&m, q.T())
	return &m
}

// spectrum returns n values first·i^−power.
func spectrum(n int, first, power float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = first * math.Pow(float64(i+1), -power)
	}
	return s
}

func elements[T Float](m *mat.Dense) []T {
	data := m.RawMatrix().Data
	x := make([]T, len(data))
	for i, v := range data {
		x[i] = T(v)
	}
	return x
}

// error2 is the spectral norm of M − UΔUᵀ − t(I − UUᵀ) with the k leading vectors.
func error2[T Float](m *mat.Dense, b *Basis[T], k int) float64 {
	n, _ := m.Dims()
	var e mat.Dense
	e.CloneFrom(m)
	r, t := b.Rank(), b.Tail(k)
	for i := range n {
		e.Set(i, i, e.At(i, i)-t)
		for j := range n {
			sum := 0.0
			for c := range k {
				sum += float64(b.Vectors[i*r+c]) * (b.Values[c] - t) * float64(b.Vectors[j*r+c])
			}
			e.Set(i, j, e.At(i, j)-sum)
		}
	}
	return spectral(&e)
}

// spectral is the greatest singular value.
func spectral(m *mat.Dense) float64 {
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		panic("no decomposition")
	}
	return svd.Values(nil)[0]
}

// orthonormality is the greatest element of UᵀU − I, over the columns whose values are more
// than 1e-5 of the greatest: rounding of the greatest, 1e-15 of it, is 1e-10 of theirs.
func orthonormality[T Float](b *Basis[T]) float64 {
	r, most := b.Rank(), 0.0
	for i := range b.Above(b.Values[0] * 1e-5) {
		for j := range b.Above(b.Values[0] * 1e-5) {
			sum := 0.0
			for k := range b.n {
				sum += float64(b.Vectors[k*r+i]) * float64(b.Vectors[k*r+j])
			}
			if i == j {
				sum--
			}
			most = max(most, math.Abs(sum))
		}
	}
	return most
}

func renewed[T Float](t *testing.T, m *mat.Dense, rank, times int) *Basis[T] {
	n, _ := m.Dims()
	b := NewBasis[T](n)
	b.Resize(rank)
	var w Workspace[T]
	for range times {
		require.True(t, b.Renew(elements[T](m), &w))
	}
	return b
}

// TestFullRank: with all vectors the decomposition is exact, from the second Renew on, when
// the columns are orthonormal.
func TestFullRank(t *testing.T) {
	for _, n := range []int{1, 2, 7, 40} {
		for name, values := range map[string][]float64{
			"decay": spectrum(n, 3, 2), "equal": spectrum(n, 2, 0), "rank 1": append(spectrum(1, 5, 0), make([]float64, n-1)...),
			"zero": make([]float64, n), "tiny": spectrum(n, 1e-150, 1), "huge": spectrum(n, 1e150, 1),
		} {
			b := renewed[float64](t, matrix(1, values), n, 2)
			scale := cmp.Or(values[0], 1)
			assert.Less(t, error2(matrix(1, values), b, n)/scale, 1e-12, "%s, order %d", name, n)
			for i, v := range values {
				assert.InDelta(t, v/scale, b.Values[i]/scale, 1e-12, "%s, order %d, value %d", name, n, i)
			}
			assert.Less(t, orthonormality(b), 1e-10)
		}
	}
}

// TestLeading: after three steps from random columns the error is near the least
// possible one, which is the greatest eigenvalue that is left out less the tail's mean.
func TestLeading(t *testing.T) {
	const n, rank, k = 200, 32, 24
	for _, power := range []float64{0.5, 1, 2, 4} {
		values := spectrum(n, 10, power)
		m := matrix(2, values)
		t.Run(fmt.Sprint("float64, power ", power), func(t *testing.T) { leading[float64](t, m, values, rank, k, 1e-10) })
		t.Run(fmt.Sprint("float32, power ", power), func(t *testing.T) { leading[float32](t, m, values, rank, k, 1e-5) })
	}
}

func leading[T Float](t *testing.T, m *mat.Dense, values []float64, rank, k int, rounding float64) {
	b := renewed[T](t, m, rank, 3)
	assert.LessOrEqual(t, error2(m, b, k), 1.3*values[k]+rounding*values[0])
	assert.Less(t, orthonormality(b), rounding)
	assert.InEpsilon(t, values[0], b.Values[0], 1e-3)
	for i := range k {
		assert.LessOrEqual(t, b.Values[i], values[i]+rounding*values[0]*10, "Ritz values are below the eigenvalues")
	}
	assert.Less(t, b.Tail(rank), b.Tail(k))
}

// TestFollows: a basis follows a matrix that changes as a running average does, with one
// step for each change.
func TestFollows(t *testing.T) {
	const n, rank, k = 150, 24, 16
	values := spectrum(n, 10, 1.5)
	from, to := matrix(3, values), matrix(4, values)
	b := renewed[float64](t, from, rank, 3)
	var w Workspace[float64]
	var m mat.Dense
	m.CloneFrom(from)
	for step := range 40 {
		for i, v := range m.RawMatrix().Data {
			m.RawMatrix().Data[i] = 0.9*v + 0.1*to.RawMatrix().Data[i]
		}
		require.True(t, b.Renew(elements[float64](&m), &w))
		fresh := renewed[float64](t, &m, rank, 12)
		most := 1.15
		if step < 5 { // a tenth of an unrelated matrix is great news at first
			most = 3
		}
		assert.Less(t, error2(&m, b, k), most*error2(&m, fresh, k))
	}
}

// TestGrow: more columns cost nothing that is known, and the new ones find the next
// eigenvectors.
func TestGrow(t *testing.T) {
	const n = 120
	values := spectrum(n, 1, 1)
	m := matrix(5, values)
	b := renewed[float64](t, m, 8, 4)
	first := append([]float64{}, b.Values...)
	b.Resize(32)
	assert.Equal(t, 32, b.Rank())
	var w Workspace[float64]
	for range 2 {
		require.True(t, b.Renew(elements[float64](m), &w))
	}
	for i, v := range first {
		assert.GreaterOrEqual(t, b.Values[i], v*(1-1e-12))
	}
	assert.Less(t, error2(m, b, 24), 1.5*values[24])
	kept := append([]float64{}, b.Values[:8]...)
	before := error2(m, b, 8)
	b.Resize(8)
	assert.Equal(t, kept, b.Values)
	assert.InDelta(t, before, error2(m, b, 8), 1e-12)
}

// TestDegenerate: zero rows, low rank and extreme scales leave an orthonormal basis.
// Matrices that are not finite are refused.
func TestDegenerate(t *testing.T) {
	const n, rank = 90, 24
	for name, m := range map[string]*mat.Dense{
		"zero":       mat.NewDense(n, n, nil),
		"rank 3":     matrix(6, append([]float64{9, 2, 1}, make([]float64, n-3)...)),
		"identity":   matrix(7, spectrum(n, 1, 0)),
		"dead units": func() *mat.Dense { m := mat.NewDense(n, n, nil); m.Set(4, 4, 2); return m }(),
		"small":      matrix(8, spectrum(n, 1e-30, 2)),
		"great":      matrix(8, spectrum(n, 1e30, 2)),
	} {
		b := renewed[float32](t, m, rank, 3)
		assert.Less(t, orthonormality(b), 1e-5, name)
		scale := cmp.Or(spectral(m), 1)
		assert.LessOrEqual(t, error2(m, b, rank)/scale, 1+1e-5, name)
		for _, v := range b.Values {
			assert.GreaterOrEqual(t, v, 0.0, name)
		}
	}
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), 3e38} {
		m := make([]float32, n*n)
		for i := range m {
			m[i] = bad
		}
		b := renewed[float32](t, matrix(6, spectrum(n, 1, 1)), 8, 2)
		before := append([]float32{}, b.Vectors...)
		assert.False(t, b.Renew(m, new(Workspace[float32])), bad)
		assert.Equal(t, before, b.Vectors, "the basis is as it was")
		assert.Equal(t, 8, b.Above(0))
	}
}

// TestRepeats: the result depends on nothing but the calls.
func TestRepeats(t *testing.T) {
	m := matrix(9, spectrum(70, 1, 1))
	assert.Equal(t, renewed[float32](t, m, 16, 3), renewed[float32](t, m, 16, 3))
}

func TestResolves(t *testing.T) {
	single, double := renewed[float32](t, matrix(1, spectrum(30, 1, 1)), 8, 2), renewed[float64](t, matrix(1, spectrum(30, 1, 1)), 8, 2)
	assert.True(t, single.Resolves(1e-4))
	assert.False(t, single.Resolves(1e-6))
	assert.True(t, double.Resolves(1e-6))
	assert.False(t, double.Resolves(1e-14))
	assert.True(t, NewBasis[float32](5).Resolves(0))
	assert.Equal(t, 3, (&Basis[float32]{Values: []float64{4, 3, 2, 1}}).Above(1))
}

func TestNoAllocation(t *testing.T) {
	if isa.Active() == isa.Generic {
		t.Skip("gonum's matrix products allocate")
	}
	m := elements[float32](matrix(1, spectrum(100, 1, 1)))
	b, w := NewBasis[float32](100), new(Workspace[float32])
	b.Resize(16)
	b.Renew(m, w)
	assert.Zero(t, testing.AllocsPerRun(5, func() { b.Renew(m, w) }))
}

func BenchmarkRenew(b *testing.B) {
	for _, n := range []int{513, 785, 1001, 4097} {
		for _, rank := range []int{32, 64, 128} {
			b.Run(fmt.Sprintf("%d/%d", n, rank), func(b *testing.B) {
				m := make([]float32, n*n)
				source := rand.New(rand.NewPCG(1, 1))
				for i := range n {
					for j := range i + 1 {
						v := float32(source.NormFloat64() / float64(1+i+j))
						m[i*n+j], m[j*n+i] = v, v
					}
					m[i*n+i] += 1
				}
				s, w := NewBasis[float32](n), new(Workspace[float32])
				s.Resize(rank)
				for b.Loop() {
					s.Renew(m, w)
				}
			})
		}
	}
}

// TestRenewRows: by rows, the basis is that of the matrix which they add up to.
func TestRenewRows(t *testing.T) { eachRows[float32](t, 1e-4); eachRows[float64](t, 1e-11) }

func eachRows[T Float](t *testing.T, tolerance float64) {
	const n = 60
	source := rand.New(rand.NewPCG(3, 1))
	for _, rows := range []int{1, 7, 40, 90} {
		y, c, m := make([]T, rows*n), make([]float64, rows), mat.NewDense(n, n, nil)
		var trace float64
		for i := range rows {
			c[i] = math.Pow(0.8, float64(i))
			row := mat.NewVecDense(n, nil)
			for j := range n {
				y[i*n+j] = T(source.NormFloat64())
				row.SetVec(j, float64(y[i*n+j]))
			}
			var outer mat.Dense
			outer.Outer(c[i], row, row)
			m.Add(m, &outer)
		}
		trace = mat.Trace(m)
		byRows, whole := NewBasis[T](n), NewBasis[T](n)
		w := &Workspace[T]{}
		require.True(t, byRows.RenewRows(y, c, trace, w), "no vectors yet")
		byRows.Resize(8)
		whole.Resize(8)
		for range 3 {
			require.True(t, byRows.RenewRows(y, c, trace, w))
			require.True(t, whole.Renew(elements[T](m), w))
		}
		assert.InEpsilon(t, whole.Trace, byRows.Trace, tolerance)
		for i, s := range whole.Values[:min(rows, 4)] {
			assert.InEpsilon(t, s, byRows.Values[i], 10*tolerance, "%d rows, value %d", rows, i)
			var dot float64
			for k := range n {
				dot += float64(whole.Vectors[k*8+i]) * float64(byRows.Vectors[k*8+i])
			}
			assert.InDelta(t, 1, math.Abs(dot), 1e-3, "%d rows, vector %d", rows, i)
		}
		c[0] = math.NaN()
		assert.False(t, byRows.RenewRows(y, c, trace, w))
	}
}
