package lrfinder

import "math"

// Point is a step of the test.
type Point struct {
	Rate     float64 // α_k
	Loss     float64 // h_k
	Smoothed float64 // s_k
}

// Result is what a test found.
type Result struct {
	Points    []Point // a point for each step, by ascending rate
	Suggested float64 // a rate for training; 0: the loss did not fall by more than chance
	Stopped   bool    // the test ended before the greatest rate: the loss exceeded Bound, or was not finite
	Bound     float64 // that the loss must not exceed
}

// curve is the losses so far.
type curve struct {
	beta, stop float64
	points     []Point
	sum, total float64 // of m_k: Σ β^(k−j) h_j and Σ β^(k−j)
	best       float64 // the least m_k
}

// add takes a loss in and reports whether it ends the test.
func (c *curve) add(rate, loss float64) bool {
	c.points = append(c.points, Point{Rate: rate, Loss: loss})
	c.sum, c.total = c.beta*c.sum+loss, c.beta*c.total+1
	mean := c.sum / c.total
	if len(c.points) == 1 || mean < c.best {
		c.best = mean
	}
	return mean > c.bound()
}

func (c *curve) bound() float64 { return c.best + (c.stop-1)*math.Abs(c.best) }

// result smooths the curve and looks for the suggestion.
func (t *test) result() *Result {
	c := &t.curve
	r := &Result{Points: c.points, Stopped: t.stopped, Bound: c.bound()}
	smooth(r.Points, c.beta, r.Bound)
	least := leastOf(r.Points)
	if fall(r.Points[:least]) > noiseRange*c.noise(r.Points[:least], r.Bound) {
		r.Suggested = steepest(r.Points, least)
	}
	return r
}

// noiseRange is a fall that is no chance, in standard deviations of the smoothed curve.
// Greatest and least of a hundred normal numbers are 5 apart, of few seldom more than 8,
// measured by deviations that are estimated themselves. Classifiers of digits fall by 40.
const noiseRange = 8

// noise is the standard deviation of the smoothed curve, if losses vary by chance alone.
// That of a loss is measured by differences from one to the next, in which a fall over
// many steps counts little. The smoothed curve's is less by √(Σw²)/Σw of the weights.
func (c *curve) noise(points []Point, bound float64) float64 {
	var sum float64
	for k := 1; k < len(points); k++ {
		d := min(points[k].Loss, bound) - min(points[k-1].Loss, bound)
		sum += d * d / 2
	}
	return math.Sqrt((1 - c.beta) / (1 + c.beta) * sum / float64(max(len(points)-1, 1)))
}

// smooth sets s_k, by one pass from each side: the sums over j ≤ k and over j > k.
func smooth(points []Point, beta, bound float64) {
	sums, totals := make([]float64, len(points)), make([]float64, len(points))
	var sum, total float64
	for k, p := range points {
		sum, total = beta*sum+min(p.Loss, bound), beta*total+1
		sums[k], totals[k] = sum, total
	}
	sum, total = 0, 0
	for k := len(points) - 1; k >= 0; k-- {
		points[k].Smoothed = (sums[k] + sum) / (totals[k] + total)
		sum, total = beta*(sum+min(points[k].Loss, bound)), beta*(total+1)
	}
}

// leastOf is the number of points up to the least smoothed one, that included.
func leastOf(points []Point) int {
	least := 0
	for k, p := range points {
		if p.Smoothed < points[least].Smoothed {
			least = k
		}
	}
	return min(least+1, len(points))
}

// fall is from the greatest smoothed loss to the last.
func fall(points []Point) float64 {
	var most float64
	for _, p := range points {
		most = max(most, p.Smoothed-points[len(points)-1].Smoothed)
	}
	return most
}

// steepest is the rate at which the smoothed curve falls fastest, among the first so many
// points: 0 if it does not fall. Rates are equally far apart in their logarithms.
func steepest(points []Point, first int) float64 {
	rate, slope := 0.0, 0.0
	for k := 1; k < first && k+1 < len(points); k++ {
		if s := (points[k+1].Smoothed - points[k-1].Smoothed) / 2; s < slope {
			rate, slope = points[k].Rate, s
		}
	}
	return rate
}
