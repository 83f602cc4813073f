package elementwise

import "math"

// normal is Φ(x) of N(0, 1), with the digits of its tails.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// normalLimit is beyond where Φ and the bell are 0 or 1 in float64, so that x·0 is 0 for
// infinite x, too.
const normalLimit = 40

func gelu[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(exactGELU(float64(v)))
	}
}

func exactGELU(x float64) float64 { return max(x, -normalLimit) * normal(x) }

func geluGrad[T Float](dx, x, dy []T) {
	for i, v := range x {
		v := min(max(float64(v), -normalLimit), normalLimit)
		dx[i] = T(float64(dy[i]) * (normal(v) + v*math.Exp(-v*v/2)/math.Sqrt(2*math.Pi)))
	}
}

// logistic is 1/(1+e⁻ˣ).
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func silu[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(float64(v) * logistic(float64(v)))
	}
}

func siluGrad[T Float](dx, x, dy []T) {
	for i, v := range x {
		v := float64(v)
		s := logistic(v)
		dx[i] = T(float64(dy[i]) * s * (1 + v*(1-s)))
	}
}

func softplus[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(max(float64(v), 0) + math.Log1p(math.Exp(-math.Abs(float64(v)))))
	}
}

func softplusGrad[T Float](dx, x, dy []T) {
	for i, v := range x {
		dx[i] = T(float64(dy[i]) * logistic(float64(v)))
	}
}

func elu[T Float](y, x []T, alpha T) {
	for i, v := range x {
		y[i] = v
		if !(v > 0) {
			y[i] = alpha * T(math.Expm1(float64(v)))
		}
	}
}

func eluGrad[T Float](dx, y, dy []T, alpha T) {
	for i, v := range y {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = dy[i] * (v + alpha)
		}
	}
}

func leakyReLU[T Float](y, x []T, slope T) {
	for i, v := range x {
		y[i] = v
		if !(v > 0) {
			y[i] = slope * v
		}
	}
}

func leakyReLUGrad[T Float](dx, x, dy []T, slope T) {
	for i, v := range x {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = slope * dy[i]
		}
	}
}
