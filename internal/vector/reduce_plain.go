package vector

// lanes are the sums that a reduction keeps side by side: element i is added to lane i mod 16. Every set of instructions
// has these lanes, in two, four or sixteen registers, and so finds the same sum.
type lanes [16]float64

// fold adds the upper half of the lanes to the lower half until one sum is left.
func (s *lanes) fold() float64 {
	for half := len(s) / 2; half > 0; half /= 2 {
		for j := range half {
			s[j] += s[j+half]
		}
	}
	return s[0]
}

// finitePlain: v−v is 0 unless v is NaN or infinite.
func finitePlain[T Float](x []T) bool {
	var a, b, c, d T
	for ; len(x) >= 4; x = x[4:] {
		a += x[0] - x[0]
		b += x[1] - x[1]
		c += x[2] - x[2]
		d += x[3] - x[3]
	}
	for _, v := range x {
		a += v - v
	}
	return a+b+c+d == 0
}

func dotPlain[T Float](x, y []T) float64 {
	var s lanes
	y = y[:len(x)]
	for ; len(x) >= len(s); x, y = x[len(s):], y[len(s):] {
		p, q := (*[len(s)]T)(x), (*[len(s)]T)(y)
		for j := range s {
			s[j] += float64(float64(p[j]) * float64(q[j]))
		}
	}
	for j, v := range x {
		s[j] += float64(float64(v) * float64(y[j]))
	}
	return s.fold()
}

func productsPlain[T Float](x, y []T) (xx, yy, xy float64) {
	var a, b, c lanes
	y = y[:len(x)]
	for ; len(x) >= len(a); x, y = x[len(a):], y[len(a):] {
		p, q := (*[len(a)]T)(x), (*[len(a)]T)(y)
		for j := range a {
			v, w := float64(p[j]), float64(q[j])
			a[j] += float64(v * v)
			b[j] += float64(w * w)
			c[j] += float64(v * w)
		}
	}
	for j, v := range x {
		v, w := float64(v), float64(y[j])
		a[j] += float64(v * v)
		b[j] += float64(w * w)
		c[j] += float64(v * w)
	}
	return a.fold(), b.fold(), c.fold()
}
