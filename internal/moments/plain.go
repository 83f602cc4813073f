package moments

// kernels are the loops of one set of instructions, over rows of n elements that lie behind one another. All slices but
// the arrays have n elements.
type kernels[T Float] struct {
	// shifted is sum_j = Σ_i x_ij − k_j.
	shifted func(sum, k, x []T, rows int)
	// squares is sum_j = Σ_i (x_ij − k_j)².
	squares func(sum, k, x []T, rows int)
	// dots is sum_j = Σ_i g_ij and dot_j = Σ_i g_ij·(x_ij − k_j).
	dots func(sum, dot, k, x, g []T, rows int)
	// affine is y_ij = a_j·(x_ij − k_j) + d_j.
	affine func(k, a, d, y, x []T, rows int)
	// combine is y_ij = c_j·g_ij + (a_j·(x_ij − k_j) + d_j).
	combine func(k, a, d, c, y, x, g []T, rows int)
	row     *rowKernels[T]
}

func plain[T Float]() *kernels[T] {
	return &kernels[T]{shiftedPlain[T], squaresPlain[T], dotsPlain[T], affinePlain[T], combinePlain[T], plainRows[T]()}
}

func shiftedPlain[T Float](sum, k, x []T, rows int) {
	n := len(sum)
	clear(sum)
	k = k[:n]
	for i := range rows {
		for j, v := range x[i*n:][:n] {
			sum[j] += v - k[j]
		}
	}
}

// Conversions round: products are not fused with sums.

func squaresPlain[T Float](sum, k, x []T, rows int) {
	n := len(sum)
	clear(sum)
	k = k[:n]
	for i := range rows {
		for j, v := range x[i*n:][:n] {
			d := v - k[j]
			sum[j] += T(d * d)
		}
	}
}

func dotsPlain[T Float](sum, dot, k, x, g []T, rows int) {
	n := len(sum)
	clear(sum)
	clear(dot)
	dot, k = dot[:n], k[:n]
	for i := range rows {
		row := g[i*n:][:n]
		for j, v := range x[i*n:][:n] {
			sum[j] += row[j]
			dot[j] += T(row[j] * (v - k[j]))
		}
	}
}

func affinePlain[T Float](k, a, d, y, x []T, rows int) {
	n := len(k)
	a, d = a[:n], d[:n]
	for i := range rows {
		out := y[i*n:][:n]
		for j, v := range x[i*n:][:n] {
			out[j] = T(a[j]*(v-k[j])) + d[j]
		}
	}
}

func combinePlain[T Float](k, a, d, c, y, x, g []T, rows int) {
	n := len(k)
	a, d, c = a[:n], d[:n], c[:n]
	for i := range rows {
		out, row := y[i*n:][:n], g[i*n:][:n]
		for j, v := range x[i*n:][:n] {
			out[j] = T(c[j]*row[j]) + (T(a[j]*(v-k[j])) + d[j])
		}
	}
}
