package kfac_test

import (
	"math"

	"github.com/gokfac/gokfac/kfac"
)

// shadow is K-FAC with the exact estimator, by the book, in dense matrices:
// what an optimizer with the same settings must do on a net.
type shadow struct {
	net
	cfg           kfac.Config // defaults filled in
	theta         []float64
	last, average []float64 // velocity or δ₀; θ̄
	lambda, gamma float64
	least         float64 // of λ
	ofSample      float64 // least λ as long as mini-batches differ
	steepness     float64 // along the first gradient
	rate          float64 // of this step
	repeats
	shadowPace
	mean           *factors
	held           *factors // mean, at the last inversion
	heldGamma      float64
	basis          bases
	seen           int // mini-batches in the basis's scales
	steps, folds   int
	inverted       int  // folds at the last inversion
	inversion      bool // is due in this step
	expected       kfac.Stats
	proposal, grad []float64
}

func newShadow(n net, cfg kfac.Config, theta []float64) *shadow {
	return &shadow{net: n, cfg: cfg, theta: append([]float64{}, theta...), last: make([]float64, n.size), lambda: cfg.Damping, least: cfg.MinDamping}
}

func (s *shadow) due(every int) bool { return s.steps < 3 || s.steps%every == 0 }

// part is the leading fraction of a mini-batch; 0 is that of small ones, the whole.
func part(b batch, fraction float64) batch {
	if fraction == 0 {
		return b
	}
	return b.first(int(math.Ceil(fraction * float64(len(b.xs)))))
}

func (s *shadow) step(b batch) {
	h, grad := s.objective(s.theta, b)
	s.grad = grad
	s.expected = kfac.Stats{Loss: h, ClipFactor: 1, Alpha: s.cfg.LearningRate, Ratio: math.NaN(), Actual: math.NaN()}
	s.measure(b)
	s.compare(h)
	if s.cfg.Mode == kfac.Adaptive && (s.steps == 0 || s.steps%20 == 0 && !s.same) {
		s.steep(b)
	}
	if s.lambda == 0 {
		s.search(b)
	}
	s.invert(b)
	s.expected.Damping, s.expected.LeastDamping, s.expected.Gamma = s.lambda, s.least, s.gamma
	before := append([]float64{}, s.theta...)
	s.rate = s.cfg.LearningRate
	if s.cfg.Mode == kfac.Adaptive {
		s.adaptive(b)
	} else {
		s.fixed(b)
	}
	s.expected.GradNorm = math.Sqrt(dot(grad, grad))
	if every := s.cfg.DampingUpdateSteps; every > 0 && (s.same || (s.steps+1)%every == 0) {
		after, _ := s.objective(s.theta, b)
		s.adapt(after-h, every)
		s.next, s.known = after, true
		if s.rises(after, h) {
			s.undo(before, h)
		}
	}
	if !s.expected.Undone && s.cfg.WeightDecay > 0 {
		axpy(s.theta, -s.rate*s.cfg.WeightDecay, before)
		s.known = false
	}
	s.steps++
	if xi := s.cfg.Polyak; xi > 0 {
		keep := min(1-1/float64(s.steps), xi)
		if s.average == nil {
			s.average = make([]float64, s.size)
		}
		for i, v := range s.theta {
			s.average[i] = keep*s.average[i] + (1-keep)*v
		}
	}
}

// measure takes the mini-batch into the averages.
func (s *shadow) measure(b batch) {
	ekfac := s.cfg.Structure == kfac.EKFAC
	if s.due(s.cfg.FactorUpdateSteps) || ekfac && s.due(s.cfg.InverseUpdateSteps) {
		s.folds++
		terms := s.exact(s.theta, part(b, s.cfg.FactorFraction))
		keep := min(1-1/float64(s.folds), math.Pow(s.cfg.FactorDecay, float64(s.cfg.FactorUpdateSteps)))
		s.mean = s.mean.Fold(keep, s.factors(terms))
		if s.basis != nil {
			s.seen++
			s.basis.Fold(min(keep, 1-1/float64(s.seen)), s.basis.project(s.net, terms))
		}
	}
	s.inversion = s.due(s.cfg.InverseUpdateSteps) || s.cfg.Mode == kfac.Adaptive && 4*s.folds >= 5*s.inverted
	if ekfac && s.inversion {
		s.basis, s.seen = newBases(s.mean), 1
		s.basis.Fold(0, s.basis.project(s.net, s.exact(s.theta, part(b, s.cfg.FactorFraction))))
	}
}

// invert finds γ and the proposal −(F̂ + …)⁻¹∇h.
func (s *shadow) invert(b batch) {
	every := s.cfg.GammaUpdateSteps
	root := math.Sqrt(s.lambda + s.l2)
	s.renewed = false
	if s.cfg.Mode == kfac.Adaptive && every > 0 && s.gamma > 0 && (s.steps%every == 0 || s.turned && s.same) {
		s.held, s.renewed, s.inverted = s.mean, true, s.folds
		s.tryGammas(b, every)
	} else if s.inversion {
		if s.cfg.Mode == kfac.Fixed || every < 0 || s.gamma == 0 {
			s.gamma = root
		}
		s.held, s.heldGamma, s.renewed, s.inverted = s.mean, s.gamma, true, s.folds
	}
	s.propose()
}

func (s *shadow) propose() {
	s.proposal = solve(s.damped(s.cfg.Structure, s.held, s.basis, s.heldGamma), s.grad)
	for i := range s.proposal {
		s.proposal[i] *= -1
	}
}

// fixed keeps v with the sign of the update: v ← μv + νΔ, θ ← θ + αv.
func (s *shadow) fixed(b batch) {
	alpha, nu := s.cfg.LearningRate, 1.0
	if kappa := s.cfg.KLClip; kappa > 0 {
		nu = min(1, math.Sqrt(-kappa/(alpha*alpha*dot(s.grad, s.proposal))))
	}
	s.expected.ClipFactor, s.expected.Mu = nu, s.cfg.Momentum
	delta := make([]float64, s.size)
	for i, v := range s.last {
		s.last[i] = s.cfg.Momentum*v + nu*s.proposal[i]
		delta[i] = alpha * s.last[i]
	}
	if every := s.cfg.DampingUpdateSteps; every > 0 && (s.steps+1)%every == 0 {
		s.expected.Predicted = dot(s.grad, delta) + product(s.curvature(b), delta, delta)/2
	}
	s.describe(delta)
	axpy(s.theta, 1, delta)
}

func (s *shadow) describe(delta []float64) {
	s.expected.UpdateNorm = math.Sqrt(dot(delta, delta))
	s.expected.Cosine = -dot(s.grad, delta) / math.Sqrt(dot(s.grad, s.grad)*dot(delta, delta))
}

// adapt is the rule of Levenberg and Marquardt, on the same mini-batch.
func (s *shadow) adapt(actual float64, every int) {
	s.expected.Actual = actual
	rho := actual / s.expected.Predicted
	if s.expected.Predicted >= 0 { // the quotient says nothing
		rho = math.Inf(-1)
		if actual <= 0 {
			rho = math.NaN()
		}
	}
	s.expected.Ratio = rho
	omega := s.omega(actual, every)
	switch {
	case rho > 0.75:
		s.lambda *= omega
	case rho < 0.25:
		s.lambda /= omega
	}
	s.lambda = min(max(s.lambda, s.least), s.cfg.MaxDamping)
}
