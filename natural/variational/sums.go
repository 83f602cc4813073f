package variational

import "math/rand/v2"

// Sums are sums over the data of what a step is made of. Over a mini-batch of B of
// the N examples they are scaled by N/B, and their expectation is the sum over all.
type Sums struct {
	// Step is the number of steps before this one.
	Step int
	// Value is Σ E[ℓᵢ], without the prior.
	Value float64
	// Slope is Σ E[ℓᵢ′]xᵢ, the derivative of Value by the posterior's mean; D elements.
	Slope []float64
	// Curvature is H = Σ E[ℓᵢ″]xᵢxᵢᵀ, twice the derivative by Σ: its lower triangle packed as
	// natural.Pack does or, of a mean-field posterior, its diagonal.
	Curvature []float64

	model *Model
	batch []int        // rows; nil: all
	draws [][]float64  // of weights, whose mean stands for E; nil: quadrature
	noise []float64    // a standard normal draw for each element of draws
	rng   *rand.Rand   // of the draws
	work  [2][]float64 // D each
}

func newSums(m *Model, q *Posterior) *Sums {
	vector := func() []float64 { return make([]float64, m.Dim()) }
	return &Sums{Slope: vector(), Curvature: make([]float64, q.precision.size()), model: m, work: [2][]float64{vector(), vector()}}
}

// vector is workspace of D elements.
func (s *Sums) vector(i int) []float64 { return s.work[i] }

// Prior is τ.
func (s *Sums) Prior() float64 { return s.model.prior }

// fill takes the sums at q, over the same batch and the same draws.
func (s *Sums) fill(q *Posterior) {
	s.Value = 0
	clear(s.Slope)
	clear(s.Curvature)
	for k, w := range s.draws {
		copy(w, s.noise[k*len(w):])
		q.precision.colour(w)
		for i, m := range q.mean {
			w[i] += m
		}
	}
	rows := len(s.batch)
	if s.batch == nil {
		rows = s.model.Examples()
	}
	for k := range rows {
		i := k
		if s.batch != nil {
			i = s.batch[k]
		}
		x := s.model.x.RawRowView(i)
		e := s.expected(q, x, s.model.y[i])
		s.Value += e.Value
		for j, v := range x {
			s.Slope[j] += e.Slope * v
		}
		q.precision.add(s.Curvature, x, e.Curvature)
	}
	if s.batch == nil {
		return
	}
	scale := float64(s.model.Examples()) / float64(rows)
	s.Value *= scale
	for j := range s.Slope {
		s.Slope[j] *= scale
	}
	for j := range s.Curvature {
		s.Curvature[j] *= scale
	}
}

// expected is E[ℓ] and its derivatives of one example.
func (s *Sums) expected(q *Posterior, x []float64, y float64) Expected {
	if s.draws == nil {
		mean, variance := q.Output(x)
		return s.model.likelihood.Expect(y, mean, variance)
	}
	var sum Expected
	for _, w := range s.draws {
		e := s.model.likelihood.Log(y, dot(x, w))
		sum.Value += e.Value
		sum.Slope += e.Slope
		sum.Curvature += e.Curvature
	}
	n := float64(len(s.draws))
	return Expected{sum.Value / n, sum.Slope / n, sum.Curvature / n}
}

// redraw makes new noise.
func (s *Sums) redraw() {
	for i := range s.noise {
		s.noise[i] = s.rng.NormFloat64()
	}
}

// elbo is of q, at which the sums were taken.
func (s *Sums) elbo(q *Posterior) float64 { return s.Value - q.KL(s.model.prior) }
