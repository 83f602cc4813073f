package datasets

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestIllConditioned(t *testing.T) {
	d := IllConditioned(IllConditionedOptions{})
	assert.Equal(t, "ill-conditioned", d.Name)
	assert.Equal(t, []int{64}, d.Shape)
	assert.Equal(t, 8, d.Outputs())
	assert.Zero(t, d.Classes)
	assert.False(t, d.Pixels)
	assert.Equal(t, []int{20000, 4000}, []int{d.Train.Len(), d.Test.Len()})
	for _, s := range []Split{d.Train, d.Test} {
		assert.Nil(t, s.Labels)
		assert.Equal(t, 8, s.Outputs)
		require.Len(t, s.X, s.Len()*64)
		require.Len(t, s.Targets, s.Len()*8)
	}

	train, test := measure(d.Train.Targets, 8), measure(d.Test.Targets, 8)
	for j := range 8 {
		const rounding = 1e-5 // of float32 targets around 1
		assert.InDelta(t, 0, train.Mean[j], rounding)
		assert.InDelta(t, 1, train.Deviation[j], rounding)
		// The mean of 4000 has a deviation of 0.016; that of their deviation is smaller.
		assert.InDelta(t, 0, test.Mean[j], 5*0.016)
		assert.InDelta(t, 1, test.Deviation[j], 5*0.016)
	}
}

// secondMoment is XᵀX/n, the covariance of inputs whose mean is known to be 0.
func secondMoment(s Split) *mat.SymDense {
	width := len(s.X) / s.Len()
	x := mat.NewDense(s.Len(), width, nil)
	for i, v := range s.X {
		x.Set(i/width, i%width, float64(v))
	}
	var c mat.SymDense
	c.SymOuterK(1/float64(s.Len()), x.T())
	return &c
}

// spectrum is in falling order.
func spectrum(t *testing.T, c mat.Symmetric) []float64 {
	t.Helper()
	var e mat.EigenSym
	require.True(t, e.Factorize(c, false))
	values := e.Values(nil)
	for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
		values[i], values[j] = values[j], values[i]
	}
	return values
}

// TestIllConditionedSpectrum compares the eigenvalues of the inputs' covariance, on the examples as they are stored, with
// those they are drawn for. By Ostrowski's theorem those of Λ^½WΛ^½ are λᵢθ with θ among the eigenvalues of W, here the
// second moment of n draws of N(0, I), and these lie in (1 ± √(d/n))², but for tails that 5 % cover.
func TestIllConditionedSpectrum(t *testing.T) {
	for _, opt := range []IllConditionedOptions{
		{Test: 1}, {Test: 1, Seed: 7, Condition: 1e4}, {Test: 1, Train: 5000, Features: 11, Condition: 100}, {Test: 1, Condition: 1},
		{Test: 1, Features: 1, Condition: 50},
	} {
		s := IllConditioned(opt).Train
		opt = opt.resolved()
		d := opt.Features
		got := spectrum(t, secondMoment(s))
		want, total := make([]float64, d), 0.0
		for i := range want {
			want[i] = math.Pow(opt.Condition, -float64(i)/max(float64(d-1), 1))
			total += want[i]
		}
		spread := math.Sqrt(float64(d) / float64(opt.Train))
		for i, w := range want {
			theta := got[i] / (w * float64(d) / total)
			assert.Greater(t, theta, 0.95*(1-spread)*(1-spread), "eigenvalue %d of %+v", i, opt)
			assert.Less(t, theta, 1.05*(1+spread)*(1+spread), "eigenvalue %d of %+v", i, opt)
		}
		if d > 1 {
			tolerance := 2*math.Log((1+spread)/(1-spread)) + 0.1
			assert.InDelta(t, math.Log(opt.Condition), math.Log(got[0]/got[d-1]), tolerance, "%+v", opt)
		}
	}
}

// TestIllConditionedStaysSo: features of the same scale, which is all that standardising or Adam's diagonal could give
// them, are about as badly conditioned.
func TestIllConditionedStaysSo(t *testing.T) {
	d := IllConditioned(IllConditionedOptions{Test: 1})
	d.Standardize()
	values := spectrum(t, secondMoment(d.Train))
	assert.Greater(t, values[0]/values[len(values)-1], 1e5)
}

