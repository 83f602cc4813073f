package onnx

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// activation recognises x·Φ(x), its approximation by tanh, and x/(1+e⁻ˣ).
func (r *recognition) activation() {
	number, values := r.product(r.n, 0)
	if len(values) != 2 {
		return
	}
	for i, x := range values {
		other, before := values[1-i], slices.Clone(r.covered)
		switch {
		case is(number, 1) && r.sigmoid(other, x):
			r.becomes("SiLU", x)
			return
		case is(number, 0.5) && r.gelu(other, x):
			r.becomes("Gelu", x)
			return
		}
		if r.covered = slices.Clone(before); is(number, 0.5) && r.geluTanh(other, x) {
			r.becomes("Gelu", x, onnxproto.StringAttribute("approximate", "tanh"))
			return
		}
		r.covered = before
	}
}

func (r *recognition) sigmoid(name, x string) bool {
	n := r.maker(name, "Sigmoid", 1)
	if n == nil || len(n.in) != 1 || n.in[0] != x {
		return false
	}
	r.covered = append(r.covered, n)
	return true
}

// gelu is 1 + erf(x/√2).
func (r *recognition) gelu(name, x string) bool {
	inner, ok := r.sum(name, 1)
	if !ok {
		return false
	}
	n := r.maker(inner, "Erf", 1)
	if n == nil || len(n.in) != 1 {
		return false
	}
	r.covered = append(r.covered, n)
	number, values := r.factors(n.in[0])
	return is(number, math.Sqrt2/2) && len(values) == 1 && values[0] == x
}

// geluTanh is 1 + tanh(√(2/π)·(x + 0.044715·x³)).
func (r *recognition) geluTanh(name, x string) bool {
	inner, ok := r.sum(name, 1)
	if !ok {
		return false
	}
	n := r.maker(inner, "Tanh", 1)
	if n == nil || len(n.in) != 1 {
		return false
	}
	r.covered = append(r.covered, n)
	number, values := r.factors(n.in[0])
	if !is(number, math.Sqrt(2/math.Pi)) || len(values) != 1 {
		return false
	}
	add := r.maker(values[0], "Add", 1)
	if add == nil || len(add.in) != 2 || !slices.Contains(add.in, x) {
		return false
	}
	r.covered = append(r.covered, add)
	cubic := add.in[0]
	if cubic == x {
		cubic = add.in[1]
	}
	number, values = r.factors(cubic)
	if !is(number, 0.044715) {
		return false
	}
	if len(values) == 3 {
		return values[0] == x && values[1] == x && values[2] == x
	}
	if len(values) != 1 {
		return false
	}
	pow := r.maker(values[0], "Pow", 1)
	if pow == nil || len(pow.in) != 2 || pow.in[0] != x {
		return false
	}
	three, ok := r.scalar(pow.in[1])
	r.covered = append(r.covered, pow)
	return ok && three == 3
}
