package datasets

// store collects the numbers of a file. float32 represents most files' numbers exactly, pixels above all. From the first
// number on that it does not, the float64 values are kept as well, so that they can be standardised before they are
// rounded.
type store struct {
	x     []float32
	exact []float64 // nil: x is exact
}

func (s *store) add(v float64) {
	rounded := float32(v)
	if s.exact == nil && float64(rounded) != v {
		s.exact = make([]float64, len(s.x), cap(s.x))
		for i, w := range s.x {
			s.exact[i] = float64(w)
		}
	}
	s.x = append(s.x, rounded)
	if s.exact != nil {
		s.exact = append(s.exact, v)
	}
}

// at returns a value as it was added.
func (s *store) at(i int) float64 {
	if s.exact != nil {
		return s.exact[i]
	}
	return float64(s.x[i])
}

// each returns the size of one value in bytes; bytes returns the size of all, spare room included.
func (s *store) each() int64 {
	if s.exact != nil {
		return 4 + 8
	}
	return 4
}

func (s *store) bytes() int64 { return 4*int64(cap(s.x)) + 8*int64(cap(s.exact)) }

// grow makes room for n values in total.
func (s *store) grow(n int) {
	s.x = append(make([]float32, 0, n), s.x...)
	if s.exact != nil {
		s.exact = append(make([]float64, 0, n), s.exact...)
	}
}

// dropColumn takes a column out of rows of the given width, in place.
func (s *store) dropColumn(j, width int) {
	s.x = dropColumn(s.x, j, width)
	if s.exact != nil {
		s.exact = dropColumn(s.exact, j, width)
	}
}

func dropColumn[T any](x []T, j, width int) []T {
	kept := 0
	for i := 0; i < len(x); i += width {
		kept += copy(x[kept:], x[i:i+j])
		kept += copy(x[kept:], x[i+j+1:i+width])
	}
	return x[:kept]
}
