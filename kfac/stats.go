package kfac

import "time"

// Stats describes one step.
type Stats struct {
	Loss    float64 // h before the step
	Damping float64 // λ that the step was taken with

	GradNorm           float64 // ‖∇h‖
	PreconditionedNorm float64 // ‖U‖, before clip, momentum and learning rate
	Cosine             float64 // of the angle between U and ∇h: 1 would be gradient descent
	ClipFactor         float64 // ν; 1 = not clipped
	UpdateNorm         float64 // ‖αv‖, of the step itself, weight decay left out

	// Where λ was up for adaptation, what the quadratic model predicted for
	// the change of h, what it was on the same mini-batch, and their ratio ρ:
	// −∞ where both rose, so that a quotient would say nothing. Ratio is NaN
	// at other steps.
	Predicted, Actual, Ratio float64

	InverseAge     int // steps since all the inverses were renewed
	FailedInverses int // Cholesky decompositions that failed since the start

	GradientTime time.Duration // loss, gradient and factors
	InverseTime  time.Duration
	UpdateTime   time.Duration // preconditioning and the update itself
	DampingTime  time.Duration
}
