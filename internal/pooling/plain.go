package pooling

import "math"

func plain[T Float]() *Kernels[T] {
	return &Kernels[T]{
		max: maxPlain[T], maxOnly: maxOnlyPlain[T], take: takePlain[T], give: givePlain[T], add: addPlain[T],
		sum: sumPlain[T], spread: spreadPlain[T], spreadOn: spreadOnPlain[T],
	}
}

var least = math.Inf(-1) // no element is less

func maxPlain[T Float](y, choice, x []T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		x, y, choice := x[i*step:], y[i*n:][:n], choice[i*n:][:n]
		for j := range y {
			y[j], choice[j] = T(least), 0
		}
		for k := range rows * cols {
			for j, v := range x[k/cols*row+k%cols*col:][:n] {
				if best := y[j]; best == best && !(v <= best) {
					y[j], choice[j] = v, T(k)
				}
			}
		}
	}
}

func maxOnlyPlain[T Float](y, _, x []T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		x, y := x[i*step:], y[i*n:][:n]
		for j := range y {
			y[j] = T(least)
		}
		for k := range rows * cols {
			for j, v := range x[k/cols*row+k%cols*col:][:n] {
				if best := y[j]; best == best && !(v <= best) {
					y[j] = v
				}
			}
		}
	}
}

func takePlain[T Float](y, choice, x []T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		x, y, choice := x[i*step:], y[i*n:][:n], choice[i*n:][:n]
		clear(y)
		for k := range rows * cols {
			for j, v := range x[k/cols*row+k%cols*col:][:n] {
				if choice[j] == T(k) {
					y[j] = v
				}
			}
		}
	}
}

func givePlain[T Float](dx, choice, dy []T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		dx, dy, choice := dx[i*step:], dy[i*n:][:n], choice[i*n:][:n]
		for k := range rows * cols {
			to := dx[k/cols*row+k%cols*col:][:n]
			for j, v := range dy {
				if choice[j] != T(k) {
					v = 0
				}
				to[j] = v
			}
		}
	}
}

// addPlain adds zeros as well, as vector instructions do: −0 becomes 0.
func addPlain[T Float](dx, choice, dy []T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		dx, dy, choice := dx[i*step:], dy[i*n:][:n], choice[i*n:][:n]
		for k := range rows * cols {
			to := dx[k/cols*row+k%cols*col:][:n]
			for j, v := range dy {
				if choice[j] != T(k) {
					v = 0
				}
				to[j] += v
			}
		}
	}
}

// sumPlain takes one channel after the other, in the place of memory for the sums of rows.
func sumPlain[T Float](y, x []T, scale T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		x, y := x[i*step:], y[i*n:][:n]
		for j := range y {
			var total T
			for r := range rows {
				var sum T
				for c := range cols {
					sum += x[r*row+c*col+j]
				}
				total += sum
			}
			y[j] = T(total * scale)
		}
	}
}

func spreadPlain[T Float](dx, dy []T, scale T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		dx, dy := dx[i*step:], dy[i*n:][:n]
		for k := range rows * cols {
			to := dx[k/cols*row+k%cols*col:][:n]
			for j, v := range dy {
				to[j] = v * scale
			}
		}
	}
}

func spreadOnPlain[T Float](dx, dy []T, scale T, n, windows, step, rows, cols, row, col int) {
	for i := range windows {
		dx, dy := dx[i*step:], dy[i*n:][:n]
		for k := range rows * cols {
			to := dx[k/cols*row+k%cols*col:][:n]
			for j, v := range dy {
				to[j] += T(v * scale) // the conversion rounds the product: it is not fused with the sum
			}
		}
	}
}
