package eigen

import "math"

// maxSteps bounds the evaluations of f for a root. A root takes 5 on average, and about 50 in some narrow clusters.
const maxSteps = 200

// root finds root i as its distance shift from value origin, which is i or i+1.
//
// It iterates on a rational function with poles at the two values beside the root. The function has f's value and slope
// at the last guess (Li 1993). The iteration ends when f is no larger than its rounding. The root is kept between
// bounds; if a guess leaves them, their middle is the next guess.
func (s *secular) root(i int) (origin int, shift float64, ok bool) {
	if s.k == 1 {
		_, z := s.terms()
		return 0, s.rho * z[0] * z[0], true
	}
	origin, left, right, shift := s.guess(i)
	middleWay, previous := false, math.Inf(1)
	for range maxSteps {
		f := s.at(i, origin, shift)
		size := math.Abs(f.value)
		if size <= f.rounding {
			return origin, shift, true
		}
		if f.value < 0 {
			left = shift
		} else {
			right = shift
		}
		if size > previous/10 {
			middleWay = !middleWay
		}
		previous = size
		step := s.step(i, origin, shift, f, middleWay)
		if f.value*step >= 0 { // f rises
			step = -f.value / (f.below + f.above)
		}
		next := shift + step
		if !(next > left && next < right) {
			next = (left + right) / 2
		}
		if next == shift || right-left <= 2*epsilon*max(math.Abs(left), math.Abs(right)) {
			return origin, shift, true
		}
		shift = next
	}
	return 0, 0, false
}

// step is from d[origin] + shift to the zero of c + s₁/(d₁ − λ) + s₂/(d₂ − λ), with
// the values beside the root. It has three coefficients, and f's value and slope
// leave one free: in "fixed weight", the nearer pole has the weight that it has in
// f; in "the middle way", for when that does not get on, each pole has the slope of
// all terms on its side. The last root has one pole.
func (s *secular) step(i, origin int, shift float64, f sums, middleWay bool) float64 {
	d, z := s.terms()
	p1 := (d[i] - d[origin]) - shift
	if i == s.k-1 {
		return p1 * f.value / (f.value - p1*f.below)
	}
	p2 := (d[i+1] - d[origin]) - shift
	gap, slope := d[i+1]-d[i], f.below+f.above
	var c float64
	switch {
	case middleWay:
		c = f.value - p1*f.below - p2*f.above
	case origin == i:
		c = f.value - p2*slope + gap*(z[i]/p1)*(z[i]/p1)
	default:
		c = f.value - p1*slope - gap*(z[i+1]/p2)*(z[i+1]/p2)
	}
	return lesserRoot(c, (p1+p2)*f.value-p1*p2*slope, p1*p2*f.value)
}

// guess sets origin by the sign of f half-way between values i and i+1. It sets shift to the root of f with every term
// but those of these two values frozen at that point. left and right bound the shift. The last root is within ρ‖z‖² of
// its value.
func (s *secular) guess(i int) (origin int, left, right, shift float64) {
	d, z := s.terms()
	if i == s.k-1 {
		norm := 0.0
		for _, v := range z {
			norm += v * v
		}
		right = s.rho * norm * (1 + 8*epsilon)
		return i, 0, right, right / 2
	}
	gap := d[i+1] - d[i]
	half := gap / 2
	f := s.at(i, i, half).value
	z1, z2 := z[i]*z[i], z[i+1]*z[i+1]
	rest := f + z1/half - z2/half
	if f >= 0 { // rest − z1/x + z2/(gap − x) = 0
		origin, right = i, half
		shift = lesserRoot(rest, rest*gap+z1+z2, z1*gap)
	} else { // rest − z1/(gap − x) + z2/x = 0, leftwards
		origin, left = i+1, -half
		shift = -greaterRoot(rest, rest*gap-z1-z2, -z2*gap)
	}
	if !(shift > left && shift < right) {
		shift = (left + right) / 2
	}
	return origin, left, right, shift
}

// lesserRoot is (a − √(a² − 4bc))/2c, a root of cx² − ax + b = 0, without
// cancellation.
func lesserRoot(c, a, b float64) float64 {
	root := math.Sqrt(math.Abs(a*a - 4*b*c))
	if a <= 0 {
		return (a - root) / (2 * c)
	}
	return 2 * b / (a + root)
}

// greaterRoot is (a + √(a² − 4bc))/2c, the other root of cx² − ax + b = 0, without cancellation.
func greaterRoot(c, a, b float64) float64 {
	root := math.Sqrt(math.Abs(a*a - 4*b*c))
	if a < 0 {
		return 2 * b / (a - root)
	}
	return (a + root) / (2 * c)
}
