package elementwise

import "math"

// reluSingle and reluGradSingle select bits, for which compilers have an instruction without a branch. The signs are as good
// as random: a processor guesses every second branch wrong.
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
