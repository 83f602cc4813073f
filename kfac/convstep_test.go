package kfac_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// convStep is what one step of length 1 with cfg does to the parameters of a
// convNet, with all that a reference needs.
type convStep struct {
	x        *tensor.Dense
	outcomes []outcome
	grad     []float64 // V, all parameters
	taken    []float64 // U
	size     int       // of them, the convolution's
}

const convDamping = 0.05

func takeConvStep(t *testing.T, c layers.Conv2D, structure kfac.Structure) convStep {
	t.Helper()
	s := convStep{x: normal(21, 3, 4, 5, 2)}
	y := labels(1, 0, 2)
	m := imageModel(t, convNet(&c), 4, 5, 2)
	s.outcomes = outcomes(t, m, s.x)
	obj, err := m.Batch(s.x, y)
	require.NoError(t, err)
	_, err = obj.Grad()
	require.NoError(t, err)
	s.grad = flat(m.Params(), grads)
	s.size = graph.CountParams(c.Params())
	before := flat(m.Params(), values)
	cfg := plain(convDamping, 1)
	cfg.Structure = structure
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	step(t, m, o, s.x, y)
	for i, v := range flat(m.Params(), values) {
		s.taken = append(s.taken, before[i]-v)
	}
	return s
}

// factors are Ω = (1/N) Σ_n Σ_t ã ãᵀ and Γ = (1/(N·T)) Σ_n Σ_t g gᵀ, expected
// over the classes (Grosse & Martens 2016, §3).
func (s convStep) factors(c layers.Conv2D) (omega, gamma *mat.SymDense) {
	n := float64(s.x.Shape()[0])
	windows := windowsOf(s.x, c)
	rows, in := windows.Dims()
	omega = mat.NewSymDense(in, nil)
	omega.SymOuterK(1/n, windows.T())
	gamma = mat.NewSymDense(c.Filters, nil)
	for _, o := range s.outcomes {
		var outer mat.SymDense
		outer.SymOuterK(o.p/float64(rows), o.g.T())
		gamma.AddSym(gamma, &outer)
	}
	return omega, gamma
}

// TestConvolutionFactors: each step of a convolution is (Ω + πγI)⁻¹ V
// (Γ + γ/π I)⁻¹ with factors from windows cut out by hand.
func TestConvolutionFactors(t *testing.T) {
	for name, c := range convTable() {
		t.Run(name, func(t *testing.T) {
			s := takeConvStep(t, c, kfac.BlockDiagonal)
			omega, gamma := s.factors(c)
			in, out := omega.SymmetricDim(), c.Filters
			require.Equal(t, s.size, in*out)
			pi := math.Sqrt(mat.Trace(omega) / float64(in) / (mat.Trace(gamma) / float64(out)))
			damp(omega, pi*math.Sqrt(convDamping))
			damp(gamma, math.Sqrt(convDamping)/pi)
			var left, want mat.Dense
			require.NoError(t, left.Solve(omega, mat.NewDense(in, out, s.grad[:s.size])))
			require.NoError(t, want.Solve(gamma, left.T()))
			assert.InDeltaSlice(t, mat.DenseCopyOf(want.T()).RawMatrix().Data, s.taken[:s.size], 1e-9)
		})
	}
}

func damp(m *mat.SymDense, by float64) {
	for i := range m.SymmetricDim() {
		m.SetSym(i, i, m.At(i, i)+by)
	}
}

// TestConvolutionEKFAC: the diagonal of the Fisher in the basis of Ω ⊗ Γ.
func TestConvolutionEKFAC(t *testing.T) {
	for name, c := range convTable() {
		s := takeConvStep(t, c, kfac.EKFAC)
		omega, gamma := s.factors(c)
		in, out := omega.SymmetricDim(), c.Filters
		var ea, eg mat.EigenSym
		require.True(t, ea.Factorize(omega, true))
		require.True(t, eg.Factorize(gamma, true))
		var ua, ug mat.Dense
		ea.VectorsTo(&ua)
		eg.VectorsTo(&ug)
		rotated := func(v []float64) *mat.Dense {
			var r mat.Dense
			r.Product(ua.T(), mat.NewDense(in, out, v[:in*out]), &ug)
			return &r
		}
		scales := mat.NewDense(in, out, nil)
		for _, o := range s.outcomes {
			r := rotated(o.grad)
			r.MulElem(r, r)
			r.Scale(o.p/float64(s.x.Shape()[0]), r)
			scales.Add(scales, r)
		}
		v := rotated(s.grad)
		v.Apply(func(i, j int, x float64) float64 { return x / (scales.At(i, j) + convDamping) }, v)
		var want mat.Dense
		want.Product(&ua, v, ug.T())
		assert.InDeltaSlice(t, want.RawMatrix().Data, s.taken[:s.size], 1e-9, name)
	}
}

// fisher is that of all parameters, from the gradients of every outcome.
func (s convStep) fisher() *mat.SymDense {
	f := mat.NewSymDense(len(s.grad), nil)
	for _, o := range s.outcomes {
		f.SymRankOne(f, o.p/float64(s.x.Shape()[0]), mat.NewVecDense(len(o.grad), o.grad))
	}
	return f
}

// TestConvolutionFull and TestConvolutionDiagonal: an example's gradient is the
// sum over its locations before it is squared.
func TestConvolutionFull(t *testing.T) {
	for name, c := range convTable() {
		s := takeConvStep(t, c, kfac.Full)
		f := s.fisher()
		damp(f, convDamping)
		var want mat.VecDense
		require.NoError(t, want.SolveVec(f, mat.NewVecDense(len(s.grad), s.grad)))
		assert.InDeltaSlice(t, want.RawVector().Data, s.taken, 1e-9, name)
	}
}

func TestConvolutionDiagonal(t *testing.T) {
	for name, c := range convTable() {
		s := takeConvStep(t, c, kfac.Diagonal)
		f := s.fisher()
		for i, v := range s.grad {
			assert.InDelta(t, v/(f.At(i, i)+convDamping), s.taken[i], 1e-9, "%s, parameter %d", name, i)
		}
	}
}
