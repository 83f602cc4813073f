package variational

import (
	"errors"
	"fmt"
	"math"
)

// Exact is the posterior p(w|y) of a model with [Noise], N(βΛ⁻¹Xᵀy, Λ⁻¹) with
// Λ = τI + βXᵀX, and the log evidence log p(y) in nats, which is the ELBO there.
func (m *Model) Exact() (*Posterior, float64, error) {
	noise, ok := m.likelihood.(Noise)
	if !ok {
		return nil, 0, fmt.Errorf("variational: the posterior of a model with %s is not known: use Laplace or Fit", m.likelihood)
	}
	q, err := m.PriorPosterior(Full)
	if err != nil {
		return nil, 0, err
	}
	s := newSums(m, q)
	s.fill(q)
	if !q.precision.blend(1, m.prior, s.Curvature) {
		return nil, 0, fmt.Errorf("variational: the posterior's precision is not positive definite to rounding: scale the columns of X, or choose a prior of more than %g", m.prior)
	}
	for i, y := range m.y { // at w = 0 the slope is βXᵀy
		for j, v := range m.x.RawRowView(i) {
			q.mean[j] += noise.Precision * y * v
		}
	}
	q.precision.solve(q.mean)
	return q, m.evidence(q), nil
}

// evidence is Laplace's approximation of log p(y), which is exact where the posterior is Gaussian:
// log p(y|m) + log p(m) + ½D log 2π − ½ log det Λ.
func (m *Model) evidence(q *Posterior) float64 {
	return m.logJoint(q.mean) + (float64(m.Dim())*math.Log(m.prior)-q.precision.logDet())/2
}

// logJoint is log p(y|w) − ½τ‖w‖²: log p(y, w) without the prior's constant.
func (m *Model) logJoint(w []float64) float64 {
	sum := -m.prior * dot(w, w) / 2
	for i, y := range m.y {
		sum += m.likelihood.Log(y, dot(m.x.RawRowView(i), w)).Value
	}
	return sum
}

// newtonSteps are far more than a concave log posterior needs.
const newtonSteps = 200

// ErrNoMode reports a posterior whose mode was not found, or is none.
var ErrNoMode = errors.New("variational: no mode of the posterior found")

// Laplace is the Gaussian at the mode of p(w|y), the MAP estimate, with the negative Hessian
// of log p(w|y) there as its precision, and Laplace's approximation of the log
// evidence. The mode is found from 0 by Newton's method, with the part of the
// Hessian that is negative definite, and steps halved until they improve.
func (m *Model) Laplace() (*Posterior, float64, error) {
	q, err := m.PriorPosterior(Full)
	if err != nil {
		return nil, 0, err
	}
	curvature := make([]float64, q.precision.size())
	step, trial := make([]float64, m.Dim()), make([]float64, m.Dim())
	joint := m.logJoint(q.mean)
	for range newtonSteps {
		m.derivatives(q, step, curvature, true)
		if !q.precision.blend(1, m.prior, curvature) {
			return nil, 0, fmt.Errorf("%w: the Hessian is singular to rounding: scale the columns of X", ErrNoMode)
		}
		copy(trial, step)
		q.precision.solve(step)
		gain := dot(trial, step) // what the step gains to first order
		if gain < 1e-20*(1+math.Abs(joint)) {
			m.derivatives(q, step, curvature, false)
			if !q.precision.blend(1, m.prior, curvature) {
				return nil, 0, fmt.Errorf("%w: where the gradient is 0, the Hessian is not negative definite", ErrNoMode)
			}
			return q, m.evidence(q), nil
		}
		for rate := 1.0; ; rate /= 2 {
			for i, w := range q.mean {
				trial[i] = w + rate*step[i]
			}
			next := m.logJoint(trial)
			// Close to the mode, rounding hides that a whole step is good.
			if next >= joint+1e-4*rate*gain || gain < 1e-10*(1+math.Abs(joint)) {
				copy(q.mean, trial)
				joint = next
				break
			}
			if rate < 1e-12 {
				return nil, 0, fmt.Errorf("%w: no step improves log p(w|y)", ErrNoMode)
			}
		}
	}
	return nil, 0, fmt.Errorf("%w in %d steps of Newton's method", ErrNoMode, newtonSteps)
}

// derivatives sets gradient to that of logJoint at q's mean, and curvature to Σ ℓᵢ″xᵢxᵢᵀ,
// without examples of positive ℓᵢ″ if so asked.
func (m *Model) derivatives(q *Posterior, gradient, curvature []float64, concave bool) {
	clear(curvature)
	for i, w := range q.mean {
		gradient[i] = -m.prior * w
	}
	for i, y := range m.y {
		x := m.x.RawRowView(i)
		e := m.likelihood.Log(y, dot(x, q.mean))
		for j, v := range x {
			gradient[j] += e.Slope * v
		}
		if !concave || e.Curvature < 0 {
			q.precision.add(curvature, x, e.Curvature)
		}
	}
}
