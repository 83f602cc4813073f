// Package float16 reads numbers of 16 bits, which files of weights have and Go has no type for.
//
//	Half      IEEE 754 binary16: a sign, 5 bits of exponent with bias 15, 10 bits of fraction
//	Brain     bfloat16: the upper half of a float32
package float16

import "math"

// Half is the value of a binary16, which float64 holds exactly.
func Half(bits uint16) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	switch {
	case exponent == 31 && fraction != 0:
		return math.NaN()
	case exponent == 31:
		return math.Inf(int(sign))
	case exponent == 0:
		return sign * math.Ldexp(fraction, -24)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// Brain is the value of a bfloat16, which float64 holds exactly.
func Brain(bits uint16) float64 { return float64(math.Float32frombits(uint32(bits) << 16)) }
