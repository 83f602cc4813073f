package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// factorPair is what K-FAC keeps of a layer, written out from its taps: A = E[āāᵀ] with
// ā = [a, 1], and G = E[ggᵀ], with the examples' own ā and the g of all passes. v is the
// gradient, W̄ row by row.
type factorPair struct {
	a, g *mat.SymDense
	v    []float64

	inputs    *mat.Dense   // N×(in+1)
	gradients []*mat.Dense // N×out, by pass
}

func (k *factorPair) in() int  { return k.a.SymmetricDim() }
func (k *factorPair) out() int { return k.g.SymmetricDim() }

// factorsOf has a pair for each layer, from the exact Fisher's passes.
func factorsOf(t testing.TB, obj graph.CurvatureObjective) []*factorPair {
	t.Helper()
	var all []*factorPair
	n := obj.Examples()
	_, err := obj.Curvature(graph.Exact, func(p *graph.CurvaturePass) error {
		for i, tap := range p.Taps {
			in, out := tap.A.Shape()[1], tap.G.Shape()[1]
			if i == len(all) {
				k := &factorPair{inputs: mat.NewDense(n, in+1, nil), g: mat.NewSymDense(out, nil)}
				for e := range n {
					k.inputs.SetRow(e, append(append([]float64{}, tap.A.Float64s()[e*in:(e+1)*in]...), 1))
				}
				k.a = moment(k.inputs)
				all = append(all, k)
			}
			own := mat.NewDense(n, out, append([]float64{}, tap.G.Float64s()...))
			own.Scale(float64(n), own) // taps hold gradients of the mean
			k := all[i]
			k.gradients = append(k.gradients, own)
			k.g.AddSym(k.g, moment(own))
		}
		return nil
	})
	require.NoError(t, err)
	v := flat(graph.Gradients(obj.Params()))
	for _, k := range all {
		size := k.in() * k.out()
		k.v, v = v[:size], v[size:]
	}
	require.Empty(t, v, "every parameter is a layer's")
	return all
}

// moment is (1/N) Σ_n x_n x_nᵀ of the rows of x.
func moment(x *mat.Dense) *mat.SymDense {
	n, c := x.Dims()
	m := mat.NewSymDense(c, nil)
	m.SymOuterK(1/float64(n), x.T())
	return m
}

// apply is A⁺VG⁺.
func (k *factorPair) apply(t testing.TB, v []float64) []float64 {
	t.Helper()
	var half mat.Dense
	m := mat.NewDense(k.in(), k.out(), append([]float64{}, v...))
	for j := range k.out() {
		c, _ := pseudoSolve(t, k.a, mat.Col(nil, j, m))
		m.SetCol(j, c)
	}
	half.CloneFrom(m)
	for i := range k.in() {
		r, _ := pseudoSolve(t, k.g, half.RawRowView(i))
		half.SetRow(i, r)
	}
	return half.RawMatrix().Data
}

// parts are the layer's weights and its bias as layers of their own.
func (k *factorPair) parts() (weights, bias *factorPair) {
	in := k.in() - 1
	w := k.a.SliceSym(0, in).(*mat.SymDense)
	return &factorPair{a: w, g: k.g, v: k.v[:in*k.out()]}, &factorPair{a: mat.NewSymDense(1, []float64{1}), g: k.g, v: k.v[in*k.out():]}
}

// kron is A ⊗ G.
func kron(a, g mat.Matrix) *mat.Dense {
	var k mat.Dense
	k.Kronecker(a, g)
	return &k
}
