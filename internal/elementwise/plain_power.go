package elementwise

import "math"

// rootSteps is the number of roots that power takes the nearest of.
const rootSteps = 64

// roots are the bits of 2^(i/64).
var roots = func() (t [rootSteps]uint64) {
	for i := range t {
		t[i] = math.Float64bits(math.Exp2(float64(i) / rootSteps))
	}
	return t
}()

// powerLimit bounds the arguments of power on both sides. e^±708 is beyond float32 by far.
const powerLimit = 708

// power is the exponential of the functions of float32: that of package math has all digits of a float64, and takes three
// times as long where it has no assembly. It returns eˣ as s·(1+q), for |x| ≤ powerLimit or NaN, to 10⁻¹³ of itself:
//
//	x = k·ln2/64 + r, s = 2^(k/64), q = e^r - 1 = r + r²·p(r), p of degree 3
//
// About x = 0, s is 1, so that (s-1) + s·q is eˣ-1 with as small a relative error.
func power(x float64) (s, q float64) {
	const shift = 0x1.8p52 // a sum with it is rounded to a whole number, k, in its last bits
	t := x*(rootSteps/math.Ln2) + shift
	k := math.Float64bits(t)
	r := x - (t-shift)*(math.Ln2/rootSteps)
	s = math.Float64frombits(roots[k%rootSteps] + k/rootSteps<<52)
	return s, r + r*r*(1./2+r*(1./6+r*(1./24+r*(1./120))))
}

// within keeps arguments where power holds, and NaN.
func within(x float64) float64 {
	if x > powerLimit {
		return powerLimit
	}
	if x < -powerLimit {
		return -powerLimit
	}
	return x
}

// logisticSingle is logistic, by power.
func logisticSingle(x float64) float64 {
	if x < -powerLimit { // 0 as of logistic, so that SiLU of -∞, which is -∞·0, is NaN
		return 0
	}
	s, q := power(within(-x))
	return 1 / (1 + (s + s*q))
}
