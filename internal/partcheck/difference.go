package partcheck

import "math"

// Slope is the derivative of a function R → Rᵐ at 0, as finite differences find it.
type Slope struct {
	Values []float64 // the derivative of each of the m elements
	// Errors bound what the differences may be wrong by: truncation, as two step sizes show it, and rounding.
	Errors []float64
	// Kink says that an element is not differentiable at 0, or within a step of it, so that Values tells nothing.
	Kink []bool
}

const (
	// step is the greatest step. Steps are step, step/2 and step/4: the two extrapolations are of order step⁴ ≈ 1e-12.
	step = 1.0 / 1024
	// noise is the relative rounding error of a value: some dozen operations in float64, 50·2⁻⁵³.
	noise = 50 * 1.2e-16
	// jump is the least jump of a derivative, relative to the function's slopes about 0, that counts as a kink.
	jump = 1e-6
)

// Derivative estimates the derivative of f at 0 by central differences with three step sizes and Richardson's
// extrapolation. Where the error is large or there is a kink, much smaller steps are tried as well, and the better
// estimate counts. f returns a slice of its own or one that it overwrites in the next call. Its variable is expected to
// be of the order of 1.
func Derivative(f func(at float64) ([]float64, error)) (*Slope, error) {
	at := func(x float64) ([]float64, error) {
		y, err := f(x)
		return append([]float64{}, y...), err
	}
	mid, err := at(0)
	if err != nil {
		return nil, err
	}
	s, err := estimate(at, mid, step)
	if err != nil || s.fine() {
		return s, err
	}
	closer, err := estimate(at, mid, step/closerBy)
	if err != nil {
		return nil, err
	}
	exact := jump * (1 + Largest(closer.Values))
	for i := range mid {
		// Values that scatter, as those of float32, may seem to have no kink by chance: not with a small error.
		if !closer.Kink[i] && (s.Kink[i] && closer.Errors[i] < exact || !s.Kink[i] && closer.Errors[i] < s.Errors[i]) {
			s.Values[i], s.Errors[i], s.Kink[i] = closer.Values[i], closer.Errors[i], false
		}
	}
	return s, nil
}

// closerBy is how much smaller the second try's steps are: rounding is still 1e-9 of a value there.
const closerBy = 64

// fine reports whether no element calls for smaller steps.
func (s *Slope) fine() bool {
	most := 1e-7 * (1 + Largest(s.Values))
	for i, e := range s.Errors {
		if s.Kink[i] || e > most {
			return false
		}
	}
	return true
}

// estimate takes steps of size, size/2 and size/4.
func estimate(at func(x float64) ([]float64, error), mid []float64, size float64) (s *Slope, err error) {
	var up, down [3][]float64
	for k := range up {
		h := math.Ldexp(size, -k)
		if up[k], err = at(h); err != nil {
			return nil, err
		}
		if down[k], err = at(-h); err != nil {
			return nil, err
		}
	}
	most := 0.0
	s = &Slope{make([]float64, len(mid)), make([]float64, len(mid)), make([]bool, len(mid))}
	for i := range mid {
		var central, bend [3]float64
		scale := math.Abs(mid[i])
		for k := range up {
			h := math.Ldexp(size, -k)
			central[k] = (up[k][i] - down[k][i]) / (2 * h)
			bend[k] = math.Abs(up[k][i]-2*mid[i]+down[k][i]) / h
			scale = max(scale, math.Abs(up[k][i]), math.Abs(down[k][i]))
		}
		coarse, fine := (4*central[1]-central[0])/3, (4*central[2]-central[1])/3
		rounding := noise * scale / (size / 4)
		s.Values[i] = fine
		s.Errors[i] = 2*math.Abs(fine-coarse) + 4*rounding
		s.Kink[i] = kinked(central, bend, rounding)
		if !s.Kink[i] {
			most = max(most, math.Abs(fine-coarse))
		}
	}
	for i := range s.Errors { // two step sizes may agree by chance, but not at all elements
		s.Errors[i] += most / 2
	}
	return s, nil
}

// kinked reports whether the slopes on both sides of 0 do not approach each other as the step gets smaller. Of a smooth
// function bend, the difference of the two slopes, halves with the step, and the error of the central difference falls to
// a quarter. A kink within a step keeps one of them up.
func kinked(central, bend [3]float64, rounding float64) bool {
	slope := max(math.Abs(central[0]), math.Abs(central[1]), math.Abs(central[2]))
	least := jump*slope + 16*rounding
	at0 := bend[2] > least && bend[2] > 0.75*bend[1] && bend[1] > 0.75*bend[0]
	first, second := math.Abs(central[0]-central[1]), math.Abs(central[1]-central[2])
	near := max(first, second) > least && (second > 0.5*first || first > 16*second+least && bend[0] > 3*bend[1])
	return at0 || near
}
