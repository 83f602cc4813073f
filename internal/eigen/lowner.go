package eigen

import "math"

// components finds some of the components ẑ for which the computed λ are the exact
// eigenvalues of D + ρẑẑᵀ, from Löwner's formula (Gu & Eisenstat 1994),
//
//	ẑⱼ² = (λⱼ − dⱼ)/ρ · Πᵢ≠ⱼ (λᵢ − dⱼ)/(dᵢ − dⱼ).
//
// Eigenvectors made with them are orthogonal to rounding, however near to each
// other the λ are; with z they would not be. ρ is left out: vectors are normalised.
func (s *secular) components(first, end int) {
	lo, w := s.lo, s.w
	d, squares := w.pole[lo:lo+s.k], w.exact[lo+first:lo+end]
	for c := range squares {
		squares[c] = 1
	}
	for i, p := range d {
		o, shift := d[w.origin[lo+i]], w.shift[lo+i]
		for c, q := range d[first:end] {
			f := (q - o) - shift
			if first+c != i {
				f /= q - p
			}
			squares[c] *= f
		}
	}
	for c, v := range squares {
		squares[c] = math.Copysign(math.Sqrt(math.Abs(v)), w.weight[lo+first+c])
	}
}

// eigenvectors forms some of the eigenvectors, ẑⱼ/(dⱼ − λᵢ) normalised, with
// elements at their place.
func (s *secular) eigenvectors(first, end int) {
	lo, ld, w := s.lo, s.w.stride, s.w
	d, z, place := w.pole[lo:lo+s.k], w.exact[lo:lo+s.k], w.place[lo:lo+s.k]
	for i := first; i < end; i++ {
		row := w.basis[(lo+i)*ld+lo : (lo+i)*ld+lo+s.k]
		o, shift := d[w.origin[lo+i]], w.shift[lo+i]
		square := 0.0
		for j, p := range d {
			v := z[j] / ((p - o) - shift)
			square += v * v
			row[place[j]] = v
		}
		scale := 1 / math.Sqrt(square)
		for j := range row {
			row[j] *= scale
		}
	}
}
