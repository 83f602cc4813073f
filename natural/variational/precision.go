package variational

import (
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// Structure is which covariances a posterior may have.
type Structure int

const (
	// Full is any covariance matrix.
	Full Structure = iota
	// MeanField is a diagonal covariance: weights are independent.
	MeanField
)

func (s Structure) String() string {
	switch s {
	case Full:
		return "full"
	case MeanField:
		return "mean-field"
	}
	return "unknown structure"
}

// family has a structure's natural parameters.
func (s Structure) family(dim int) natural.ExponentialFamily {
	if s == MeanField {
		return natural.MeanFieldNatural(dim)
	}
	return natural.GaussianPrecision{Dim: dim}
}

// precision is Λ = Σ⁻¹ in a structure. A curvature H is a sum of h·xxᵀ, of which a
// structure keeps its own part: the lower triangle packed, or the diagonal.
//
// Those that change Λ return false, and leave it as it was, if the new one would not be
// positive definite.
type precision interface {
	// size is the number of elements of a curvature.
	size() int
	// add adds h·xxᵀ to a curvature.
	add(curvature, x []float64, h float64)
	// times sets dst to Hv.
	times(dst, curvature, v []float64)

	// blend is Λ ← (1 − ρ)Λ + ρ(τI − H).
	blend(rate, prior float64, curvature []float64) bool
	// retract is Λ ← R(ρS) with S = τI − H − Λ.
	retract(rate, prior float64, curvature []float64) bool
	// set is Λ ← the one that is packed.
	set(packed []float64) bool
	// packed sets dst to Λ as a curvature is.
	packed(dst []float64)

	// variance is xᵀΣx.
	variance(x []float64) float64
	// multiply sets dst to Λv.
	multiply(dst, v []float64)
	// solve sets v to Σv.
	solve(v []float64)
	// colour sets v to Rv with RRᵀ = Σ.
	colour(v []float64)
	// logDet is log det Λ.
	logDet() float64
	// trace is tr Σ.
	trace() float64
	// covariance sets dst to Σ.
	covariance(dst *mat.SymDense)

	// factor sets dst to the coordinates of Σ = LLᵀ in which plain gradients are taken, L packed
	// with the logarithms of its diagonal: see gradient.go. setFactor is its inverse.
	factor(dst []float64)
	setFactor(packed []float64) bool
	// factorGradient sets dst to the gradient of ½tr(HΣ) − ½τ tr Σ + ½ log det Σ in them.
	factorGradient(dst []float64, prior float64, curvature, packed []float64)
}
