package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// TestMuonAgainstPaper: Jordan's iteration and the scale of Liu et al., with and without
// the look-ahead and the last layer.
func TestMuonAgainstPaper(t *testing.T) {
	for _, cfg := range []trainer.MuonConfig{{}, {HeavyBall: true, Momentum: 0.7}, {LastLayer: true, AdamRate: 0.25, Beta1: 0.5}, {Momentum: trainer.None}} {
		cfg.WeightDecay = 0.3
		o, err := trainer.NewMuon(cfg)
		require.NoError(t, err)
		c := o.Config()
		mu := max(c.Momentum, 0)
		holds(t, func() trainer.Optimizer { o, _ := trainer.NewMuon(cfg); return o }, 0.3, func(i int, p *graph.Param) written {
			orthogonal := p.Value.Dims() == 2 && p.Value.Shape()[0] > 1 && p.Value.Shape()[1] > 1
			if !orthogonal || i == len(shapesOfRivals)-1 && !cfg.LastLayer {
				adam := adamWritten(c.Beta1, c.Beta2, c.Epsilon)
				return func(t int, w, g dense) dense {
					step := adam(t, w, g)
					return step.with(c.AdamRate, 0, step)
				}
			}
			var b dense
			return func(_ int, w, g dense) dense {
				if b == nil {
					b = zeros(len(g), len(g[0]))
				}
				b = b.with(mu, 1, g)
				x := g.with(1, mu, b)
				if cfg.HeavyBall {
					x = b
				}
				x = x.with(1/(x.norm()+1e-7), 0, x)
				for range 5 { // X ← aX + b(XXᵀ)X + c(XXᵀ)²X
					xx := x.times(x.t())
					x = x.with(3.4445, 1, xx.times(x).with(-4.7750, 2.0315, xx.times(xx).times(x)))
				}
				return x.with(-0.2*math.Sqrt(float64(max(len(x), len(x[0])))), 0, x)
			}
		})
	}
}

// TestMuonOrthogonalizes: the singular values of a step are near one another, whatever
// the gradient's are.
func TestMuonOrthogonalizes(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, shape := range [][]int{{40, 17}, {17, 40}, {33, 33}} {
			r := rand.New(rand.NewPCG(1, 2))
			q, _ := eigenvectors(t, zeros(shape[0], shape[0]).each(zeros(shape[0], shape[0]), func(_, _ float64) float64 { return r.NormFloat64() }))
			s, _ := eigenvectors(t, zeros(shape[1], shape[1]).each(zeros(shape[1], shape[1]), func(_, _ float64) float64 { return r.NormFloat64() }))
			values := zeros(shape[0], shape[1])
			n := min(shape[0], shape[1])
			for i := range n {
				values[i][i] = math.Pow(0.02, float64(i)/float64(n)) // ‖·‖ is below 3: each is above the 0.002 that five steps raise
			}
			g := q.times(values).times(s.t())
			d := &dictated{params: []*graph.Param{graph.NewParam("w", dtype, shape...)}, next: func(_, _, j int) float64 { return g[j/shape[1]][j%shape[1]] }}
			o, err := trainer.NewMuon(trainer.MuonConfig{LearningRate: 1, LastLayer: true})
			require.NoError(t, err)
			_, err = o.Step(d)
			require.NoError(t, err)
			var svd mat.SVD
			require.True(t, svd.Factorize(mat.NewDense(shape[0], shape[1], snapshot(d.params, false)), mat.SVDNone))
			for _, v := range svd.Values(nil) {
				v /= 0.2 * math.Sqrt(float64(max(shape[0], shape[1])))
				assert.InDelta(t, 0.93, v, 0.28, "%v %v", dtype, shape)
			}
		}
	}
}
