package main

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// What the sections ask of a family, with slices of their own.

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

// lossGradient is the gradient of −log p(x|θ).
func lossGradient(f natural.Family, x, theta []float64) []float64 {
	g := make([]float64, len(theta))
	f.Score(g, x, theta)
	floats.Scale(-1, g)
	return g
}

// naturalGradient is F⁻¹g.
func naturalGradient(f natural.Family, g, theta []float64) []float64 {
	u := make([]float64, len(theta))
	f.NaturalGradient(u, g, theta)
	return u
}

func fisherMatrix(f natural.Family, theta []float64) *mat.SymDense {
	var m mat.SymDense
	f.Fisher(&m, theta)
	return &m
}

// stepped is θ − rate·u.
func stepped(theta []float64, rate float64, u []float64) []float64 {
	next := append([]float64{}, theta...)
	floats.AddScaled(next, -rate, u)
	return next
}

// halfSquare is ½dᵀFd.
func halfSquare(f mat.Symmetric, d []float64) float64 {
	v := mat.NewVecDense(len(d), d)
	return mat.Inner(v, f, v) / 2
}

func cosine(u, v []float64) float64 {
	return floats.Dot(u, v) / (floats.Norm(u, 2) * floats.Norm(v, 2))
}
