package elementwise

import "math"

// The functions of float32 in plain Go compute in float64, with an exponential of their own: package math's is for
// float64, and where it has no assembly it takes three times as long.

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

// power returns eˣ as s·(1+q), for |x| ≤ powerLimit or NaN, to 4·10⁻¹⁴ of itself:
//
//	x = k·ln2/64 + r, s = 2^(k/64), q = e^r - 1 = r + r²·p(r), p of degree 3
//
// s is 1 about x = 0, so that (s-1) + s·q is eˣ-1 as exactly.
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
	if x < -powerLimit { // exactly 0, for -∞ times it is NaN
		return 0
	}
	s, q := power(within(-x))
	return 1 / (1 + (s + s*q))
}

func expSingle(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		s, q := power(within(float64(v)))
		y[i] = float32(s + s*q)
	}
}

// tanhSingle: tanh x = (e²ˣ-1)/(e²ˣ+1).
func tanhSingle(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		s, q := power(within(2 * float64(v)))
		e := (s - 1) + s*q
		y[i] = float32(e / (e + 2))
	}
}

func sigmoidSingle(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		s, q := power(within(-float64(v)))
		y[i] = float32(1 / (1 + (s + s*q)))
	}
}

func siluSingle(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = float32(float64(v) * logisticSingle(float64(v)))
	}
}

func siluGradSingle(dx, x, dy []float32) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	for i, v := range x {
		v := float64(v)
		s := logisticSingle(v)
		dx[i] = float32(float64(dy[i]) * s * (1 + v*(1-s)))
	}
}

func softplusGradSingle(dx, x, dy []float32) {
	dx, dy = dx[:len(x)], dy[:len(x)]
	for i, v := range x {
		dx[i] = float32(float64(dy[i]) * logisticSingle(float64(v)))
	}
}

func eluSingle(y, x []float32, alpha float32) {
	y = y[:len(x)]
	for i, v := range x {
		if !(v > 0) {
			s, q := power(within(float64(v)))
			v = alpha * float32((s-1)+s*q)
		}
		y[i] = v
	}
}

// softmaxSingle keeps the exponentials in p until their sum is known.
func softmaxSingle(p, z []float32, classes int) {
	for i := 0; i < len(z); i += classes {
		row, out := z[i:i+classes], p[i:i+classes]
		m := float64(greatest(row))
		var sum float64
		for j, v := range row {
			s, q := power(within(float64(v) - m))
			e := s + s*q
			sum += e
			out[j] = float32(e)
		}
		inverse := 1 / sum
		for j, e := range out {
			out[j] = float32(float64(e) * inverse)
		}
	}
}

func softmaxCostSingle(z, labels []float32, classes int) float64 {
	var cost float64
	for i, label := range labels {
		row := z[i*classes : (i+1)*classes]
		m := float64(greatest(row))
		var sum float64
		for _, v := range row {
			s, q := power(within(float64(v) - m))
			sum += s + s*q
		}
		cost += m + math.Log(sum) - float64(row[classOf(label)])
	}
	return cost
}

// greatest is the maximum of a row, or NaN if that is in it.
func greatest[T Float](row []T) T {
	m := row[0]
	for _, v := range row {
		if v > m || v != v {
			m = v
		}
	}
	return m
}

// reluSingle and reluGradSingle select bits: signs are as good as random, and a processor that bets on a branch loses every
// second time.
func reluSingle(y, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		var bits uint32
		if b := math.Float32bits(v); !(v <= 0) { // or NaN
			bits = b
		}
		y[i] = math.Float32frombits(bits)
	}
}

func reluGradSingle(dx, y, dy []float32) {
	dx, dy = dx[:len(y)], dy[:len(y)]
	for i, v := range y {
		var bits uint32
		if g := math.Float32bits(dy[i]); v > 0 {
			bits = g
		}
		dx[i] = math.Float32frombits(bits)
	}
}
