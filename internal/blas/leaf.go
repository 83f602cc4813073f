package blas

// leafStrip is the number of rows of B that a leaf to the right of B transposes at a time.
const leafStrip = 64

// solveLeaf is solve by substitution, without recursion.
func (t *triangular[T]) solveLeaf(k int, a, b []T) {
	first, step := order(k, t.left != t.upper)
	for p := range k {
		for q := range p {
			t.matrix[leafSize*p+q] = -t.element(a, first+step*p, first+step*q)
		}
		t.matrix[leafSize*p+p] = 1
		if !t.unit {
			t.matrix[leafSize*p+p] = 1 / t.element(a, first+step*p, first+step*p)
		}
	}
	t.apply(t.kern.solve8, substitute[T], k, first, step, b)
}

// multiplyLeaf is multiply by definition, without recursion.
func (t *triangular[T]) multiplyLeaf(k int, a, b []T) {
	first, step := order(k, t.left == t.upper)
	for p := range k {
		for q := p + 1; q < k; q++ {
			t.matrix[leafSize*p+q] = t.element(a, first+step*p, first+step*q)
		}
		t.matrix[leafSize*p+p] = 1
		if !t.unit {
			t.matrix[leafSize*p+p] = t.element(a, first+step*p, first+step*p)
		}
	}
	t.apply(t.kern.multiply8, combine[T], k, first, step, b)
}

// order returns the first index and the direction in which rows are finished.
func order(k int, down bool) (first, step int) {
	if down {
		return 0, 1
	}
	return k - 1, -1
}

// element returns the factor by which row (or column) j of B enters row (or
// column) i.
func (t *triangular[T]) element(a []T, i, j int) T {
	if t.left == t.trans {
		return a[j*t.ldA+i]
	}
	return a[i*t.ldA+j]
}

// apply runs the triangle in t.matrix over B: the kernel as far as whole strips
// of 8 rows go, one column at a time for the rest. A leaf to the right of B
// works on columns of B, which become rows by transposition.
func (t *triangular[T]) apply(kernel func(strips int, b *T, stride int, m *[64]T), one func(k int, m *[64]T, b []T, first, step int), k, first, step int, b []T) {
	lanes := t.kern.colUnit
	done := 0
	if k == leafSize {
		done = t.other / lanes * lanes
	}
	if t.left {
		if done > 0 {
			kernel(done/lanes, &b[first*t.ldB], step*t.ldB, &t.matrix)
		}
		for x := done; x < t.other; x++ {
			one(k, &t.matrix, b[x:], first*t.ldB, step*t.ldB)
		}
		return
	}
	for x := 0; x < done; x += leafStrip {
		rows := min(leafStrip, done-x)
		strip := b[x*t.ldB:]
		for r := 0; r < rows; r += packUnit {
			from := strip[r*t.ldB:]
			_ = from[(packUnit-1)*t.ldB+leafSize-1]
			t.kern.transpose(leafSize, &t.strip[r], leafStrip, &from[0], &from[t.ldB], &from[2*t.ldB], &from[3*t.ldB])
		}
		kernel(rows/lanes, &t.strip[first*leafStrip], step*leafStrip, &t.matrix)
		for c := 0; c < leafSize; c += packUnit {
			from := t.strip[c*leafStrip:]
			t.kern.transpose(rows, &strip[c], t.ldB, &from[0], &from[leafStrip], &from[2*leafStrip], &from[3*leafStrip])
		}
	}
	for x := done; x < t.other; x++ {
		one(k, &t.matrix, b[x*t.ldB:], first, step)
	}
}

// substitute is solve8 for one column and any order: element p of the column is
// b[first+step*p].
func substitute[T Float](k int, m *[64]T, b []T, first, step int) {
	for p := range k {
		sum := b[first+step*p]
		for q := range p {
			sum += T(m[leafSize*p+q] * b[first+step*q])
		}
		b[first+step*p] = m[leafSize*p+p] * sum
	}
}

// combine is multiply8 for one column and any order.
func combine[T Float](k int, m *[64]T, b []T, first, step int) {
	for p := range k {
		sum := m[leafSize*p+p] * b[first+step*p]
		for q := p + 1; q < k; q++ {
			sum += T(m[leafSize*p+q] * b[first+step*q])
		}
		b[first+step*p] = sum
	}
}
