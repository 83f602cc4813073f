package variational

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// grid is a square of 2-D weights, 201 a side, wide enough for posteriors with deviations of
// about 1, and log p(y, w) at each point.
type grid struct {
	points  [][2]float64
	joint   []float64
	area    float64
	logEvid float64
	mean    [2]float64
	cov     [3]float64 // 00, 10, 11
}

func newGrid(m *Model, centre []float64, half float64) *grid {
	const side = 201
	h := 2 * half / (side - 1)
	g := &grid{area: h * h}
	greatest := math.Inf(-1)
	for i := range side {
		for j := range side {
			w := []float64{centre[0] - half + h*float64(i), centre[1] - half + h*float64(j)}
			v := -m.prior*dot(w, w)/2 + math.Log(m.prior) - 2*halfLogTwoPi
			for k, y := range m.y {
				z := dot(m.x.RawRowView(k), w)
				v -= math.Log1p(math.Exp(z * (1 - 2*y)))
			}
			g.points, g.joint = append(g.points, [2]float64{w[0], w[1]}), append(g.joint, v)
			greatest = math.Max(greatest, v)
		}
	}
	total := 0.0
	for _, v := range g.joint {
		total += math.Exp(v-greatest) * g.area
	}
	g.logEvid = greatest + math.Log(total)
	for pass := range 2 {
		for k, w := range g.points {
			p := math.Exp(g.joint[k]-g.logEvid) * g.area
			if pass == 0 {
				g.mean[0] += p * w[0]
				g.mean[1] += p * w[1]
				continue
			}
			a, b := w[0]-g.mean[0], w[1]-g.mean[1]
			g.cov[0] += p * a * a
			g.cov[1] += p * a * b
			g.cov[2] += p * b * b
		}
	}
	return g
}

// divergence is KL(q ‖ p(w|y)), summed over the grid.
func (g *grid) divergence(q *Posterior) float64 {
	sum := 0.0
	for k, w := range g.points {
		l := logDensity(q, w)
		sum += math.Exp(l) * (l - g.joint[k] + g.logEvid) * g.area
	}
	return sum
}

// moments are the distances of q's mean and covariance from the posterior's.
func (g *grid) moments(q *Posterior) (mean, covariance float64) {
	var s mat.SymDense
	q.Covariance(&s)
	return mat.Norm(difference(g.mean[:], q.Mean()), 2), mat.Norm(difference(g.cov[:], []float64{s.At(0, 0), s.At(1, 0), s.At(1, 1)}), 2)
}

// logDensity is log q(w) of two weights.
func logDensity(q *Posterior, w [2]float64) float64 {
	var s mat.SymDense
	q.Covariance(&s)
	a, b := w[0]-q.Mean()[0], w[1]-q.Mean()[1]
	det := s.At(0, 0)*s.At(1, 1) - s.At(1, 0)*s.At(1, 0)
	return -(s.At(1, 1)*a*a-2*s.At(1, 0)*a*b+s.At(0, 0)*b*b)/(2*det) - math.Log(det)/2 - 2*halfLogTwoPi
}

