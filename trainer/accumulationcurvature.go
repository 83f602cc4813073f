package trainer

import "github.com/gokfac/gokfac/graph"

// Curvature fills the gradients, and shows visit the passes of est over one part after
// the other. Gradients of loose parameters are those of the mean loss of the mini-batch:
// of an example where est has a pass for each, and else the sum over the parts, in a
// pass of its own at the end.
func (a *Accumulation) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	if err := est.Validate(); err != nil {
		return 0, err
	}
	a.est, a.visit = est, visit
	defer func() { a.visit = nil }()
	h, err := a.differentiate(a.curvature)
	if err != nil || len(a.loose) == 0 || !a.sampled() {
		return h, err
	}
	a.pass = graph.CurvaturePass{Examples: a.total, Loose: a.loose}
	return h, visit(&a.pass)
}

// sampled reports whether a pass is over all examples of a part, with one random target
// for each. The square of the sum of their gradients is wanted, not the sum of squares
// of the parts' sums.
func (a *Accumulation) sampled() bool { return a.est == graph.MC || a.est == graph.GGN }

// partCurvature is a pass over the part that is bound.
func (a *Accumulation) partCurvature(o *objective) (float64, error) {
	return o.Curvature(a.est, a.show)
}

// showPart shows visit a pass over a part, as one over the mini-batch.
func (a *Accumulation) showPart(c *graph.CurvaturePass) error {
	if c.Taps != nil {
		at := a.parts[a.at].place
		a.pass = graph.CurvaturePass{Examples: a.counted(a.at), First: at.first, Step: at.step, Part: a.at, Taps: c.Taps}
		if err := a.visit(&a.pass); err != nil {
			return err
		}
	}
	if c.Loose == nil {
		return nil
	}
	if a.sampled() && a.at > 0 {
		a.loose.AddScaled(a.share(a.at), c.Loose)
		return nil
	}
	a.loose.Copy(c.Loose)
	a.loose.Scale(a.share(a.at))
	if a.sampled() {
		return nil
	}
	a.pass = graph.CurvaturePass{Examples: a.total, Loose: a.loose}
	return a.visit(&a.pass)
}
