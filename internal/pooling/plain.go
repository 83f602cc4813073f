package pooling

import "math"

func plain[T Float]() *Kernels[T] {
	return &Kernels[T]{
		max: maxPlain[T], maxOnly: maxOnlyPlain[T], take: takePlain[T], give: givePlain[T], add: addPlain[T],
		sum: sumPlain[T], spread: spreadPlain[T], spreadOn: spreadOnPlain[T],
	}
}

var least = math.Inf(-1) // no element is less

func maxPlain[T Float](y, choice, x []T, rows, cols, row, col int) {
	for j := range y {
		y[j], choice[j] = T(least), 0
	}
	place := T(0)
	for r := range rows {
		for c := range cols {
			for j, v := range x[r*row+c*col:][:len(y)] {
				if best := y[j]; best == best && !(v <= best) {
					y[j], choice[j] = v, place
				}
			}
			place++
		}
	}
}

func maxOnlyPlain[T Float](y, _, x []T, rows, cols, row, col int) {
	for j := range y {
		y[j] = T(least)
	}
	for r := range rows {
		for c := range cols {
			for j, v := range x[r*row+c*col:][:len(y)] {
				if best := y[j]; best == best && !(v <= best) {
					y[j] = v
				}
			}
		}
	}
}

func takePlain[T Float](y, choice, x []T, rows, cols, row, col int) {
	clear(y)
	place := T(0)
	for r := range rows {
		for c := range cols {
			for j, v := range x[r*row+c*col:][:len(y)] {
				if choice[j] == place {
					y[j] = v
				}
			}
			place++
		}
	}
}

func givePlain[T Float](dx, choice, dy []T, rows, cols, row, col int) {
	place := T(0)
	for r := range rows {
		for c := range cols {
			to := dx[r*row+c*col:][:len(dy)]
			for j, v := range dy {
				if choice[j] != place {
					v = 0
				}
				to[j] = v
			}
			place++
		}
	}
}

// addPlain adds zeros as well, as vector instructions do: −0 becomes 0.
func addPlain[T Float](dx, choice, dy []T, rows, cols, row, col int) {
	place := T(0)
	for r := range rows {
		for c := range cols {
			to := dx[r*row+c*col:][:len(dy)]
			for j, v := range dy {
				if choice[j] != place {
					v = 0
				}
				to[j] += v
			}
			place++
		}
	}
}

// sumPlain takes one channel after the other, in the place of memory for the sums of rows.
func sumPlain[T Float](y, x []T, scale T, rows, cols, row, col int) {
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

func spreadPlain[T Float](dx, dy []T, scale T, rows, cols, row, col int) {
	for r := range rows {
		for c := range cols {
			to := dx[r*row+c*col:][:len(dy)]
			for j, v := range dy {
				to[j] = v * scale
			}
		}
	}
}

func spreadOnPlain[T Float](dx, dy []T, scale T, rows, cols, row, col int) {
	for r := range rows {
		for c := range cols {
			to := dx[r*row+c*col:][:len(dy)]
			for j, v := range dy {
				to[j] += T(v * scale) // the conversion rounds the product: it is not fused with the sum
			}
		}
	}
}