// TestAgainstGrid: of two weights, the posterior can be summed over a grid. The ELBO is the log
// evidence less KL(q ‖ p), and the fitted Gaussian is the closest of its structure: others
// around it are farther. The full one is closer than Laplace's, which is at the mode, and has nearly
// the posterior's mean; its covariance is no better than Laplace's here. The variances of the mean
// field are too small.
func TestAgainstGrid(t *testing.T) {
	m := drawn(t, Logistic{}, 50, 2, 0.5, 23)
	laplace, approximate, err := m.Laplace()
	require.NoError(t, err)
	g := newGrid(m, laplace.Mean(), 7)
	kl := map[Structure]float64{}
	both(t, func(t *testing.T, s Structure) {
		q := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.5}}, Structure: s, Steps: 200}).Posterior
		kl[s] = g.divergence(q)
		assert.InDelta(t, g.logEvid, m.ELBO(q)+kl[s], 1e-9)
		theta := parameters(q)
		for i := range theta {
			for _, change := range []float64{-0.02, 0.02} {
				near := append([]float64(nil), theta...)
				near[i] += change * (0.1 + math.Abs(near[i]))
				p := q.Clone()
				require.NoError(t, p.SetNatural(near))
				assert.Greater(t, g.divergence(p), kl[s], "element %d", i)
			}
		}
		var cov mat.SymDense
		q.Covariance(&cov)
		if s == Full {
			mean, _ := g.moments(q)
			other, _ := g.moments(laplace)
			assert.Less(t, mean, other/100)
			return
		}
		assert.Less(t, cov.At(0, 0), 0.9*g.cov[0])
		assert.Less(t, cov.At(1, 1), 0.9*g.cov[2])
	})
	assert.Less(t, kl[Full], g.divergence(laplace))
	assert.Less(t, kl[Full], kl[MeanField])
	assert.InDelta(t, g.logEvid, approximate, 0.2)
	for name, q := range map[string]*Posterior{"Laplace": laplace, "full": fit(t, m, FitConfig{Method: &NaturalGradient{}}).Posterior} {
		mean, covariance := g.moments(q)
		t.Logf("%s: mean off by %.4f, covariance by %.4f of %.4f", name, mean, covariance, g.cov)
	}
	t.Logf("KL(q ‖ p): full %.4f, mean-field %.4f, Laplace %.4f", kl[Full], kl[MeanField], g.divergence(laplace))

	// predictions are those of the grid, nearly
	q := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.5}}, Steps: 200}).Posterior
	for _, x := range [][]float64{{1, 0}, {-2, 1}, {3, 3}} {
		want, gaussian := 0.0, 0.0
		for k, w := range g.points {
			sigma := 1 / (1 + math.Exp(-dot(x, w[:])))
			want += sigma * math.Exp(g.joint[k]-g.logEvid) * g.area
			gaussian += sigma * math.Exp(logDensity(q, w)) * g.area
		}
		p := math.Exp(m.LogPredictive(q, x, 1))
		assert.InDelta(t, gaussian, p, 1e-9)
		assert.InDelta(t, want, p, 0.01)
		assert.InDelta(t, 1, p+math.Exp(m.LogPredictive(q, x, 0)), 1e-12)
	}
}

// TestLaplaceAtTheMode: the gradient of log p(w|y) is 0 there, and its Hessian is −Λ, by
// differences; also where Newton's whole steps would leave.
func TestLaplaceAtTheMode(t *testing.T) {
	for _, l := range []Likelihood{Logistic{}, StudentT{4, 0.5}} {
		m := drawn(t, l, 30, 3, 0.01, 24)
		q, _, err := m.Laplace()
		require.NoError(t, err)
		const h = 1e-4
		joint := func(i, j int, a, b float64) float64 {
			w := append([]float64(nil), q.Mean()...)
			w[i] += a
			w[j] += b
			return m.logJoint(w)
		}
		packed := make([]float64, q.precision.size())
		q.precision.packed(packed)
		for i := range 3 {
			assert.InDelta(t, 0, (joint(i, i, h, 0)-joint(i, i, -h, 0))/(2*h), 1e-5)
			for j := range i + 1 {
				hessian := (joint(i, j, h, h) - joint(i, j, h, -h) - joint(i, j, -h, h) + joint(i, j, -h, -h)) / (4 * h * h)
				assert.InDelta(t, -hessian, packed[at(i, j)], 1e-4*(1+abs(hessian)), l)
			}
		}
	}
	x := mat.NewDense(2, 1, []float64{1, 1})
	m, err := NewModel(Config{X: x, Y: []float64{-100, 100}, Likelihood: StudentT{1, 1}, Prior: 1e-9})
	require.NoError(t, err)
	_, _, err = m.Laplace() // 0 is a saddle between two modes
	assert.ErrorIs(t, err, ErrNoMode)
}
