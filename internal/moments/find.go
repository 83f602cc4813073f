package moments

import "math"

// Find fills m with the moments of x.
func (e *Engine[T]) Find(m, x []T) {
	e.memory()
	j := job[T]{Engine: e, x: x, m: partsOf(m, e.Parts())}
	e.run(e.pieces, j, find)
	if e.Rows > 1 {
		e.run(e.Blocks, j, together)
	}
}

// Given fills m with moments that are known. They are of one block with a channel in each part.
func (e *Engine[T]) Given(m, mean, variance []T) {
	p := partsOf(m, e.Parts())
	copy(p.mean, mean)
	clear(p.rest)
	copy(p.variance, variance)
	for i, v := range variance {
		p.inverse[i] = T(1 / math.Sqrt(float64(v)+e.epsilon))
	}
}

// set writes the moments of a part.
func (j *job[T]) set(part int, mean, variance float64) {
	m := &j.m
	m.mean[part] = T(mean)
	m.rest[part] = T(mean - float64(m.mean[part]))
	m.variance[part] = finite[T](variance)
	m.inverse[part] = T(1 / math.Sqrt(variance+j.epsilon))
}

// finite is a variance as an element: the greatest one where it is greater.
func finite[T Float](variance float64) T {
	if v := T(variance); !math.IsInf(float64(v), 1) || math.IsInf(variance, 1) {
		return v
	}
	return T(math.MaxFloat32) // the elements are float32
}

// findPiece finds each channel's mean and Σ(x − mean)² over the rows of a piece. A block of one row is done with.
func (j *job[T]) findPiece(piece int) {
	if j.Rows == 1 {
		lo, hi := j.blocks(j.Layout, piece)
		for part := lo * j.Groups; part < hi*j.Groups; part++ {
			x := j.x[part*j.Width : (part+1)*j.Width]
			first := float64(x[0])
			mean := first + float64(j.k.row.shifted(x, first)*j.share) // quotients would take a third of the time of short rows
			j.set(part, mean, float64(j.k.row.squares(x, mean)*j.share))
		}
		return
	}
	c := j.Channels()
	block, lo, hi := j.rows(j.Layout, piece)
	x := j.x[(block*j.Rows+lo)*c : (block*j.Rows+hi)*c]
	mean, square := j.partials(piece)
	w := j.spares.Get()
	copy(w.k, x[:c])
	j.repeat(w.k)
	j.total(mean, w, x, j.k.shifted)
	n := float64(hi - lo)
	for i := range mean {
		mean[i] = float64(w.k[i]) + mean[i]/n
		w.k[i] = T(mean[i])
	}
	j.repeat(w.k)
	j.total(square, w, x, j.k.squares)
	for i, s := range square {
		d := mean[i] - float64(w.k[i])
		square[i] = max(s-float64(n*d*d), 0)
		if math.IsNaN(square[i]) || math.IsInf(square[i], 0) {
			mean[i], square[i] = inDouble(x[i:], c)
		}
	}
	j.spares.Put(w)
}

// total is the sum of a kernel's sums over x.
func (j *job[T]) total(sum []float64, w *scratch[T], x []T, kernel func(sum, k, x []T, rows int)) {
	c := len(sum)
	clear(sum)
	for left := len(x) / c; left > 0; {
		rows, fold := j.next(left)
		n := fold * c
		kernel(w.s[:n], w.k[:n], x, rows)
		widen(sum, w.s[:n])
		x = x[rows*n:]
		left -= rows * fold
	}
}

// inDouble is the mean and Σ(x − mean)² of every stride-th element, where float32 overflows.
func inDouble[T Float](x []T, stride int) (mean, square float64) {
	n := 0.0
	for i := 0; i < len(x); i += stride {
		mean += float64(x[i])
		n++
	}
	mean /= n
	for i := 0; i < len(x); i += stride {
		d := float64(x[i]) - mean
		square += float64(d * d)
	}
	return mean, square
}

// putTogether makes the moments of the parts of a block, from those of its pieces' channels. Differences to the first
// mean are exactly zero in a constant part.
func (j *job[T]) putTogether(block int) {
	n := float64(j.Rows * j.Width)
	for group := range j.Groups {
		var first, mean, square float64
		for i := range j.chunks {
			_, lo, hi := j.rows(j.Layout, block*j.chunks+i)
			means, _ := j.partials(block*j.chunks + i)
			if i == 0 {
				first = means[group*j.Width]
			}
			for _, v := range means[group*j.Width : (group+1)*j.Width] {
				mean += float64(float64(hi-lo) * (v - first))
			}
		}
		mean = first + mean/n
		for i := range j.chunks {
			_, lo, hi := j.rows(j.Layout, block*j.chunks+i)
			means, squares := j.partials(block*j.chunks + i)
			for c := group * j.Width; c < (group+1)*j.Width; c++ {
				d := means[c] - mean
				square += squares[c] + float64(float64(hi-lo)*d*d)
			}
		}
		j.set(block*j.Groups+group, mean, square/n)
	}
}
