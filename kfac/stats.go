package kfac

import "time"

// Stats holds the diagnostics of one step. docs/kfac.md says which values to look for.
type Stats struct {
	Loss    float64 // h on the mini-batch before the step, penalty included
	Damping float64 // λ that the step was taken with
	Gamma   float64 // γ of the inverses

	LeastDamping float64 // floor of λ

	GradNorm   float64 // ‖∇h‖
	UpdateNorm float64 // ‖δ‖ of the step, without weight decay
	Cosine     float64 // cosine of the angle between δ and −∇h: 1 for gradient descent

	// Alpha and Mu are the coefficients of δ = αΔ + μδ₀. Adaptive mode finds them;
	// fixed mode takes them from Config. The learning rate is included.
	Alpha, Mu float64
	// ClipFactor in fixed mode is ν of the norm clip. In adaptive mode it is the factor
	// that shortened a step whose model predicted a fall by more than 2h. A step that was
	// not shortened has 1.
	ClipFactor float64

	// Predicted is the change of h that the quadratic model predicts, M(δ) − M(0). Fixed
	// mode computes it only in the steps that measure ρ.
	Predicted float64
	// Actual is the change of h on the same mini-batch, h(θ+δ) − h(θ). It is NaN in
	// steps that do not measure ρ.
	Actual float64
	// Ratio is ρ = Actual/Predicted. It is −∞ if h rose where the model had predicted a
	// rise, since the quotient would look good there. It is NaN in steps that do not
	// measure ρ, and where both changes are within rounding.
	Ratio float64
	// Undone is true if the step was taken back: h was not a number after it, or h had
	// risen while all mini-batches were the same.
	Undone bool

	InverseAge     int     // steps since all inverses were renewed
	FailedInverses int     // failed attempts at decompositions since the start; see InverseReport
	Condition      float64 // greatest condition number (1-norm) among the damped blocks in use

	GradientTime time.Duration // loss, gradient and factors
	InverseTime  time.Duration // decompositions; in adaptive mode also the search for γ
	ProductTime  time.Duration // exact products with F
	UpdateTime   time.Duration // preconditioning and the update itself
	DampingTime  time.Duration // the loss after the step, for ρ
}
