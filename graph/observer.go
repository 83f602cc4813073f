package graph

// Pass says which targets the gradients of a set of taps come from.
type Pass int

// The passes that fill taps.
const (
	PassGrad      Pass = iota // the true targets: Objective.Grad, or Curvature with Empirical
	PassCurvature             // targets as the Fisher estimator draws them
)

func (p Pass) String() string {
	if p == PassGrad {
		return "gradient"
	}
	return "curvature"
}

// Observer is called after every pass that fills taps, with all of the
// model's taps in layer order. It must not keep their tensors.
type Observer func(pass Pass, taps []*Tap)
