package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func names(params []*graph.Param) (all []string) {
	for _, p := range params {
		all = append(all, p.Name)
	}
	return all
}

func TestLooseParameters(t *testing.T) {
	for _, c := range []struct {
		net  layers.Layer
		want []string
	}{
		{looseNet(), []string{"shift1", "tied.weight", "tied.bias", "unused1", "shift2"}},
		{&layers.Dense{Units: 3}, nil},
		{layers.Sequential{&layers.Dense{Units: 4, NoBias: true}, &layers.Dense{Units: 3}}, nil},
	} {
		obj, _, _ := batch(t, newModel(t, c.net, losses.SquaredError{}, 4, 0), losses.SquaredError{}, 3)
		assert.Equal(t, c.want, names(obj.Loose()))
	}
}

// diagonals is N·Σ of the squares of the loose gradients over the passes of
// one call, by parameter and element.
func diagonals(t testing.TB, obj trainer.MiniBatch, est graph.FisherEstimator, n int) (sum []float64, taps, loose int) {
	t.Helper()
	size := graph.CountParams(obj.Loose())
	sum = make([]float64, size)
	_, err := obj.Curvature(est, func(p *graph.CurvaturePass) error {
		if p.Taps != nil {
			taps++
			require.Equal(t, obj.Taps(), p.Taps)
		}
		if p.Loose == nil {
			return nil
		}
		loose++
		require.Len(t, p.Loose, len(obj.Loose()))
		for i, g := range p.Loose {
			require.Equal(t, obj.Loose()[i].Value.Shape(), g.Shape())
			require.NotSame(t, obj.Loose()[i].Grad, g)
		}
		for i, g := range flat(p.Loose) {
			sum[i] += float64(n) * g * g
		}
		return nil
	})
	require.NoError(t, err)
	return sum, taps, loose
}

// looseOnly picks from gradients over all parameters those of the loose ones.
func looseOnly(obj trainer.MiniBatch, grad []float64) (picked []float64) {
	isLoose := map[*graph.Param]bool{}
	for _, p := range obj.Loose() {
		isLoose[p] = true
	}
	for _, p := range obj.Params() {
		if isLoose[p] {
			picked = append(picked, grad[:p.Size()]...)
		}
		grad = grad[p.Size():]
	}
	return picked
}

// diagonalOf is the diagonal of Σ weight·grad·gradᵀ at the loose parameters.
func diagonalOf(obj trainer.MiniBatch, all []outcome) (diagonal []float64) {
	for i, o := range all {
		g := looseOnly(obj, o.grad)
		if i == 0 {
			diagonal = make([]float64, len(g))
		}
		for j, v := range g {
			diagonal[j] += o.weight * v * v
		}
	}
	return diagonal
}

// The diagonals of every estimator for every kind of loose parameter, against
// the Fisher matrix enumerated from gradients of single examples: exact for
// Exact and Empirical, within five standard errors for the sampled ones.
func TestLooseDiagonals(t *testing.T) {
	const n = 3
	for name, loss := range allLosses {
		t.Run(name, func(t *testing.T) {
			m, plain := newModel(t, looseNet(), loss, 4, 0.5), newModel(t, looseNet(), loss, 4, 0)
			scatter(m, 1)
			scatter(plain, 1)
			obj, x, y := batch(t, m, loss, n)
			want := diagonalOf(obj, enumerate(t, plain, loss, x))

			exact, taps, loose := diagonals(t, obj, graph.Exact, n)
			assert.Equal(t, []int{3, 3 * n}, []int{taps, loose}, "a pass for every unit, and one for each and every example")
			for i, v := range want {
				assert.InDelta(t, v, exact[i], 1e-13*(1+v), "element %d", i)
			}
			again, _, _ := diagonals(t, obj, graph.Exact, n)
			assert.Equal(t, exact, again)

			var own []outcome // of the data's targets
			for e := range n {
				one, err := plain.Batch(rows(x, e, e+1), rows(y, e, e+1))
				require.NoError(t, err)
				_, err = one.Grad()
				require.NoError(t, err)
				own = append(own, outcome{1.0 / n, snapshot(plain.Params(), true)})
			}
			empirical, taps, loose := diagonals(t, obj, graph.Empirical, n)
			assert.Equal(t, []int{1, n}, []int{taps, loose})
			for i, v := range diagonalOf(obj, own) {
				assert.InDelta(t, v, empirical[i], 1e-13*(1+v), "element %d", i)
			}
			assert.NotEqual(t, exact, empirical)

			for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
				const draws = 4000
				mean, square := make([]float64, len(want)), make([]float64, len(want))
				for range draws {
					one, taps, loose := diagonals(t, obj, est, n)
					require.Equal(t, []int{1, 1}, []int{taps, loose}, "one pass for both")
					for i, v := range one {
						mean[i] += v / draws
						square[i] += v * v / draws
					}
				}
				for i, v := range mean {
					deviation := math.Sqrt(max(square[i]-v*v, 0) / draws)
					assert.InDelta(t, want[i], v, 5*deviation+1e-13, "%s, element %d", est, i)
				}
			}
			unused := want[4+16+4 : 4+16+4+2]
			assert.Equal(t, []float64{0, 0}, unused)
		})
	}
}

