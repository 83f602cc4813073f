package kfac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

const (
	stepDamping   = 0.05
	stepTolerance = 1e-9
)

// firstStep is U, what the first step of length 1 takes away from theta.
func firstStep(t *testing.T, n net, theta []float64, b batch, cfg kfac.Config) []float64 {
	t.Helper()
	m := n.model(t, theta)
	_, err := newOptimizer(t, cfg).Step(n.batch(t, m, b))
	require.NoError(t, err)
	u := append([]float64{}, theta...)
	axpy(u, -1, flat(m.Params(), values))
	return u
}

// TestStructures: the step of every structure, on every tiny net, is the
// gradient times the dense inverse of its matrix, enumerated and written out.
func TestStructures(t *testing.T) {
	everyCase(t, func(t *testing.T, n net, theta []float64, b batch) {
		terms := n.exact(theta, b)
		f := n.factors(terms)
		basis := newBases(f)
		basis.Fold(0, basis.project(n, terms))
		_, grad := n.objective(theta, b)
		for _, structure := range kfac.Structures() {
			cfg := plain(stepDamping, 1)
			cfg.Structure = structure
			want := solve(n.damped(structure, f, basis, math.Sqrt(stepDamping)), grad)
			near(t, want, firstStep(t, n, theta, b, cfg), stepTolerance, structure)
		}
	})
}

// TestEmpiricalStep: with the empirical Fisher a step is that matrix's, which
// is another one.
func TestEmpiricalStep(t *testing.T) {
	everyCase(t, func(t *testing.T, n net, theta []float64, b batch) {
		f := n.factors(n.empirical(theta, b))
		_, grad := n.objective(theta, b)
		for _, structure := range []kfac.Structure{kfac.Full, kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.Diagonal} {
			cfg := plain(stepDamping, 1)
			cfg.Structure, cfg.Estimator = structure, graph.Empirical
			want := solve(n.damped(structure, f, nil, math.Sqrt(stepDamping)), grad)
			got := firstStep(t, n, theta, b, cfg)
			near(t, want, got, stepTolerance, structure)
			cfg.Estimator = graph.Exact
			other := firstStep(t, n, theta, b, cfg)
			axpy(other, -1, got)
			assert.Greater(t, math.Sqrt(dot(other, other)/dot(got, got)), 0.01, structure)
		}
	})
}

// isKronecker fails unless each layer's block of the enumerated Fisher is the
// product A ⊗ G, so that K-FAC's block is no approximation.
func isKronecker(t *testing.T, n net, f *factors) {
	t.Helper()
	for i, p := range n.affines() {
		var product mat.Dense
		product.Kronecker(f.a[i], f.g[i])
		end := p.at + p.rows()*p.out
		near(t, elements(f.fisher.Slice(p.at, end, p.at, end)), elements(&product), 1e-12, "layer ", i)
	}
}

// TestKroneckerIsExact: for a single example, and for deep linear nets with
// squared error, where G does not depend on the example, K-FAC's block is the
// Fisher's.
func TestKroneckerIsExact(t *testing.T) {
	for name, n := range tinyNets() {
		t.Run(name, func(t *testing.T) {
			theta := n.theta(1)
			isKronecker(t, n, n.factors(n.exact(theta, n.data(2, 1))))
		})
	}
	deep := newNet("gaussian", 3, dense(2), dense(2), function("identity"), dense(3))
	theta, b := deep.theta(1), deep.data(2, 5)
	f := deep.factors(deep.exact(theta, b))
	isKronecker(t, deep, f)

	// So a step with next to no damping is by the Fisher's own block, and EKFAC's
	// diagonal is the products of eigenvalues.
	basis := newBases(f)
	basis.Fold(0, basis.project(deep, deep.exact(theta, b)))
	for i := range basis {
		var product mat.Dense
		product.Kronecker(f.a[i], f.g[i])
		near(t, elements(&product), elements(basis[i].matrix()), 1e-10)
	}
	_, grad := deep.objective(theta, b)
	for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.EKFAC} {
		cfg := plain(1e-24, 1)
		cfg.Structure = structure
		u := firstStep(t, deep, theta, b, cfg)
		for i, p := range deep.affines() {
			end := p.at + p.rows()*p.out
			var back mat.VecDense
			back.MulVec(f.fisher.Slice(p.at, end, p.at, end), vec(u[p.at:end]))
			near(t, grad[p.at:end], back.RawVector().Data, 1e-8, structure, i)
		}
	}
}

