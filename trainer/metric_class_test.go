package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// metricTensor is a tensor of a float type.
func metricTensor(t testing.TB, dtype tensor.Dtype, values []float64, shape ...int) *tensor.Dense {
	t.Helper()
	d := graph.NewDense(dtype, shape...)
	require.NoError(t, graph.CopyInto(d, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64{}, values...)))))
	return d
}

// addBatches gives a metric n rows of predictions and targets in mini-batches of at most size.
func addBatches(t testing.TB, m trainer.Metric, dtype tensor.Dtype, mean, target []float64, n, size int, rows bool) {
	t.Helper()
	c, w := len(mean)/n, len(target)/n
	for from := 0; from < n; from += size {
		to := min(from+size, n)
		shape := []int{to - from}
		if rows {
			shape = append(shape, w)
		}
		require.NoError(t, m.Add(metricTensor(t, dtype, mean[from*c:to*c], to-from, c), metricTensor(t, dtype, target[from*w:to*w], shape...)))
	}
}

// softmaxes draws n rows of c probabilities. They are multiples of 1/64, which both float
// types have exactly, so that there are ties in every row.
func softmaxes(r *rand.Rand, n, c int) (p, labels []float64) {
	for range n {
		row := make([]float64, c)
		for range 64 {
			row[r.IntN(c)] += 1. / 64
		}
		p = append(p, row...)
		labels = append(labels, float64(r.IntN(c)))
	}
	return p, labels
}

var bothFloats = map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64}

// TestTopKBySorting: the label is among the first k of the classes as sorted, by definition.
func TestTopKBySorting(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			for range 30 {
				n, c := 1+r.IntN(40), 2+r.IntN(7)
				p, labels := softmaxes(r, n, c)
				accuracy := trainer.Accuracy()
				addBatches(t, accuracy, dtype, p, labels, n, 7, false)
				for k := 1; k <= c+1; k++ {
					hits := 0.
					for i := range n {
						taken := make([]bool, c)
						for range min(k, c) { // take the largest that is left, the first of equal ones
							best := -1
							for j := range c {
								if !taken[j] && (best < 0 || p[i*c+j] > p[i*c+best]) {
									best = j
								}
							}
							taken[best] = true
						}
						if taken[int(labels[i])] {
							hits++
						}
					}
					m := trainer.TopK(k)
					addBatches(t, m, dtype, p, labels, n, 7, false)
					assert.Equal(t, hits/float64(n), m.Value(), "k %d", k)
					if k == 1 {
						assert.Equal(t, accuracy.Value(), m.Value())
					}
					m.Reset()
					assert.True(t, math.IsNaN(m.Value()))
				}
			}
		})
	}
	assert.Equal(t, "top5_accuracy", trainer.TopK(5).Name())
	assert.True(t, trainer.TopK(5).HigherIsBetter())
}

