package kfac_test

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/kfac"
)

// factors are what every structure is made of, enumerated: the Fisher matrix,
// and for each affine map A, G and the covariances with the next map's.
type factors struct {
	fisher       *mat.Dense
	a, g         []*mat.Dense
	nextA, nextG []*mat.Dense
}

func (n net) affines() []piece {
	var all []piece
	for _, p := range n.pieces {
		if p.affine() {
			all = append(all, p)
		}
	}
	return all
}

// loose tells the maps whose parameters are under several taps.
func (n net) loose() []bool {
	all := n.affines()
	loose := make([]bool, len(all))
	for i := range all {
		for j := range all {
			loose[i] = loose[i] || i != j && all[i].at == all[j].at
		}
	}
	return loose
}

func (n net) factors(terms []term) *factors {
	f := &factors{fisher: mat.DenseCopyOf(n.fisher(terms))}
	var total float64 // 1, or the number of terms for one example if these are no probabilities
	for _, one := range terms {
		total += one.p
	}
	covariance := func(scale float64, x, y func(term) []float64) *mat.Dense {
		m := mat.NewDense(len(x(terms[0])), len(y(terms[0])), nil)
		for _, one := range terms {
			m.RankOne(m, one.p*scale, vec(x(one)), vec(y(one)))
		}
		return m
	}
	for i := range n.affines() {
		a, g := func(t term) []float64 { return t.a[i] }, func(t term) []float64 { return t.g[i] }
		f.a, f.g = append(f.a, covariance(1/total, a, a)), append(f.g, covariance(1, g, g))
		if i+1 < len(n.affines()) {
			f.nextA = append(f.nextA, covariance(1/total, a, func(t term) []float64 { return t.a[i+1] }))
			f.nextG = append(f.nextG, covariance(1, g, func(t term) []float64 { return t.g[i+1] }))
		}
	}
	return f
}

func vec(x []float64) *mat.VecDense { return mat.NewVecDense(len(x), x) }

// all lists the matrices.
func (f *factors) all() []*mat.Dense {
	list := []*mat.Dense{f.fisher}
	for _, ms := range [][]*mat.Dense{f.a, f.g, f.nextA, f.nextG} {
		list = append(list, ms...)
	}
	return list
}

// fold returns keep·f + (1−keep)·other.
func (f *factors) Fold(keep float64, other *factors) *factors {
	mean := &factors{fisher: mat.DenseCopyOf(other.fisher)}
	for i := range other.a {
		mean.a, mean.g = append(mean.a, mat.DenseCopyOf(other.a[i])), append(mean.g, mat.DenseCopyOf(other.g[i]))
	}
	for i := range other.nextA {
		mean.nextA, mean.nextG = append(mean.nextA, mat.DenseCopyOf(other.nextA[i])), append(mean.nextG, mat.DenseCopyOf(other.nextG[i]))
	}
	for i, m := range mean.all() {
		m.Scale(1-keep, m)
		if f != nil {
			var old mat.Dense
			old.Scale(keep, f.all()[i])
			m.Add(m, &old)
		}
	}
	return mean
}

// shared returns A + πγI and G + γ/π I of the i-th map.
func (f *factors) shared(i int, gamma float64) (a, g *mat.Dense) {
	rows, _ := f.a[i].Dims()
	out, _ := f.g[i].Dims()
	pi := math.Sqrt(mat.Trace(f.a[i]) / float64(rows) / (mat.Trace(f.g[i]) / float64(out)))
	if !(pi > 0) || math.IsInf(pi, 0) {
		pi = 1
	}
	return plus(f.a[i], pi*gamma), plus(f.g[i], gamma/pi)
}

// plus is m + c·I.
func plus(m mat.Matrix, c float64) *mat.Dense {
	d := mat.DenseCopyOf(m)
	for i := range d.RawMatrix().Rows {
		d.Set(i, i, d.At(i, i)+c)
	}
	return d
}

// damped is the structure's F̂ + γ²I, or what it has in its place, written out
// in full.
func (n net) damped(s kfac.Structure, f *factors, b bases, gamma float64) *mat.Dense {
	hat := mat.NewDense(n.size, n.size, nil)
	for i := range n.size { // parameters that are in no layer
		hat.Set(i, i, f.fisher.At(i, i)+gamma*gamma)
	}
	maps, loose := n.affines(), n.loose()
	for i, p := range maps {
		if loose[i] {
			continue
		}
		block := hat.Slice(p.at, p.at+p.rows()*p.out, p.at, p.at+p.rows()*p.out).(*mat.Dense)
		switch s {
		case kfac.LowRank, kfac.BlockDiagonal, kfac.BlockTridiagonal:
			a, g := f.shared(i, gamma)
			block.Kronecker(a, g)
		case kfac.EKFAC:
			block.Copy(plus(b[i].matrix(), gamma*gamma))
		case kfac.Full:
			for j, q := range maps {
				if !loose[j] {
					hat.Slice(p.at, p.at+p.rows()*p.out, q.at, q.at+q.rows()*q.out).(*mat.Dense).
						Copy(f.fisher.Slice(p.at, p.at+p.rows()*p.out, q.at, q.at+q.rows()*q.out))
				}
			}
			block.Copy(plus(block, gamma*gamma))
		}
	}
	if s == kfac.BlockTridiagonal {
		n.couple(hat, f)
	}
	return hat
}

// couple fills the covariance of a Gaussian chain in: neighbours have
// A_{i,i+1} ⊗ G_{i,i+1}, and layers further apart what these imply,
// F_ij = F_{i,i+1} F_{i+1,i+1}⁻¹ F_{i+1,j}.
func (n net) couple(hat *mat.Dense, f *factors) {
	maps, loose := n.affines(), n.loose()
	at := func(i, j int) *mat.Dense {
		p, q := maps[i], maps[j]
		return hat.Slice(p.at, p.at+p.rows()*p.out, q.at, q.at+q.rows()*q.out).(*mat.Dense)
	}
	for i := len(maps) - 2; i >= 0; i-- {
		for j := i + 1; j < len(maps) && !loose[j-1] && !loose[j]; j++ {
			if j == i+1 {
				at(i, j).Kronecker(f.nextA[i], f.nextG[i])
			} else {
				var psi mat.Dense
				if err := psi.Solve(at(i+1, i+1), at(i, i+1).T()); err != nil {
					panic(err)
				}
				at(i, j).Mul(psi.T(), at(i+1, j))
			}
			at(j, i).Copy(at(i, j).T())
		}
	}
}

// solve is m⁻¹v.
func solve(m mat.Matrix, v []float64) []float64 {
	var u mat.VecDense
	if err := u.SolveVec(m, vec(v)); err != nil {
		panic(err)
	}
	return u.RawVector().Data
}

// row returns the i-th row of a row-major matrix.
func row(x []float64, i, width int) []float64 { return x[i*width : (i+1)*width] }

// elements returns the elements of m, row-major.
func elements(m mat.Matrix) []float64 { return mat.DenseCopyOf(m).RawMatrix().Data }
