package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// chainInverse is F̂⁻¹ = ΞᵀΛΞ of a chain (see chain) with damped factors.
type chainInverse[T graph.Float] struct {
	*chain[T]
	a, g []*side[T] // one per layer
	todo []*Decomposition
	v    [][]T // one per layer, in the shape of W̄
	work []T   // scratch memory for products with Ψ and K
}

func (b *chain[T]) NewInverse() Inverse {
	v := &chainInverse[T]{chain: b}
	most := 0
	for i, k := range b.layers {
		a, g := newSide[T](k.a, nil, nil), newSide[T](k.g, nil, nil)
		if i+1 < len(b.layers) {
			next := b.layers[i+1]
			a, g = newSide(k.a, next.a, b.a[i]), newSide(k.g, next.g, b.g[i])
			most = max(most, k.rows*next.out, next.rows*k.out)
		}
		v.a, v.g = append(v.a, a), append(v.g, g)
		v.todo = append(v.todo, a.decomposition(), g.decomposition())
		v.v = append(v.v, make([]T, k.rows*k.out))
		most = max(most, k.rows*k.out)
	}
	v.work = make([]T, most)
	return v
}

func (v *chainInverse[T]) Prepare(gamma float64) []*Decomposition {
	for i, k := range v.layers {
		pi := balance(k.a.trace(), k.rows, k.g.trace(), k.out)
		v.a[i].damping, v.g[i].damping = pi*gamma, gamma/pi
		if i > 0 {
			v.a[i-1].beyond, v.g[i-1].beyond = pi*gamma, gamma/pi
		}
	}
	return v.todo
}

func (v *chainInverse[T]) Apply(u graph.Direction, g *Gradient) {
	for i, k := range v.layers {
		gather(k.layer, v.v[i], g.Direction)
	}
	last := len(v.layers) - 1
	for i := range last { // ascending, so that V_{i+1} is not overwritten yet
		v.transfer(i, i+1, false)
	}
	for i := range v.layers {
		v.solve(i)
	}
	for i := last; i > 0; i-- { // descending, so that layer i−1 is not overwritten yet
		v.transfer(i, i-1, true)
	}
	for i, k := range v.layers {
		scatter(k.layer, u, v.v[i])
	}
}

// transfer subtracts from v_to its regression on v_from. This is Ψ^A v_from Ψ^Gᵀ where
// from is the next layer, and Ψ^Aᵀ v_from Ψ^G where from is the layer before.
func (v *chainInverse[T]) transfer(to, from int, before bool) {
	a, g := v.a[min(to, from)].psi, v.g[min(to, from)].psi
	t, f := v.layers[to], v.layers[from]
	lda, ldg := f.rows, f.out
	if before {
		lda, ldg = t.rows, t.out
	}
	blas.Gemm(before, false, t.rows, f.out, f.rows, 1, a, lda, v.v[from], f.out, 0, v.work, f.out)
	blas.Gemm(false, !before, t.rows, t.out, f.out, -1, v.work, f.out, g, ldg, 1, v.v[to], t.out)
}

// solve replaces v_i by Σ_i⁻¹v_i = K_A[(K_Aᵀ v_i K_G) ⊘ (1 − s_A s_Gᵀ)]K_Gᵀ, where ⊘
// divides element by element. K and s are those of side.
func (v *chainInverse[T]) solve(i int) {
	k, a, g := v.layers[i], v.a[i], v.g[i]
	x := v.work[:k.rows*k.out]
	rotate(k.layer, x, v.v[i], a.k, g.k, true)
	for r, sa := range a.s {
		row := x[r*k.out : (r+1)*k.out]
		for c, sg := range g.s {
			row[c] /= 1 - sa*sg
		}
	}
	rotate(k.layer, v.v[i], x, a.k, g.k, false)
}

func (v *chainInverse[T]) Condition() float64 {
	var most float64
	for i := range v.layers {
		most = max(most, v.a[i].cond*v.g[i].cond)
	}
	return most
}

func (v *chainInverse[T]) State() []Field {
	var list []Field
	for i, k := range v.layers {
		list = append(append(list, v.a[i].fields(k.name+" A")...), v.g[i].fields(k.name+" G")...)
	}
	return list
}
