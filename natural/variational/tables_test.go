package variational

import (
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/trainer"
)

// realModel is logistic regression of one class against the others on four fifths of a real
// table's rows, standardised, with a column of ones. Seeds deal the rows.
func realModel(t *testing.T, name string, class int32, seed uint64) *Model {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "tables", name)
	d, err := datasets.ReadCSV(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: the comparison needs a real table", path)
	}
	require.NoError(t, err)
	d.Standardize()
	n := d.Train.Len()
	rows := rand.New(rand.NewPCG(seed, 31)).Perm(n)[:n*4/5]
	x, y := mat.NewDense(len(rows), d.Features()+1, nil), make([]float64, len(rows))
	for k, i := range rows {
		for j := range d.Features() {
			x.Set(k, j, float64(d.Train.X[i*d.Features()+j]))
		}
		x.Set(k, d.Features(), 1)
		if d.Train.Labels[i] == class {
			y[k] = 1
		}
	}
	m, err := NewModel(Config{X: x, Y: y, Likelihood: Logistic{}})
	require.NoError(t, err)
	return m
}

// TestRealTables: with a full posterior, the natural gradient in whole steps comes within 0.001 nats
// of the greatest ELBO, and the plain gradient needs more than five times its steps, with the best of
// seven rates that go from divergence to slowness. Adam does, too. Medians of three seeds.
func TestRealTables(t *testing.T) {
	for _, table := range []struct {
		name  string
		class int32
		most  float64 // steps of the natural gradient
	}{{"Sonar.csv", 1, 12}, {"iris.csv", 1, 6}} {
		t.Run(table.name, func(t *testing.T) {
			var steps []float64
			var ratios [2][]float64 // plain, Adam: at least
			for seed := range uint64(3) {
				m := realModel(t, table.name, table.class, seed)
				best := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.8}}, Steps: 100, Tolerance: 1e-9})
				require.True(t, best.Converged)
				target := best.ELBO() - 1e-3
				r := fit(t, m, FitConfig{Method: &NaturalGradient{}, Steps: 100, Target: &target})
				require.True(t, r.Converged)
				count := len(r.Records) - 1
				steps = append(steps, float64(count))
				for i, rates := range [][]float64{{8, 4, 2, 1, 0.5, 0.25, 0.12}, {0.4, 0.2, 0.1, 0.05, 0.02}} {
					ratio := math.Inf(1)
					for _, rate := range rates {
						if k := plain(t, m, i == 1, rate, 5*count, target); k > 0 {
							ratio = min(ratio, float64(k)/float64(count))
						}
					}
					ratios[i] = append(ratios[i], ratio)
				}
			}
			median := func(v []float64) float64 { return slices.Sorted(slices.Values(v))[1] }
			t.Logf("natural gradient %v steps; plain gradient and Adam %v times as many, +Inf: more than 5", steps, ratios)
			assert.LessOrEqual(t, median(steps), table.most)
			assert.Greater(t, median(ratios[0]), 5.0)
			assert.Greater(t, median(ratios[1]), 5.0)
		})
	}
}

// plain is the steps of SGD or Adam to the target; 0 if there are more than most, or none.
func plain(t *testing.T, m *Model, adam bool, rate float64, most int, target float64) int {
	var o Optimizer
	var err error
	if adam {
		o, err = trainer.NewAdam(trainer.AdamConfig{LearningRate: rate})
	} else {
		o, err = trainer.NewSGD(trainer.SGDConfig{LearningRate: rate})
	}
	require.NoError(t, err)
	r, err := m.Fit(t.Context(), FitConfig{Method: NewGradient(o), Steps: most, Target: &target})
	if err != nil || !r.Converged {
		return 0
	}
	return len(r.Records) - 1
}
