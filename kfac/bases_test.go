package kfac_test

import "gonum.org/v1/gonum/mat"

// basis is EKFAC's of one affine map: eigenvectors of A and of G, and the mean
// square of gradients in them, rows×out.
type basis struct{ ua, ug, scales *mat.Dense }

type bases []*basis

// newBases takes the eigenvectors of f.
func newBases(f *factors) bases {
	var all bases
	for i := range f.a {
		all = append(all, &basis{ua: eigenvectors(f.a[i]), ug: eigenvectors(f.g[i])})
	}
	return all
}

func eigenvectors(m *mat.Dense) *mat.Dense {
	n, _ := m.Dims()
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			sym.SetSym(i, j, m.At(i, j))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(sym, true) {
		panic("no eigenvectors")
	}
	var u mat.Dense
	e.VectorsTo(&u)
	return &u
}

// project returns the mean squares for one mini-batch, example by example and
// outcome by outcome.
func (b bases) project(n net, terms []term) []*mat.Dense {
	var all []*mat.Dense
	for i, p := range n.affines() {
		s := mat.NewDense(p.rows(), p.out, nil)
		for _, one := range terms {
			var r mat.Dense
			r.Product(b[i].ua.T(), mat.NewDense(p.rows(), p.out, append([]float64{}, one.grad[p.at:p.at+p.rows()*p.out]...)), b[i].ug)
			r.MulElem(&r, &r)
			r.Scale(one.p, &r)
			s.Add(s, &r)
		}
		all = append(all, s)
	}
	return all
}

// fold makes the scales keep·scales + (1−keep)·fresh.
func (b bases) Fold(keep float64, fresh []*mat.Dense) {
	for i, s := range fresh {
		s.Scale(1-keep, s)
		if old := b[i].scales; old != nil {
			var kept mat.Dense
			kept.Scale(keep, old)
			s.Add(s, &kept)
		}
		b[i].scales = s
	}
}

// matrix is (U_A ⊗ U_G) diag(s) (U_A ⊗ U_G)ᵀ.
func (b *basis) matrix() *mat.Dense {
	var u, scaled, m mat.Dense
	u.Kronecker(b.ua, b.ug)
	scaled.Apply(func(_, j int, v float64) float64 { return v * b.scales.RawMatrix().Data[j] }, &u)
	m.Mul(&scaled, u.T())
	return &m
}
