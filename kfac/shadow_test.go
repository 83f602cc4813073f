package kfac_test

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/kfac"
)

// shadow is K-FAC with the exact estimator, by the book, in dense matrices:
// what an optimizer with the same settings must do on a net.
type shadow struct {
	net
	cfg            kfac.Config // defaults filled in
	theta          []float64
	last, average  []float64 // velocity or δ₀; θ̄
	lambda, gamma  float64
	mean           *factors
	held           *factors // mean, at the last inversion
	heldGamma      float64
	basis          bases
	seen           int // mini-batches in the basis's scales
	steps, folds   int
	expected       kfac.Stats
	proposal, grad []float64
}

func newShadow(n net, cfg kfac.Config, theta []float64) *shadow {
	return &shadow{net: n, cfg: cfg, theta: append([]float64{}, theta...), last: make([]float64, n.size), lambda: cfg.Damping}
}

func (s *shadow) due(every int) bool { return s.steps < 3 || s.steps%every == 0 }

// part is the leading fraction of a mini-batch.
func part(b batch, fraction float64) batch {
	return b.first(int(math.Ceil(fraction * float64(len(b.xs)))))
}

func (s *shadow) step(b batch) {
	h, grad := s.objective(s.theta, b)
	s.grad = grad
	s.expected = kfac.Stats{Loss: h, Damping: s.lambda, ClipFactor: 1, Alpha: s.cfg.LearningRate, Ratio: math.NaN(), Actual: math.NaN()}
	s.measure(b)
	s.invert(b)
	s.expected.Gamma = s.gamma
	before := append([]float64{}, s.theta...)
	if s.cfg.Mode == kfac.Adaptive {
		s.adaptive(b)
	} else {
		s.fixed(b)
	}
	s.expected.GradNorm = math.Sqrt(dot(grad, grad))
	if every := s.cfg.DampingUpdateSteps; every > 0 && (s.steps+1)%every == 0 {
		s.adapt(h, b, every)
	}
	axpy(s.theta, -s.cfg.LearningRate*s.cfg.WeightDecay, before)
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
		keep := min(1-1/float64(s.folds), s.cfg.FactorDecay)
		s.mean = s.mean.fold(keep, s.factors(terms))
		if s.basis != nil {
			s.seen++
			s.basis.fold(min(keep, 1-1/float64(s.seen)), s.basis.project(s.net, terms))
		}
	}
	if ekfac && s.due(s.cfg.InverseUpdateSteps) {
		s.basis, s.seen = newBases(s.mean), 1
		s.basis.fold(0, s.basis.project(s.net, s.exact(s.theta, part(b, s.cfg.FactorFraction))))
	}
}

// invert finds γ and the proposal −(F̂ + …)⁻¹∇h.
func (s *shadow) invert(b batch) {
	every := s.cfg.GammaUpdateSteps
	root := math.Sqrt(s.lambda + s.l2)
	if s.cfg.Mode == kfac.Adaptive && every > 0 && s.gamma > 0 && s.steps%every == 0 {
		s.held = s.mean
		step := math.Pow(19.0/20, float64(every)/2)
		best, center := math.Inf(1), s.gamma
		for _, gamma := range []float64{center, center * step, center / step} {
			s.heldGamma = gamma
			s.propose()
			if _, _, least := s.minimise(b); least < best {
				best, s.gamma = least, gamma
			}
		}
		s.heldGamma = s.gamma
	} else if s.due(s.cfg.InverseUpdateSteps) {
		if s.cfg.Mode == kfac.Fixed || every < 0 || s.gamma == 0 {
			s.gamma = root
		}
		s.held, s.heldGamma = s.mean, s.gamma
	}
	s.propose()
}

func (s *shadow) propose() {
	s.proposal = solve(s.damped(s.cfg.Structure, s.held, s.basis, s.heldGamma), s.grad)
	for i := range s.proposal {
		s.proposal[i] *= -1
	}
}

// curvature is C = F + (λ+η)I, F on the part of the mini-batch that products
// are formed on.
func (s *shadow) curvature(b batch) *mat.Dense {
	return plus(s.fisher(s.exact(s.theta, part(b, s.cfg.ProductFraction))), s.lambda+s.l2)
}

func product(c mat.Matrix, x, y []float64) float64 { return mat.Inner(vec(x), c, vec(y)) }

// minimise solves the 2×2 system of MG15 §7 for the proposal and the last
// update.
func (s *shadow) minimise(b batch) (alpha, mu, least float64) {
	c := s.curvature(b)
	if dot(s.last, s.last) == 0 {
		alpha = -dot(s.grad, s.proposal) / product(c, s.proposal, s.proposal)
		return alpha, 0, alpha * dot(s.grad, s.proposal) / 2
	}
	cross := product(c, s.proposal, s.last)
	x := solve(mat.NewDense(2, 2, []float64{product(c, s.proposal, s.proposal), cross, cross, product(c, s.last, s.last)}),
		[]float64{-dot(s.grad, s.proposal), -dot(s.grad, s.last)})
	return x[0], x[1], (x[0]*dot(s.grad, s.proposal) + x[1]*dot(s.grad, s.last)) / 2
}

func (s *shadow) adaptive(b batch) {
	alpha, mu, _ := s.minimise(b)
	s.expected.Alpha, s.expected.Mu = alpha, mu
	for i, v := range s.last {
		s.last[i] = s.cfg.LearningRate * (alpha*s.proposal[i] + mu*v)
	}
	s.expected.Predicted = dot(s.grad, s.last) + product(s.curvature(b), s.last, s.last)/2
	s.describe(s.last)
	axpy(s.theta, 1, s.last)
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
func (s *shadow) adapt(before float64, b batch, every int) {
	after, _ := s.objective(s.theta, b)
	s.expected.Actual = after - before
	rho := s.expected.Actual / s.expected.Predicted
	if s.expected.Predicted >= 0 { // the quotient says nothing
		rho = math.Inf(-1)
		if s.expected.Actual <= 0 {
			rho = math.NaN()
		}
	}
	s.expected.Ratio = rho
	omega := math.Pow(19.0/20, float64(every))
	switch {
	case rho > 0.75:
		s.lambda *= omega
	case rho < 0.25:
		s.lambda /= omega
	}
	s.lambda = min(max(s.lambda, s.cfg.MinDamping), s.cfg.MaxDamping)
}
