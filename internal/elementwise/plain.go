package elementwise

import "math"

func relu[T Float](y, x []T) {
	for i, v := range x {
		y[i] = max(v, 0)
	}
}

func reluGrad[T Float](dx, y, dy []T) {
	for i, v := range y {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}

func tanh[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(math.Tanh(float64(v)))
	}
}

func tanhGrad[T Float](dx, y, dy []T) {
	for i, v := range y {
		dx[i] = dy[i] * (1 - v*v)
	}
}

func sigmoid[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(1 / (1 + math.Exp(-float64(v))))
	}
}

func sigmoidGrad[T Float](dx, y, dy []T) {
	for i, v := range y {
		dx[i] = dy[i] * v * (1 - v)
	}
}

func exp[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(math.Exp(float64(v)))
	}
}

func log[T Float](y, x []T) {
	for i, v := range x {
		y[i] = T(math.Log(float64(v)))
	}
}

func residual[T Float](dz, p, y []T, scale T) {
	for i, v := range p {
		dz[i] = (v - y[i]) * scale
	}
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

// logSumExp is log Σ exp(z), safe for any finite z.
func logSumExp[T Float](z []T) float64 {
	m := greatest(z)
	var s float64
	for _, v := range z {
		s += math.Exp(float64(v - m))
	}
	return float64(m) + math.Log(s)
}

func softmax[T Float](p, z []T, classes int) {
	for i := 0; i < len(z); i += classes {
		row := z[i : i+classes]
		lse := logSumExp(row)
		for j, v := range row {
			p[i+j] = T(math.Exp(float64(v) - lse))
		}
	}
}

func softmaxCost[T Float](z, labels []T, classes int) float64 {
	var sum float64
	for i, label := range labels {
		row := z[i*classes : (i+1)*classes]
		sum += logSumExp(row) - float64(row[classOf(label)])
	}
	return sum
}

func sigmoidCost[T Float](z, y []T) float64 {
	var sum float64
	for i, v := range z {
		z := float64(v)
		// log(1+eᶻ) without overflow for large z or loss of small terms.
		sum += max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) - z*float64(y[i])
	}
	return sum
}