// Passes for loose parameters leave the true gradients, the taps and the
// observers alone; an error of visit ends them.
func TestLoosePassesChangeNothing(t *testing.T) {
	const n = 4
	m := newModel(t, looseNet(), losses.SoftmaxCrossEntropy{}, 4, 0.1)
	obj, _, _ := batch(t, m, losses.SoftmaxCrossEntropy{}, n)
	h, err := obj.Grad()
	require.NoError(t, err)
	want := snapshot(m.Params(), true)
	trueG := rows(obj.Taps()[0].TrueG, 0, n).Float64s()
	observed := 0
	m.Observe(func(graph.Pass, []*graph.Tap) { observed++ })
	for est, seen := range map[graph.FisherEstimator]int{graph.MC: 1, graph.GGN: 1, graph.Exact: 1 + 3, graph.Empirical: 1} {
		observed = 0
		var lastG []float64
		again, err := obj.Curvature(est, func(p *graph.CurvaturePass) error {
			assert.Equal(t, want, snapshot(m.Params(), true), est)
			g := rows(obj.Taps()[0].G, 0, n).Float64s()
			if p.Taps == nil {
				assert.Equal(t, lastG, g, "the taps are the last pass's")
			}
			lastG = g
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, h, again)
		assert.Equal(t, want, snapshot(m.Params(), true), est)
		assert.Equal(t, trueG, rows(obj.Taps()[0].TrueG, 0, n).Float64s())
		assert.Equal(t, seen, observed, est)
	}
	for _, est := range []graph.FisherEstimator{graph.Exact, graph.Empirical} {
		loose := 0
		_, err := obj.Curvature(est, func(p *graph.CurvaturePass) error {
			if p.Taps != nil {
				return nil
			}
			loose++
			return assert.AnError
		})
		assert.ErrorIs(t, err, assert.AnError)
		assert.Equal(t, 1, loose)
	}
}

// counted counts the runs of its forward op, an identity.
type counted struct{ forward *int }

func (counted) Params() []*graph.Param { return nil }

func (c counted) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "counted", Shape: x.Shape().Clone(),
		F32:     func(out []float32, in [][]float32) { *c.forward++; copy(out, in[0]) },
		F64:     func(out []float64, in [][]float64) { *c.forward++; copy(out, in[0]) },
		Diff:    func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad}, nil },
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return t.Dot[0], nil },
	}, x)
}

// The forward pass is not repeated by products, nor by the passes of Exact.
func TestForwardPassIsNotRepeated(t *testing.T) {
	runs := 0
	net := layers.Sequential{&layers.Dense{Units: 4}, counted{&runs}, gatedTanh{}, &shift{}, &layers.Dense{Units: 3}}
	m := newModel(t, net, losses.SoftmaxCrossEntropy{}, 4, 0)
	obj, _, _ := batch(t, m, losses.SoftmaxCrossEntropy{}, 4)
	r := rand.New(rand.NewPCG(1, 1))
	u, v := randomDirection(r, m.Params()), randomDirection(r, m.Params())
	products := func(examples int) func() error {
		return func() error { _, err := obj.Products(examples, u, v); return err }
	}
	curvature := func(est graph.FisherEstimator) func() error {
		return func() error {
			_, err := obj.Curvature(est, func(*graph.CurvaturePass) error { return nil })
			return err
		}
	}
	for _, c := range []struct {
		name string
		call func() error
		want int
	}{
		{"gradient", func() error { _, err := obj.Grad(); return err }, 1},
		{"products", products(0), 0},
		{"products again", products(0), 0},
		{"products over two", products(2), 1},
		{"products over two again", products(2), 0},
		{"exact", curvature(graph.Exact), 1},
		{"products after exact", products(4), 0},
		{"products over two after exact", products(2), 1},
		{"empirical", curvature(graph.Empirical), 1},
		{"mc", curvature(graph.MC), 1},
		{"products after mc", products(0), 0},
		{"loss", func() error { _, err := obj.Loss(); return err }, 1},
		{"products after a loss", products(0), 1},
		{"products over two after a loss", products(2), 1},
		{"ggn", curvature(graph.GGN), 1},
		{"products after ggn", products(0), 0},
	} {
		runs = 0
		require.NoError(t, c.call())
		assert.Equal(t, c.want, runs, c.name)
	}
}
