package moments

// Normalize is y = x̂∘w + b. A nil w stands for ones, a nil b for zeros.
func (e *Engine[T]) Normalize(y, x, m, w, b []T) {
	e.run(e.pieces, job[T]{Engine: e, y: y, x: x, m: partsOf(m, e.Parts()), weight: w, bias: b}, mapping)
}

// Gradient is dx, the gradient at x from g at y:
//
//	dx = (w∘g − mean(w∘g) − x̂·mean(w∘g∘x̂))/√(σ² + ε)
//
// with means over a part, which s, made by Sums with w, has. s = nil is for moments that do not depend on x.
func (e *Engine[T]) Gradient(dx, x, m, w, g, s []T) {
	e.run(e.pieces, job[T]{Engine: e, y: dx, x: x, g: g, m: partsOf(m, e.Parts()), weight: w, sums: s}, mapping)
}

// Tangent is the tangent of y as x moves along g, w along dw and b along db:
//
//	w∘(g − mean(g) − x̂·mean(g∘x̂))/√(σ² + ε) + x̂∘dw + db
//
// with s made by Sums without w. g, dw and db may be nil, for zeros; s = nil is for moments that do not depend on x.
func (e *Engine[T]) Tangent(y, x, m, w, g, dw, db, s []T) {
	e.run(e.pieces, job[T]{Engine: e, y: y, x: x, g: g, m: partsOf(m, e.Parts()), weight: w, dWeight: dw, dBias: db, sums: s, tangent: true}, mapping)
}

// mapPiece maps the rows of a piece.
func (j *job[T]) mapPiece(piece int) {
	if j.Rows == 1 {
		j.mapParts(piece)
		return
	}
	w := j.spares.Get()
	block, lo, hi := j.rows(j.Layout, piece)
	j.coefficients(w, block)
	j.mapRows(w, (block*j.Rows+lo)*j.Channels(), hi-lo)
	j.spares.Put(w)
}

// mapParts maps the blocks of a piece, each of one row, part by part.
func (j *job[T]) mapParts(piece int) {
	weight, factor, summand := or(j.weight, j.ones), or(j.weight, j.ones), or(j.bias, j.zeros)
	if j.tangent {
		factor, summand = or(j.dWeight, j.zeros), or(j.dBias, j.zeros)
	}
	lo, hi := j.blocks(j.Layout, piece)
	for part := lo * j.Groups; part < hi*j.Groups; part++ {
		at, c := part*j.Width, part%j.Groups*j.Width
		end, last := at+j.Width, c+j.Width
		y, x := j.y[at:end], j.x[at:end]
		k, r, s := j.m.mean[part], j.m.rest[part], j.m.inverse[part]
		if j.g == nil {
			j.k.row.affine(y, factor[c:last], summand[c:last], x, k, r, s)
			continue
		}
		var mean, slope T
		if j.sums != nil {
			mean, slope = T(float64(j.sums[part])*j.share), T(float64(j.sums[j.Parts()+part])*j.share)
		}
		if j.tangent {
			j.k.row.tangent(y, weight[c:last], j.g[at:end], factor[c:last], summand[c:last], x, k, r, s, mean, slope)
		} else {
			j.k.row.gradient(y, weight[c:last], j.g[at:end], x, k, r, s, mean, slope)
		}
	}
}

func or[T Float](x, otherwise []T) []T {
	if x == nil {
		return otherwise
	}
	return x
}

// mapRows is y = c∘g + a∘(x − k) + d for rows from an element on.
func (j *job[T]) mapRows(w *scratch[T], at, left int) {
	c := j.Channels()
	for left > 0 {
		fold := j.fold
		if left < fold {
			fold = 1
		}
		rows, n := left/fold, fold*c
		end := at + rows*n
		if j.g == nil {
			j.k.affine(w.k[:n], w.a[:n], w.d[:n], j.y[at:end], j.x[at:end], rows)
		} else {
			j.k.combine(w.k[:n], w.a[:n], w.d[:n], w.c[:n], j.y[at:end], j.x[at:end], j.g[at:end], rows)
		}
		at, left = end, left-rows*fold
	}
}

// coefficients fills k, a, d and c for the channels of a block.
func (j *job[T]) coefficients(w *scratch[T], block int) {
	for group := range j.Groups {
		part := block*j.Groups + group
		inverse, rest := float64(j.m.inverse[part]), float64(j.m.rest[part])
		var mean, slope float64 // of g, and of g∘x̂, over the part
		if j.sums != nil {
			n := float64(j.Rows * j.Width)
			mean, slope = float64(j.sums[part])/n, float64(j.sums[j.Parts()+part])/n
		}
		for c := group * j.Width; c < (group+1)*j.Width; c++ {
			weight := element(j.weight, c, 1)
			var a, d float64
			switch {
			case j.g == nil && !j.tangent:
				a, d = inverse*weight, element(j.bias, c, 0)
			case !j.tangent:
				a, d = -inverse*inverse*slope, float64(-inverse*mean)
			default:
				a = inverse * (element(j.dWeight, c, 0) - float64(weight*inverse*slope))
				d = element(j.dBias, c, 0) - float64(weight*inverse*mean)
			}
			w.k[c], w.a[c], w.d[c], w.c[c] = j.m.mean[part], T(a), T(d-float64(rest*a)), T(inverse*weight)
		}
	}
	if j.Rows >= j.fold { // else there is nothing to fold
		for _, row := range [][]T{w.k, w.a, w.d, w.c} {
			j.repeat(row)
		}
	}
}

func element[T Float](x []T, i int, otherwise float64) float64 {
	if x == nil {
		return otherwise
	}
	return float64(x[i])
}
