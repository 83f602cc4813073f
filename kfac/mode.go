package kfac

import (
	"fmt"
	"slices"
	"strings"
)

// Mode says how the length of a step is chosen.
type Mode string

// The modes.
const (
	// Fixed takes a learning rate, momentum and a norm clip, as SGD does.
	Fixed Mode = "fixed"
	// Adaptive minimises the exact quadratic model of h over the proposal and
	// the last update, which gives rate and momentum anew in every step
	// (MG15, algorithm 2).
	Adaptive Mode = "adaptive"
)

// Structure says which elements of the Fisher matrix are taken for zero, and
// in what form the others are kept.
type Structure string

// The structures. Parameters that are not under exactly one tap have a
// diagonal block of their own in each of them.
const (
	// BlockDiagonal is K-FAC: a Kronecker product A ⊗ G for each layer.
	BlockDiagonal Structure = "block-diagonal"
	// BlockTridiagonal couples each layer with the next, as in a Gaussian
	// chain (MG15 §4.3).
	BlockTridiagonal Structure = "block-tridiagonal"
	// EKFAC keeps the diagonal in the eigenbasis of A ⊗ G (George et al. 2018).
	EKFAC Structure = "ekfac"
	// Diagonal is the diagonal of the Fisher.
	Diagonal Structure = "diagonal"
	// Full is all of it: for tiny networks, as the reference.
	Full Structure = "full"
)

// Modes lists the modes.
func Modes() []Mode { return []Mode{Adaptive, Fixed} }

// Structures lists the structures.
func Structures() []Structure {
	return []Structure{BlockDiagonal, BlockTridiagonal, EKFAC, Diagonal, Full}
}

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
