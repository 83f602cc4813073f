package natural

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Conversion is a map from the parameters of a family to those of another
// family of the same distributions.
type Conversion struct {
	From, To Family
	// Map sets dst to φ(θ).
	Map func(dst, theta []float64)
	// Jacobian sets dst, Q×P or empty, to ∂φ/∂θ.
	Jacobian func(dst *mat.Dense, theta []float64)
}

// Converter is a family that has other parameterisations.
type Converter interface {
	Family
	// Conversions are the conversions to other parameterisations that have a formula of their
	// own. Convert joins them to the rest.
	Conversions() []Conversion
}

// Gradient sets dst, of P elements, to Jᵀ·gradient: the gradient with respect
// to θ from the gradient with respect to φ.
func (c Conversion) Gradient(dst, gradient, theta []float64) {
	var j mat.Dense
	c.Jacobian(&j, theta)
	product(dst, j.T(), gradient)
}

// Then is the conversion c followed by next, whose From is c's To.
func (c Conversion) Then(next Conversion) Conversion {
	middle := func(theta []float64) []float64 {
		phi := make([]float64, c.To.Params())
		c.Map(phi, theta)
		return phi
	}
	return Conversion{
		From: c.From, To: next.To,
		Map: func(dst, theta []float64) { next.Map(dst, middle(theta)) },
		Jacobian: func(dst *mat.Dense, theta []float64) {
			var first, second mat.Dense
			c.Jacobian(&first, theta)
			next.Jacobian(&second, middle(theta))
			dst.Mul(&second, &first)
		},
	}
}

// Convert is the conversion between two parameterisations, by way of as few
// others as need be. Families with the same String are taken for the same. It
// returns an error if there is none.
func Convert(from, to Family) (Conversion, error) {
	for _, c := range Reachable(from) {
		if c.To.String() == to.String() {
			return c, nil
		}
	}
	return Conversion{}, fmt.Errorf("natural: no conversion leads from %q to %q: ask for two parameterisations of the same distributions", from, to)
}

// Reachable has a conversion to each parameterisation that conversions lead to,
// the nearest first: to the family itself, to its Conversions, to theirs.
func Reachable(from Family) []Conversion {
	list := []Conversion{{
		From: from, To: from,
		Map:      func(dst, theta []float64) { copy(dst, theta) },
		Jacobian: func(dst *mat.Dense, theta []float64) { diagonal(dst, from.Params(), 1) },
	}}
	seen := map[string]bool{from.String(): true}
	for i := 0; i < len(list); i++ {
		f, ok := list[i].To.(Converter)
		if !ok {
			continue
		}
		for _, c := range f.Conversions() {
			if seen[c.To.String()] {
				continue
			}
			seen[c.To.String()] = true
			if i > 0 {
				c = list[i].Then(c)
			}
			list = append(list, c)
		}
	}
	return list
}

// scalar is a conversion of one parameter.
func scalar(from, to Family, f, slope func(float64) float64) Conversion {
	return Conversion{
		From: from, To: to,
		Map: func(dst, theta []float64) { dst[0] = f(theta[0]) },
		Jacobian: func(dst *mat.Dense, theta []float64) {
			rectangular(dst, 1, 1)
			dst.Set(0, 0, slope(theta[0]))
		},
	}
}

// diagonal sets dst, n×n or empty, to the diagonal matrix of values, or of one value throughout.
func diagonal(dst *mat.Dense, n int, values ...float64) {
	rectangular(dst, n, n)
	for i := range n {
		dst.Set(i, i, values[min(i, len(values)-1)])
	}
}
