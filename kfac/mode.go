package kfac

import (
	"fmt"
	"slices"
	"strings"
)

// Mode is the policy for the length of a step.
type Mode string

// The modes.
const (
	// Fixed takes a learning rate, a momentum and a norm clip from Config, as SGD does.
	Fixed Mode = "fixed"
	// Adaptive minimises the quadratic model of h, with the exact Fisher matrix, over
	// combinations of Δ and the last update δ₀. The minimum gives rate and momentum anew
	// in every step (MG15, algorithm 2).
	Adaptive Mode = "adaptive"
)

// Structure is a form in which the Fisher matrix is approximated: the elements that
// are taken for zero, and the representation of the others.
type Structure string

// The structures. In each of them a loose parameter, one that is not under exactly one
// tap, has a diagonal block of its own.
const (
	// LowRank is BlockDiagonal with inverses (A+πγI)⁻¹ and (G+γ/π I)⁻¹ of low rank (Puiu 2022,
	// arXiv 2206.15397). Eigenvalues of a factor up to 0.3 times its damping are replaced by
	// their mean, which changes the inverse along their eigenvectors by a factor of at most
	// 1.3. A factor for which this takes as much work as its dense inverse has the dense
	// inverse: all factors of order below 128, and those with more than a quarter of their
	// eigenvalues above that bound. The eigenvectors take up to a quarter of a factor's
	// memory, in the place of two dense inverses. The factor A of a layer with 4096 inputs or
	// more is never formed: the inputs of the last examples, at most a quarter as many as the
	// layer has inputs, stand for it, and up to 512 eigenvectors.
	LowRank Structure = "low-rank"
	// BlockDiagonal is K-FAC: a Kronecker product A ⊗ G for each layer, and dense inverses.
	BlockDiagonal Structure = "block-diagonal"
	// BlockTridiagonal couples each layer with the next, as in a Gaussian
	// chain (MG15 §4.3).
	BlockTridiagonal Structure = "block-tridiagonal"
	// EKFAC keeps, for each layer, the diagonal of the Fisher matrix in the eigenbasis
	// of A ⊗ G (George et al. 2018).
	EKFAC Structure = "ekfac"
	// Diagonal keeps the diagonal of the Fisher matrix.
	Diagonal Structure = "diagonal"
	// Full keeps the whole Fisher matrix, as a reference for networks of at most 8192
	// parameters.
	Full Structure = "full"
)

// Modes lists the modes, the default first.
func Modes() []Mode { return []Mode{Adaptive, Fixed} }

// Structures lists the structures, the default first.
func Structures() []Structure {
	return []Structure{LowRank, BlockDiagonal, BlockTridiagonal, EKFAC, Diagonal, Full}
}

// known returns an error that lists all if s is not among them.
func known[S ~string](kind string, s S, all []S) error {
	if slices.Contains(all, s) {
		return nil
	}
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	return fmt.Errorf("kfac: unknown %s %q: want one of %s", kind, string(s), strings.Join(names, ", "))
}
