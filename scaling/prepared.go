package scaling

// Prepared is a Scaling with what it takes to apply it: for programs that scale one example after the other.
type Prepared struct {
	mean, inverse []float64 // inverse is 1/Deviation, and 0 for a constant column
	bound         float64
}

// Prepare returns s ready for [PreparedRows], on memory of its own.
func (s Scaling) Prepare() Prepared {
	p := Prepared{append([]float64(nil), s.Mean...), make([]float64, len(s.Mean)), s.Bound}
	for j, deviation := range s.Deviation {
		if deviation != 0 {
			p.inverse[j] = 1 / deviation
		}
	}
	return p
}

// PreparedRows is [Rows] without an allocation.
func PreparedRows[T float32 | float64](p Prepared, out []float32, x []T) {
	switch len(p.mean) {
	case 0:
		for i, v := range x {
			out[i] = float32(v)
		}
	case 1: // one scaling for all columns: a row may be as long as x
		mean, inverse := p.mean[0], p.inverse[0]
		for i, v := range x {
			out[i] = float32((float64(v) - mean) * inverse)
		}
	default:
		width := len(p.mean)
		for i := 0; i < len(x); i += width {
			to, mean, inverse := out[i:i+width], p.mean[:width], p.inverse[:width]
			for j, v := range x[i : i+width] {
				to[j] = float32((float64(v) - mean[j]) * inverse[j])
			}
		}
	}
	if p.bound == 0 || len(p.mean) == 0 {
		return
	}
	bound := float32(p.bound)
	for i, v := range out[:len(x)] {
		out[i] = min(max(v, -bound), bound)
	}
}
