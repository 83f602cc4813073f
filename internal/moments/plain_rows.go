package moments

// rowKernels are for rows that are parts by themselves. Sums are in float64: element i is added to the sum i mod 16, and
// the sixteen are added by halves.
type rowKernels[T Float] struct {
	// shifted is Σ (x_i − k).
	shifted func(x []T, k float64) float64
	// squares is Σ (x_i − k)².
	squares func(x []T, k float64) float64
	// dots is Σ w_i·g_i and Σ w_i·g_i·(x_i − k).
	dots func(w, g, x []T, k float64) (sum, dot float64)
	// accumulate adds g to sum, and g∘x̂ to dot; x̂ is ((x − k) − r)·s.
	accumulate func(sum, dot, g, x []T, k, r, s T)
	// affine is y = w∘x̂ + b.
	affine func(y, w, b, x []T, k, r, s T)
	// gradient is dx = s·((w∘g − mean) − x̂·slope).
	gradient func(dx, w, g, x []T, k, r, s, mean, slope T)
	// tangent is y = w∘s·((g − mean) − x̂·slope) + (x̂∘dw + db).
	tangent func(y, w, g, dw, db, x []T, k, r, s, mean, slope T)
}

func plainRows[T Float]() *rowKernels[T] {
	return &rowKernels[T]{rowShiftedPlain[T], rowSquaresPlain[T], rowDotsPlain[T], rowAccumulatePlain[T], rowAffinePlain[T], rowGradientPlain[T], rowTangentPlain[T]}
}

// lanes are the sums of a reduction.
type lanes [16]float64

func (s *lanes) fold() float64 {
	for half := len(s) / 2; half > 0; half /= 2 {
		for i := range half {
			s[i] += s[i+half]
		}
	}
	return s[0]
}

func rowShiftedPlain[T Float](x []T, k float64) float64 {
	var s lanes
	for i, v := range x {
		s[i%16] += float64(v) - k
	}
	return s.fold()
}

func rowSquaresPlain[T Float](x []T, k float64) float64 {
	var s lanes
	for i, v := range x {
		d := float64(v) - k
		s[i%16] += float64(d * d)
	}
	return s.fold()
}

func rowDotsPlain[T Float](w, g, x []T, k float64) (sum, dot float64) {
	var s, t lanes
	w, g = w[:len(x)], g[:len(x)]
	for i := range x {
		v := float64(float64(w[i]) * float64(g[i]))
		s[i%16] += v
		t[i%16] += float64(v * (float64(x[i]) - k))
	}
	return s.fold(), t.fold()
}

func rowAccumulatePlain[T Float](sum, dot, g, x []T, k, r, s T) {
	sum, dot, g = sum[:len(x)], dot[:len(x)], g[:len(x)]
	for i, v := range x {
		sum[i] += g[i]
		dot[i] += T(g[i] * T(((v-k)-r)*s))
	}
}

func rowAffinePlain[T Float](y, w, b, x []T, k, r, s T) {
	y, w, b = y[:len(x)], w[:len(x)], b[:len(x)]
	for i, v := range x {
		y[i] = T(w[i]*T(((v-k)-r)*s)) + b[i]
	}
}

func rowGradientPlain[T Float](dx, w, g, x []T, k, r, s, mean, slope T) {
	dx, w, g = dx[:len(x)], w[:len(x)], g[:len(x)]
	for i, v := range x {
		dx[i] = s * ((T(w[i]*g[i]) - mean) - T(T(((v-k)-r)*s)*slope))
	}
}

func rowTangentPlain[T Float](y, w, g, dw, db, x []T, k, r, s, mean, slope T) {
	y, w, g, dw, db = y[:len(x)], w[:len(x)], g[:len(x)], dw[:len(x)], db[:len(x)]
	for i, v := range x {
		h := T(((v - k) - r) * s)
		y[i] = T(w[i]*T(s*((g[i]-mean)-T(h*slope)))) + (T(h*dw[i]) + db[i])
	}
}
