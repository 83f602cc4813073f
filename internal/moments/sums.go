package moments

// Sums fills s with four rows of sums: over each part
//
//	Σ w∘g and Σ w∘g∘x̂ (B·Q numbers each)
//
// and over each channel of all blocks Σ g and Σ g∘x̂ (C numbers each). A nil w stands for ones. The latter two are the
// gradients of b and w.
func (e *Engine[T]) Sums(s, x, m, w, g []T) {
	e.memory()
	j := job[T]{Engine: e, x: x, g: g, m: partsOf(m, e.Parts()), weight: w, sums: s}
	e.run(e.pieces, j, sum)
	if e.Rows > 1 {
		e.run(e.Blocks, j, partSum)
	}
	j.channelSums()
}

// sumPiece finds Σ g and Σ g∘x̂ of each channel over a piece.
func (j *job[T]) sumPiece(piece int) {
	sum, dot := j.partials(piece)
	if j.Rows == 1 {
		j.sumParts(sum, dot, piece)
		return
	}
	c := j.Channels()
	block, lo, hi := j.rows(j.Layout, piece)
	at, end := (block*j.Rows+lo)*c, (block*j.Rows+hi)*c
	x, g := j.x[at:end], j.g[at:end]
	w := j.spares.Get()
	for i := range c {
		w.k[i] = j.m.mean[block*j.Groups+i/j.Width]
	}
	j.repeat(w.k)
	clear(sum)
	clear(dot)
	for left := hi - lo; left > 0; {
		rows, fold := j.next(left)
		n := fold * c
		j.k.dots(w.s[:n], w.t[:n], w.k[:n], x, g, rows)
		widen(sum, w.s[:n])
		widen(dot, w.t[:n])
		x, g = x[rows*n:], g[rows*n:]
		left -= rows * fold
	}
	j.spares.Put(w)
	for i := range dot {
		part := block*j.Groups + i/j.Width
		dot[i] = float64(j.m.inverse[part]) * (dot[i] - float64(float64(j.m.rest[part])*sum[i]))
	}
}

// sumParts adds the blocks of a piece, each of one row, to the channels' sums, and finds those of their parts.
func (j *job[T]) sumParts(sum, dot []float64, piece int) {
	clear(sum)
	clear(dot)
	weight, n := j.weight, len(sum)
	if weight == nil {
		weight = j.ones
	}
	w := j.spares.Get()
	s, t := w.s[:n], w.t[:n]
	clear(s)
	clear(t)
	lo, hi := j.blocks(j.Layout, piece)
	for block := lo; block < hi; block++ {
		for group := range j.Groups {
			part, c := block*j.Groups+group, group*j.Width
			at := part * j.Width
			x, g := j.x[at:at+j.Width], j.g[at:at+j.Width]
			mean, rest, inverse := j.m.mean[part], j.m.rest[part], j.m.inverse[part]
			total, along := j.k.row.dots(weight[c:c+j.Width], g, x, float64(mean)+float64(rest))
			j.sums[part], j.sums[j.Parts()+part] = T(total), T(along*float64(inverse))
			j.k.row.accumulate(s[c:c+j.Width], t[c:c+j.Width], g, x, mean, rest, inverse)
		}
		if (block-lo)%batch == batch-1 || block == hi-1 {
			widen(sum, s)
			widen(dot, t)
			clear(s)
			clear(t)
		}
	}
	j.spares.Put(w)
}

// partSums adds up what the pieces of a block have found.
func (j *job[T]) partSums(block int) {
	for group := range j.Groups {
		var s, t float64
		for i := range j.chunks {
			sum, dot := j.partials(block*j.chunks + i)
			for c := group * j.Width; c < (group+1)*j.Width; c++ {
				weight := element(j.weight, c, 1)
				s += float64(weight * sum[c])
				t += float64(weight * dot[c])
			}
		}
		part := block*j.Groups + group
		j.sums[part], j.sums[j.Parts()+part] = T(s), T(t)
	}
}

func (j *job[T]) channelSums() {
	c := j.Channels()
	bias, weight := j.sums[2*j.Parts():][:c], j.sums[2*j.Parts()+c:][:c]
	w := j.spares.Get()
	clear(w.sum)
	clear(w.dot)
	for i := range j.pieces {
		sum, dot := j.partials(i)
		for k := range c {
			w.sum[k] += sum[k]
			w.dot[k] += dot[k]
		}
	}
	for k := range c {
		bias[k], weight[k] = T(w.sum[k]), T(w.dot[k])
	}
	j.spares.Put(w)
}
