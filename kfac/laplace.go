package kfac

import (
	"iter"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
)

// Laplace is the Laplace approximation of the posterior of a trained network's weights,
//
//	p(θ | data) ≈ N(θ*, Σ),  Σ⁻¹ = (N/σ²)·F̂ + τI.
//
// θ* (P numbers) are the weights at the time of the fit, the posterior's mean. F̂ (P×P) is
// the Fisher matrix of the mean loss −log p(y|x) at θ*, a mean over all examples, in the
// blocks of package kfac. N is the number of examples, τ the precision of the prior
// N(0, I/τ), and σ² the variance of the targets of a squared error.
//
// Each block of F̂ is kept as Q diag(e) Qᵀ: for an affine map the eigenvectors and
// eigenvalues of A and G, Q = U_A ⊗ U_G and e = λ_A·λ_G. The prior thus adds to the
// eigenvalues exactly, and is not divided between A and G as the damping of a
// [Preconditioner] is. Another τ costs no decomposition. Between blocks there is no covariance.
//
// Kronecker factors for this are from Ritter, Botev, Barber 2018 (A Scalable Laplace
// Approximation for Neural Networks); predictions from the linearised network, the marginal
// likelihood and the eigenvalue form from Immer et al. 2021 (arXiv 2008.08400 and 2104.04975)
// and Daxberger et al. 2021 (Laplace Redux, arXiv 2106.14806).
//
// The approximation supposes that θ* is a maximum of the posterior: that training has
// converged, with a penalty that is like the prior. F̂ is of the objectives as they are given.
// Those of the network as it predicts (trainer.Model.EvaluationBatch) have no dropout, and
// running statistics in BatchNorm; those of training have masks and coupled examples in F̂.
//
// A Laplace belongs to one model, and is not safe for concurrent use.
type Laplace struct {
	cfg     LaplaceConfig // resolved
	params  []*graph.Param
	mean    graph.Direction // θ*
	blocks  []*eigenblock
	seen    int       // examples of the pass
	x, work []float64 // scratch memory: one block of a direction
}

// LayerPrior is the prior of one block of parameters.
type LayerPrior struct {
	Layer      string  // name of the layer, or of a parameter under no tap
	Parameters int     // number of elements
	Precision  float64 // τ
}

// FitLaplace measures F̂ at the present parameters in one pass over the data, and returns
// the posterior around them. batches are the mini-batches of the pass, of any sizes; all
// examples count the same. Structure EKFAC goes through batches twice. A mini-batch is used
// before the next is asked for, as trainer.Model.Batch needs.
//
// An error is of a setting, of batches, of a loss or curvature that is not finite
// (*graph.NonFiniteError), or names a layer that no block with eigenvalues is for: a kind of
// tap of the user's own. The parameters do not change. Their Grad does.
func FitLaplace(cfg LaplaceConfig, batches iter.Seq2[graph.CurvatureObjective, error]) (*Laplace, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := newLaplaceFit(cfg.resolved())
	if err := f.measure(batches); err != nil {
		return nil, err
	}
	blocks, err := f.blocks()
	if err != nil {
		return nil, err
	}
	l := &Laplace{cfg: f.cfg, params: f.pre.params, mean: graph.NewDirection(f.pre.params), blocks: blocks, seen: f.seen}
	l.mean.Copy(graph.Values(l.params))
	most := 0
	for _, s := range blocks {
		s.prior = l.cfg.PriorPrecision
		most = max(most, s.size())
	}
	l.x, l.work = make([]float64, most), make([]float64, most)
	return l, nil
}

// Config returns the settings in force, defaults filled in. PriorPrecision is the one of the
// fit, or that SetPriorPrecision or MaximizeEvidence has set since.
func (l *Laplace) Config() LaplaceConfig { return l.cfg }

// Examples is N.
func (l *Laplace) Examples() int {
	if l.cfg.Examples > 0 {
		return l.cfg.Examples
	}
	return l.seen
}

// Parameters is the number of random weights: P, or that of the last layer's.
func (l *Laplace) Parameters() int {
	n := 0
	for _, s := range l.blocks {
		n += s.size()
	}
	return n
}

// Mean is θ*. It is the posterior's own memory.
func (l *Laplace) Mean() graph.Direction { return l.mean }

// SetPriorPrecision sets τ of all blocks.
func (l *Laplace) SetPriorPrecision(tau float64) error {
	cfg := l.cfg
	if cfg.PriorPrecision = tau; tau == 0 {
		cfg.PriorPrecision = math.NaN() // no default here
	}
	if err := cfg.Validate(); err != nil {
		return err
	}
	l.cfg.PriorPrecision = tau
	for _, s := range l.blocks {
		s.prior = tau
	}
	return nil
}

// SetNoiseVariance sets σ².
func (l *Laplace) SetNoiseVariance(variance float64) error {
	cfg := l.cfg
	if cfg.NoiseVariance = variance; variance == 0 {
		cfg.NoiseVariance = math.NaN()
	}
	if err := cfg.Validate(); err != nil {
		return err
	}
	l.cfg.NoiseVariance = variance
	return nil
}

// Priors lists the blocks with their priors.
func (l *Laplace) Priors() []LayerPrior {
	var list []LayerPrior
	for _, s := range l.blocks {
		list = append(list, LayerPrior{s.name, s.size(), s.prior})
	}
	return list
}

// scale is N/σ².
func (l *Laplace) scale() float64 { return float64(l.Examples()) / l.cfg.NoiseVariance }

// Sample sets the model's parameters to a draw from the posterior: θ* and noise, whatever
// draw stood there before. The same generator state gives the same bits. Restore takes the
// draw away.
func (l *Laplace) Sample(rng *rand.Rand) {
	scale := l.scale()
	for _, s := range l.blocks {
		x := l.x[:s.size()]
		for i, e := range s.values {
			x[i] = rng.NormFloat64() / math.Sqrt(scale*e+s.prior)
		}
		s.fromBasis(x, l.work)
		s.displace(l.params, l.mean, x)
	}
}

// Restore sets the model's parameters to θ*, the bits that they had at the fit.
func (l *Laplace) Restore() { graph.Values(l.params).Copy(l.mean) }

// EachSample calls visit with n draws in the model's parameters, one after the other, and
// restores θ* at the end: after an error of visit, which ends it, and after a panic, too.
// visit is given the number of the draw, from 0.
func (l *Laplace) EachSample(rng *rand.Rand, n int, visit func(i int) error) error {
	defer l.Restore()
	for i := range n {
		l.Sample(rng)
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}
