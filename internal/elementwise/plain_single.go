package elementwise

import "math"

// The functions of float32 compute in float64, by power.

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
