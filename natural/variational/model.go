package variational

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Config is a generalised linear model with its data: targets yᵢ that depend on
// zᵢ = xᵢᵀw, and the prior N(0, I/τ) of w.
type Config struct {
	X          *mat.Dense // N×D, a row for each example; a column of ones is a bias
	Y          []float64  // N
	Likelihood Likelihood // log p(y|z)
	Prior      float64    // τ, precision of the prior; default 1
}

// Model is a model with its data. It is not changed by what is done with it.
type Model struct {
	x          *mat.Dense
	y          []float64
	likelihood Likelihood
	prior      float64
}

// NewModel checks a model. It keeps the data, and does not copy them. Errors name
// the row, from 0.
func NewModel(cfg Config) (*Model, error) {
	if cfg.X == nil || cfg.X.IsEmpty() {
		return nil, fmt.Errorf("variational: no data: Config.X needs a row for each example")
	}
	if cfg.Likelihood == nil {
		return nil, fmt.Errorf("variational: no likelihood: choose Noise, Logistic or StudentT")
	}
	if cfg.Prior == 0 {
		cfg.Prior = 1
	}
	if err := wantPositive("precision of the prior", cfg.Prior); err != nil {
		return nil, err
	}
	rows, _ := cfg.X.Dims()
	if rows != len(cfg.Y) {
		return nil, fmt.Errorf("variational: %d rows of X and %d targets: want as many", rows, len(cfg.Y))
	}
	for i, y := range cfg.Y {
		if err := cfg.Likelihood.Validate(y); err != nil {
			return nil, fmt.Errorf("%w (row %d)", err, i)
		}
		for j, v := range cfg.X.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("variational: row %d, column %d of X is %g: want a finite number", i, j, v)
			}
		}
	}
	return &Model{cfg.X, cfg.Y, cfg.Likelihood, cfg.Prior}, nil
}

// Examples is N, the number of rows.
func (m *Model) Examples() int { return len(m.y) }

// Dim is D, the number of weights.
func (m *Model) Dim() int { _, d := m.x.Dims(); return d }

// Prior is τ.
func (m *Model) Prior() float64 { return m.prior }

// PriorPosterior is a posterior that is the prior: where fits begin.
func (m *Model) PriorPosterior(structure Structure) (*Posterior, error) {
	return NewPosterior(structure, m.Dim(), m.prior)
}

// ELBO is the evidence lower bound Σ E[ℓᵢ] − KL(q ‖ prior), in nats: log p(y) less
// the divergence KL(q ‖ p(w|y)).
func (m *Model) ELBO(q *Posterior) float64 {
	s := newSums(m, q)
	s.fill(q)
	return s.elbo(q)
}

// NaturalGradient sets dst to F⁻¹∇_θ ELBO, θ the parameters of q.Family: the sum of
// the prior's natural parameters and the data's gradient by the expectation
// parameters, less θ. In the full structure it is
//
//	(g − Hm − Λm, −½(τI − H − Λ) packed),  g = Σ E[ℓᵢ′]xᵢ,  H = Σ E[ℓᵢ″]xᵢxᵢᵀ,
//
// and in the mean-field one the same with the diagonals of H and Λ.
func (m *Model) NaturalGradient(dst []float64, q *Posterior) {
	s := newSums(m, q)
	s.fill(q)
	q.Natural(dst)
	hm := make([]float64, m.Dim())
	q.precision.times(hm, s.Curvature, q.mean)
	for i := range hm {
		dst[i] = s.Slope[i] - hm[i] - dst[i]
	}
	second := dst[m.Dim():]
	for i := range second {
		second[i] = s.Curvature[i]/2 - second[i]
	}
	for i := range hm {
		second[q.place(i)] -= m.prior / 2
	}
}

// place is where element (i, i) of a curvature is.
func (q *Posterior) place(i int) int {
	if q.structure == MeanField {
		return i
	}
	return at(i, i)
}

// LogPredictive is log E_q[p(y|x)] of another example: −1 times the NLL of y, in nats.
func (m *Model) LogPredictive(q *Posterior, x []float64, y float64) float64 {
	mean, variance := q.Output(x)
	return m.likelihood.Predict(y, mean, variance)
}
