package kfac

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// spectrum returns a factor in T with eigenvalues from scale down to scale/cond, in equal
// steps of their logarithm, and random eigenvectors.
func spectrum[T graph.Float](r *rand.Rand, n int, scale, cond float64) *factor[T] {
	var qr mat.QR
	qr.Factorize(mat.NewDense(n, n, randomSlice(r, n*n)))
	var q, m mat.Dense
	qr.QTo(&q)
	m.Apply(func(_, j int, v float64) float64 {
		return v * math.Sqrt(scale) * math.Pow(cond, -0.5*float64(j)/float64(n-1))
	}, &q)
	q.Mul(&m, m.T())
	f := newFactor[T](n)
	for i, v := range q.RawMatrix().Data {
		f.mean[i] = T(v)
	}
	return f
}

// errorOf returns the 2-norm of MX − I for M = mean + damping·I and X = inverse, by
// dense algebra, and whether X is positive definite.
func errorOf(t *testing.T, d *dampedInverse[float32]) (r float64, definite bool) {
	n := d.of.n
	m, x := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			m.SetSym(i, j, float64(d.of.mean[i*n+j]))
			x.SetSym(i, j, float64(d.inverse[i*n+j]))
			require.Equal(t, d.inverse[i*n+j], d.inverse[j*n+i])
		}
		m.SetSym(i, i, m.At(i, i)+d.damping)
	}
	var e mat.Dense
	e.Mul(m, x)
	for i := range n {
		e.Set(i, i, e.At(i, i)-1)
	}
	var c mat.Cholesky
	return mat.Norm(&e, 2), c.Factorize(x)
}

// TestSingleInverse: whichever way an inverse is made, the promised error holds, and
// the way is float64 where the condition number asks for it, at every scale.
func TestSingleInverse(t *testing.T) {
	r, w := random(1), newWorkspace()
	for _, n := range []int{singleOrder, 161} {
		for _, scale := range []float64{1, 1e-30, 1e30} {
			for _, cond := range []float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e10, 1e12} {
				f := spectrum[float32](r, n, scale, math.Min(cond, 1e4))
				d := newDampedInverse(f)
				if cond > 1e4 { // what float32 cannot hold comes from zeroes and the damping
					f = spectrum[float32](r, n-3, scale, 1e4)
					wide := newFactor[float32](n)
					for i := range n - 3 {
						copy(wide.mean[i*n:], f.mean[i*(n-3):(i+1)*(n-3)])
					}
					d = newDampedInverse(wide)
					d.damping = scale / cond
				}
				name := []any{"n = %d, scale %g, condition %g", n, scale, cond}
				require.True(t, d.try(1, w), name...)
				if cond != 1e4 { // where the bound crosses the limit
					assert.Equal(t, cond <= 1e3, d.single, name...)
				}
				if d.single {
					e, definite := errorOf(t, d)
					assert.LessOrEqual(t, e, singleResidual, name...)
					assert.True(t, definite, name...)
					assert.InEpsilon(t, wideInverse(t, d).condition, d.condition, singleResidual, name...)
				} else if scale == 1 {
					assert.Equal(t, wideInverse(t, d).inverse, d.inverse, name...)
				}
			}
		}
	}
}

// wideInverse returns the inverse of the same matrix that is made in float64.
func wideInverse(t *testing.T, d *dampedInverse[float32]) *dampedInverse[float32] {
	wide, w := newDampedInverse(d.of), newWorkspace()
	wide.damping = d.damping
	require.True(t, tryDouble(wide, 1, w))
	return wide
}

// TestSingleInverseDegenerate: dead units, duplicated inputs and both at once; whichever
// way, the damped directions come out right.
func TestSingleInverseDegenerate(t *testing.T) {
	const n = 150
	w := newWorkspace()
	for _, damping := range []float64{1, 1e-1, 1e-2, 1e-3, 1e-5, 1e-9} {
		f := newFactor[float32](n)
		for i := range n {
			for j := range n {
				if i/2 == j/2 && i < n-10 { // pairs of equal inputs, and ten dead units
					f.mean[i*n+j] = 1
				}
			}
		}
		d := newDampedInverse(f)
		d.damping = damping
		require.True(t, d.try(1, w))
		assert.Equal(t, damping >= 1e-3, d.single, "damping %g", damping)
		assert.InEpsilon(t, (1+damping)/damping/(2+damping), d.inverse[0], singleResidual)
		assert.InEpsilon(t, -1/damping/(2+damping), d.inverse[1], singleResidual)
		assert.InEpsilon(t, 1/damping, d.inverse[n*n-1], singleResidual)
		assert.InEpsilon(t, (2+damping)/damping, d.condition, singleResidual)
	}
}

// TestSingleInverseRefused: what is no positive definite matrix fails in both types and
// keeps the inverse; the damping that an attempt raises counts.
func TestSingleInverseRefused(t *testing.T) {
	const n = singleOrder
	f, w := spectrum[float32](random(2), n, 1, 10), newWorkspace()
	d := newDampedInverse(f)
	job := d.decomposition()
	job.run(w)
	require.True(t, job.ok)
	require.True(t, d.single)
	good := slices.Clone(d.inverse)
	diagonal := f.mean[5*n+5]
	for _, bad := range []float64{-5, math.NaN(), math.Inf(1), math.Inf(-1)} {
		f.mean[5*n+5] = float32(bad)
		job.run(w)
		assert.False(t, job.ok, bad)
		assert.Equal(t, ladder, job.retries, bad)
		assert.Equal(t, good, d.inverse, bad)
	}
	d.damping = 0.1
	f.mean[5*n+5] = -5 // 0.1, 1 fail, 10 does not
	job.run(w)
	assert.True(t, job.ok)
	assert.Equal(t, 2, job.retries)
	f.mean[5*n+5] = diagonal
	job.run(w)
	assert.Zero(t, job.retries)
	again := newDampedInverse(f)
	again.damping = 0.1
	require.True(t, again.try(1, newWorkspace()))
	assert.Equal(t, again.inverse, d.inverse, "the same bits whatever came before")
	assert.Zero(t, testing.AllocsPerRun(3, func() { d.try(1, w) }))
}

// TestDoubleStaysDouble: a model in float64 is inverted in float64.
func TestDoubleStaysDouble(t *testing.T) {
	d := newDampedInverse(spectrum[float64](random(3), singleOrder, 1, 10))
	require.True(t, d.try(1, newWorkspace()))
	assert.False(t, d.single)
}