// TestIllConditionedNeedsAllDirections: the half of the directions in which the inputs vary least explains as much of the
// targets as the other half does.
func TestIllConditionedNeedsAllDirections(t *testing.T) {
	opt := IllConditionedOptions{Test: 1}.resolved()
	s := IllConditioned(opt).Train
	var e mat.EigenSym
	require.True(t, e.Factorize(secondMoment(s), true)) // values in rising order
	var directions mat.Dense
	e.VectorsTo(&directions)
	values := e.Values(nil)

	d, outputs := opt.Features, opt.Outputs
	products := mat.NewDense(d, outputs, nil) // of whitened inputs and targets, whose squares are correlations'
	row, z := mat.NewVecDense(d, nil), mat.NewVecDense(d, nil)
	for i := range s.Len() {
		for j := range d {
			row.SetVec(j, float64(s.X[i*d+j]))
		}
		z.MulVec(directions.T(), row)
		for j := range d {
			for k := range outputs {
				products.Set(j, k, products.At(j, k)+z.AtVec(j)/math.Sqrt(values[j])*float64(s.Targets[i*outputs+k])/float64(s.Len()))
			}
		}
	}
	squares := func(from, to int) (sum float64) {
		for j := from; j < to; j++ {
			for k := range outputs {
				sum += products.At(j, k) * products.At(j, k)
			}
		}
		return sum
	}
	small, large := squares(0, d/2), squares(d/2, d)
	assert.InDelta(t, 0.5, small/(small+large), 0.15)
	linear := (small + large) / float64(outputs)
	assert.Greater(t, linear, 0.5, "of the variance")
	assert.Less(t, linear, 0.9, "of the variance: a network is needed")
}

func TestIllConditionedIsDeterministic(t *testing.T) {
	draw := func(seed uint64) *Dataset {
		return IllConditioned(IllConditionedOptions{Train: 300, Test: 100, Features: 10, Outputs: 3, Seed: seed})
	}
	want := draw(5)
	t.Cleanup(func() { runtime.GOMAXPROCS(runtime.NumCPU()) })
	for _, processors := range []int{1, 3, 7} {
		runtime.GOMAXPROCS(processors)
		assert.Equal(t, want, draw(5), "%d processors", processors)
	}
	other := draw(6)
	assert.NotEqual(t, want.Train.X, other.Train.X)
	assert.NotEqual(t, want.Train.Targets, other.Train.Targets)
	assert.NotContains(t, want.Train.X, want.Test.X[0], "the test split has draws of its own")

	// More of them begin with the same ones.
	longer := IllConditioned(IllConditionedOptions{Train: 400, Test: 100, Features: 10, Outputs: 3, Seed: 5})
	assert.Equal(t, want.Train.X, longer.Train.X[:len(want.Train.X)])
}

func TestIllConditionedDefaults(t *testing.T) {
	want := IllConditionedOptions{Train: 20000, Test: 4000, Features: 64, Outputs: 8, Condition: 1e6}
	for _, opt := range []IllConditionedOptions{{}, {Train: -1, Test: -1, Features: -1, Outputs: -1, Condition: -1}, {Condition: math.NaN()}, {Condition: 0.5}} {
		assert.Equal(t, want, opt.resolved())
	}
}

func TestRandomRotation(t *testing.T) {
	for _, n := range []int{1, 2, 5, 64} {
		g, err := newRegressionTask(context.Background(), IllConditionedOptions{Features: n, Outputs: 1, Condition: 1})
		require.NoError(t, err)
		q := mat.NewDense(n, n, g.mix.values) // with Λ = I, Q itself
		var gram mat.Dense
		gram.Mul(q, q.T())
		for i := range n {
			for j := range n {
				identity := 0.0
				if i == j {
					identity = 1
				}
				require.InDelta(t, identity, gram.At(i, j), 1e-14)
			}
		}
	}
}

func BenchmarkIllConditioned(b *testing.B) {
	for b.Loop() {
		IllConditioned(IllConditionedOptions{})
	}
	b.ReportMetric(24000*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
}
