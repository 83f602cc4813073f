package graph

import (
	"math"

	"github.com/gokfac/gokfac/internal/vector"
)

// Norm is the Euclidean norm, also where squares of elements are too large or
// too small for a number.
func (d Direction) Norm() float64 {
	square := d.Dot(d)
	if inRange(square) {
		return math.Sqrt(square)
	}
	unit := d.unit()
	return math.Ldexp(math.Sqrt(d.scaledDot(unit, d, unit)), unit)
}

// Angle returns both norms, and the cosine of the angle between the directions:
// 0 where there is no angle, since one of them is zero.
func (d Direction) Angle(e Direction) (norm, other, cosine float64) {
	var dd, ee, de float64
	for i, x := range d {
		var xx, yy, xy float64
		if x.Dtype() == Float32 {
			xx, yy, xy = vector.Products(x.Float32s(), e[i].Float32s())
		} else {
			xx, yy, xy = vector.Products(x.Float64s(), e[i].Float64s())
		}
		dd, ee, de = dd+xx, ee+yy, de+xy
	}
	if inRange(dd) && inRange(ee) {
		norm, other = math.Sqrt(dd), math.Sqrt(ee)
		return norm, other, de / (norm * other)
	}
	u, v := d.unit(), e.unit()
	norm, other = math.Sqrt(d.scaledDot(u, d, u)), math.Sqrt(e.scaledDot(v, e, v))
	if norm != 0 && other != 0 {
		cosine = d.scaledDot(u, e, v) / (norm * other)
	}
	return math.Ldexp(norm, u), math.Ldexp(other, v), cosine
}

// inRange reports whether a sum of squares has all its digits.
func inRange(square float64) bool { return square > 0x1p-900 && square < 0x1p900 }

// unit is the exponent of the greatest element; 0 where there is none, or it is
// not finite.
func (d Direction) unit() int {
	var most float64
	for _, x := range d {
		if x.Dtype() == Float32 {
			most = max(most, greatest(x.Float32s()))
		} else {
			most = max(most, greatest(x.Float64s()))
		}
	}
	_, e := math.Frexp(most)
	return e
}

func greatest[T Float](x []T) float64 {
	var most float64
	for _, v := range x {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}

// scaledDot is ⟨2⁻ᵘd, 2⁻ᵛe⟩, which powers of two leave exact.
func (d Direction) scaledDot(u int, e Direction, v int) float64 {
	var sum float64
	for i, x := range d {
		if x.Dtype() == Float32 {
			sum += scaledDot(x.Float32s(), u, e[i].Float32s(), v)
		} else {
			sum += scaledDot(x.Float64s(), u, e[i].Float64s(), v)
		}
	}
	return sum
}

func scaledDot[T Float](x []T, u int, y []T, v int) float64 {
	var sum float64
	for i, a := range x {
		sum += math.Ldexp(float64(a), -u) * math.Ldexp(float64(y[i]), -v)
	}
	return sum
}