// TestConfusionByHand is a table of ten examples:
//
//	true 0: taken for 0, 0, 1, 2
//	true 1: taken for 1, 1, 1
//	true 2: taken for 0, 1, 2
//
// and class 3, which no example has and none was taken for.
func TestConfusionByHand(t *testing.T) {
	truth := []float64{0, 0, 0, 0, 1, 1, 1, 2, 2, 2}
	taken := []int{0, 0, 1, 2, 1, 1, 1, 0, 1, 2}
	p := make([]float64, 4*len(truth))
	for i, class := range taken {
		p[4*i+class] = 1
	}
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			m := &trainer.Confusion{}
			assert.True(t, math.IsNaN(m.Value()))
			assert.Empty(t, m.Matrix())
			addBatches(t, m, dtype, p, truth, 10, 3, false)
			assert.Equal(t, [][]int{{2, 1, 1, 0}, {0, 3, 0, 0}, {1, 1, 1, 0}, {0, 0, 0, 0}}, m.Matrix())
			assert.Equal(t, 4, m.Classes())
			assert.Equal(t, 0.6, m.Value())
			precision, recall, f1 := m.Precision(), m.Recall(), m.F1()
			assert.Equal(t, []float64{2. / 3, 3. / 5, 1. / 2}, precision[:3])
			assert.Equal(t, []float64{2. / 4, 3. / 3, 1. / 3}, recall[:3])
			assert.Equal(t, []float64{4. / 7, 6. / 8, 2. / 5}, f1[:3])
			for _, list := range [][]float64{precision, recall, f1} {
				assert.True(t, math.IsNaN(list[3]), "class 3 has no score")
			}
			for macro, want := range map[*trainer.ClassMetric]float64{
				trainer.Precision(): (2./3 + 3./5 + 1./2) / 3, trainer.Recall(): (2./4 + 1 + 1./3) / 3, trainer.F1(): (4./7 + 6./8 + 2./5) / 3,
			} {
				assert.True(t, math.IsNaN(macro.Value()), macro.Name())
				addBatches(t, macro, dtype, p, truth, 10, 4, false)
				assert.InDelta(t, want, macro.Value(), 1e-15, macro.Name())
				assert.Equal(t, []int{4, 3, 3, 0}, macro.Examples())
				assert.Len(t, macro.PerClass(), 4)
				assert.True(t, macro.HigherIsBetter())
				macro.Reset()
				assert.True(t, math.IsNaN(macro.Value()), macro.Name())
				addBatches(t, macro, dtype, []float64{1, 0, 0, 1}, []float64{0, 1}, 2, 1, false) // of another number of classes
				assert.Equal(t, 1., macro.Value())
			}
		})
	}
}

// TestClassScoresByCounting compares with counts made by the definitions, over classes without examples and without predictions.
func TestClassScoresByCounting(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			for range 100 {
				n, c := 1+r.IntN(12), 2+r.IntN(5)
				p, labels := softmaxes(r, n, c)
				m := &trainer.Confusion{}
				addBatches(t, m, dtype, p, labels, n, 5, false)
				precision, recall, f1 := trainer.Precision(), trainer.Recall(), trainer.F1()
				for _, own := range []trainer.Metric{precision, recall, f1} {
					addBatches(t, own, dtype, p, labels, n, 5, false)
				}
				right := 0.
				for class := range c {
					var tp, fp, fn float64
					for i := range n {
						best := 0
						for j := range c {
							if p[i*c+j] > p[i*c+best] {
								best = j
							}
						}
						switch is, was := labels[i] == float64(class), best == class; {
						case is && was:
							tp++
						case was:
							fp++
						case is:
							fn++
						}
					}
					right += tp
					equalOrNaN(t, tp/(tp+fp), m.Precision()[class])
					equalOrNaN(t, tp/(tp+fp), precision.PerClass()[class])
					equalOrNaN(t, tp/(tp+fn), m.Recall()[class])
					equalOrNaN(t, tp/(tp+fn), recall.PerClass()[class])
					equalOrNaN(t, 2*tp/(2*tp+fp+fn), m.F1()[class])
					equalOrNaN(t, 2*tp/(2*tp+fp+fn), f1.PerClass()[class])
				}
				assert.Equal(t, right/float64(n), m.Value())
			}
		})
	}
}

// equalOrNaN holds two numbers equal, NaN to NaN.
func equalOrNaN(t *testing.T, want, got float64) {
	t.Helper()
	assert.True(t, want == got || want != want && got != got, "%v is not %v", got, want)
}

// TestSigmoidUnitHasTwoClasses: one unit is scored as softmax over {1 − p, p} is.
func TestSigmoidUnitHasTwoClasses(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	p, labels := softmaxes(r, 200, 2)
	var single []float64
	for i := range labels {
		single = append(single, p[2*i+1])
	}
	for _, make := range []func() trainer.Metric{
		func() trainer.Metric { return &trainer.Confusion{} }, func() trainer.Metric { return trainer.F1() },
		trainer.ROCAUC, func() trainer.Metric { return trainer.CalibrationError(10) },
	} {
		for _, dtype := range bothFloats {
			one, two := make(), make()
			addBatches(t, one, dtype, single, labels, 200, 64, true)
			addBatches(t, two, dtype, p, labels, 200, 64, false)
			assert.Equal(t, two.Value(), one.Value(), one.Name())
		}
	}
}