// TestSingleExample: for one example each layer's update is the dense inverse
// of the enumerated Fisher's block, taken apart by partial traces and damped
// the way K-FAC damps.
func TestSingleExample(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta, b := n.theta(3), n.data(4, 1)
	fisher := n.fisher(n.exact(theta, b))
	_, grad := n.objective(theta, b)
	u := firstStep(t, n, theta, b, plain(stepDamping, 1))
	for i, p := range n.affines() {
		end := p.at + p.rows()*p.out
		want := dampedSolve(t, fisher.SliceSym(p.at, end), p.rows(), p.out, math.Sqrt(stepDamping), grad[p.at:end])
		near(t, want, u[p.at:end], stepTolerance, "layer ", i)
	}
}

// dampedSolve takes a Kronecker product A⊗G apart by partial traces, of which
// one is A tr G and the other G tr A, damps both factors and solves densely.
func dampedSolve(t *testing.T, block mat.Symmetric, rows, out int, gamma float64, v []float64) []float64 {
	t.Helper()
	a, g := mat.NewDense(rows, rows, nil), mat.NewDense(out, out, nil)
	for i := range rows {
		for j := range rows {
			for k := range out {
				a.Set(i, j, a.At(i, j)+block.At(i*out+k, j*out+k))
			}
		}
	}
	for k := range out {
		for l := range out {
			for i := range rows {
				g.Set(k, l, g.At(k, l)+block.At(i*out+k, i*out+l))
			}
		}
	}
	// The homogeneous coordinate pins the scale: the last diagonal entry of A is 1.
	a.Scale(1/a.At(rows-1, rows-1), a)
	g.Scale(1/mat.Trace(a), g)
	require.InDelta(t, mat.Trace(block), mat.Trace(a)*mat.Trace(g), 1e-12)
	pi := math.Sqrt(mat.Trace(a) / float64(rows) / (mat.Trace(g) / float64(out)))
	var f mat.Dense
	f.Kronecker(plus(a, pi*gamma), plus(g, gamma/pi))
	return solve(&f, v)
}

// TestSampledStep: averaged over S draws at a point that does not move, the
// step of every structure becomes the exact one, by 1/√S.
func TestSampledStep(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta, b := n.theta(1), n.data(2, 5)
	for _, structure := range []kfac.Structure{kfac.Full, kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.Diagonal} {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
			t.Run(fmt.Sprintf("%s %s", structure, est), func(t *testing.T) {
				cfg := plain(stepDamping, 1)
				cfg.Structure, cfg.FactorDecay = structure, 1-1e-9 // a plain mean
				want := firstStep(t, n, theta, b, cfg)
				cfg.Estimator = est
				m := n.model(t, theta)
				o := newOptimizer(t, cfg)
				gap := map[int]float64{}
				for s := 1; s <= 1600; s++ {
					o.SetLearningRate(0)
					if s == 16 || s == 1600 {
						o.SetLearningRate(1)
					}
					_, err := o.Step(n.batch(t, m, b))
					require.NoError(t, err)
					u := append([]float64{}, theta...)
					axpy(u, -1, flat(m.Params(), values))
					axpy(u, -1, want)
					gap[s] = math.Sqrt(dot(u, u) / dot(want, want))
					restore(m.Params(), theta)
				}
				assert.Less(t, gap[1600], 0.05)
				assert.Less(t, gap[1600], gap[16]/3, "a tenth in the mean")
			})
		}
	}
}
