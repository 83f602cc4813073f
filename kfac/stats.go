package kfac

import "time"

// Stats describes one step.
type Stats struct {
	Loss    float64 // h before the step
	Damping float64 // λ that the step was taken with
	Gamma   float64 // γ of the inverses

	LeastDamping float64 // floor of λ

	GradNorm   float64 // ‖∇h‖
	UpdateNorm float64 // ‖δ‖, of the step itself, weight decay left out
	Cosine     float64 // of the angle between δ and −∇h: 1 would be gradient descent

	// Alpha and Mu are the coefficients of δ = αΔ + μδ₀: found in adaptive
	// mode, given in fixed mode. ClipFactor is ν, or in adaptive mode what a
	// step was shortened by because its model promised a fall by more than 2h; 1 =
	// not clipped.
	Alpha, Mu, ClipFactor float64

	// Predicted is the quadratic model's M(δ) − M(0): in fixed mode only where
	// λ is up for adaptation. There, Actual is the change of h on the same
	// mini-batch, and Ratio is ρ = Actual/Predicted: −∞ where both rose, so that
	// a quotient would say nothing. Actual and Ratio are NaN at other steps.
	Predicted, Actual, Ratio float64
	// Undone is a step that was taken back: h was not a number after it, or on
	// mini-batches that are all the same h had risen.
	Undone bool

	InverseAge     int     // steps since all the inverses were renewed
	FailedInverses int     // decompositions that failed since the start
	Condition      float64 // greatest condition number (1-norm) among the damped blocks in use

	GradientTime time.Duration // loss, gradient and factors
	InverseTime  time.Duration
	ProductTime  time.Duration // exact curvature products
	UpdateTime   time.Duration // preconditioning and the update itself
	DampingTime  time.Duration // the loss after the step
}