// TestMetricsRefuse: what a metric has no score for is an error that names it, and changes nothing.
func TestMetricsRefuse(t *testing.T) {
	number := func(v ...float64) *tensor.Dense { return metricTensor(t, graph.Float64, v, len(v)) }
	matrix := func(rows int, v ...float64) *tensor.Dense {
		return metricTensor(t, graph.Float64, v, rows, len(v)/rows)
	}
	scalar := tensor.New(tensor.FromScalar(1.))
	classifiers := []func() trainer.Metric{
		func() trainer.Metric { return trainer.TopK(1) }, func() trainer.Metric { return &trainer.Confusion{} },
		func() trainer.Metric { return trainer.Precision() }, trainer.ROCAUC, func() trainer.Metric { return &trainer.Calibration{} },
	}
	values := []func() trainer.Metric{
		func() trainer.Metric { return trainer.R2() }, func() trainer.Metric { return trainer.MAE() }, func() trainer.Metric { return trainer.RMSE() },
	}
	for _, test := range []struct {
		metrics      []func() trainer.Metric
		mean, target *tensor.Dense
		want         string
	}{
		{classifiers, matrix(2, 1, 0, 0, 1), number(0), "no score for targets of shape (1) and predictions of shape (2, 2)"},
		{classifiers, matrix(2, 1, 0, 0, 1), matrix(2, 1, 0, 0, 1), "are no classes: want N labels for N×C"},
		{classifiers, matrix(2, 1, 0), number(0, 0), "are no classes"},
		{classifiers, matrix(2, 1, 0, 0, 1), number(0, 2), "target 2 of example 1 is no class from 0 to 1"},
		{classifiers, matrix(2, 1, 0, 0, 1), number(-1, 0), "target -1 of example 0 is no class"},
		{classifiers, matrix(2, 1, 0, 0, 1), number(0.5, 0), "target 0.5 of example 0 is no class"},
		{classifiers, matrix(2, 1, 0, 0, 1), number(math.NaN(), 0), "target NaN of example 0 is no class"},
		{classifiers, scalar, number(0), "no score for targets"},
		{classifiers, nil, number(0), "no score for targets"},
		{classifiers, matrix(1, 1, 0), nil, "no score for targets"},
		{classifiers, tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 0})), number(0), "want floats"},
		{values, matrix(2, 1, 0), number(0, 0), "no score for targets of shape (2)"},
		{values, matrix(2, 1, 0), matrix(2, 1, 0, 0, 1), "no score for targets of shape (2, 2)"},
		{values, matrix(2, 1, 0), nil, "no score for targets"},
	} {
		for _, make := range test.metrics {
			m := make()
			err := m.Add(test.mean, test.target)
			require.Error(t, err, m.Name())
			assert.ErrorContains(t, err, "trainer: metric "+m.Name()+": ")
			assert.ErrorContains(t, err, test.want)
			assert.True(t, math.IsNaN(m.Value()), m.Name())
		}
	}
	assert.ErrorContains(t, trainer.TopK(0).Add(matrix(1, 1, 0), number(0)), "k is 0")
	assert.ErrorContains(t, trainer.TopK(1).Add(matrix(1, 1), matrix(1, 1)), "take BinaryAccuracy")
	assert.ErrorContains(t, trainer.ROCAUC().Add(matrix(1, 1, 0, 0), number(0)), "3 classes: it is defined for two")
	c := &trainer.Confusion{}
	require.NoError(t, c.Add(matrix(1, 1, 0, 0), number(0)))
	assert.ErrorContains(t, c.Add(matrix(1, 1, 0), number(0)), "2 classes after mini-batches of 3")
	f1 := trainer.F1()
	require.NoError(t, f1.Add(matrix(1, 1, 0, 0), number(0)))
	assert.ErrorContains(t, f1.Add(matrix(1, 1, 0), number(0)), "metric f1: 2 classes after mini-batches of 3")
	mae := trainer.MAE()
	require.NoError(t, mae.Add(matrix(1, 1, 2), matrix(1, 1, 2)))
	assert.ErrorContains(t, mae.Add(matrix(1, 1), matrix(1, 1)), "1 values in a target after mini-batches of 2")
}
