package kfac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// TestLooseParameters: the step on a parameter that is not under exactly one
// tap is −v/(d + λ + η) with d the Fisher's diagonal, whatever the structure,
// and nothing changes for the others; for targets enumerated and for the data's.
func TestLooseParameters(t *testing.T) {
	for name, n := range looseNets() {
		for _, examples := range []int{1, 3, 5} {
			t.Run(fmt.Sprintf("%s N=%d", name, examples), func(t *testing.T) {
				n.l2 = 0.1
				theta, b := n.theta(1), n.data(2, examples)
				obj := n.batch(t, n.model(t, theta), b)
				_, grad := n.objective(theta, b)
				gamma := math.Sqrt(stepDamping + n.l2)
				for est, terms := range map[graph.FisherEstimator][]term{graph.Exact: n.exact(theta, b), graph.Empirical: n.empirical(theta, b)} {
					f := n.factors(terms)
					basis := newBases(f)
					basis.Fold(0, basis.project(n, terms))
					for _, structure := range kfac.Structures() {
						cfg := plain(stepDamping, 1)
						cfg.Structure, cfg.Estimator = structure, est
						got := firstStep(t, n, theta, b, cfg)
						near(t, solve(n.damped(structure, f, basis, gamma), grad), got, stepTolerance, structure, " ", est)
						at := 0
						for _, p := range obj.Params() {
							for i := at; i < at+p.Size() && contains(obj.Loose(), p); i++ {
								assert.InEpsilon(t, grad[i]/(f.fisher.At(i, i)+stepDamping+n.l2), got[i], stepTolerance)
							}
							at += p.Size()
						}
					}
				}
			})
		}
	}
}

func contains(params []*graph.Param, p *graph.Param) bool {
	for _, q := range params {
		if p == q {
			return true
		}
	}
	return false
}

// TestLooseListed: which parameters these are.
func TestLooseListed(t *testing.T) {
	for name, want := range map[string]int{"gains": 2, "tied": 2, "tied only": 2, "no bias": 2, "under no tap": 2} {
		n := looseNets()[name]
		obj := n.batch(t, n.model(t, n.theta(1)), n.data(2, 3))
		assert.Len(t, obj.Loose(), want, name)
	}
}

// TestLooseSampled: N times the square of the mean of sampled gradients has
// the diagonal for its expectation.
func TestLooseSampled(t *testing.T) {
	for name, n := range looseNets() {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
			t.Run(fmt.Sprintf("%s %s", name, est), func(t *testing.T) {
				theta, b := n.theta(1), n.data(2, 4)
				cfg := plain(stepDamping, 1)
				cfg.Structure, cfg.FactorDecay = kfac.Diagonal, 1-1e-9
				want := firstStep(t, n, theta, b, cfg)
				cfg.Estimator = est
				m := n.model(t, theta)
				o := newOptimizer(t, cfg)
				for range 2000 {
					restore(m.Params(), theta)
					_, err := o.Step(n.batch(t, m, b))
					require.NoError(t, err)
				}
				gap := append([]float64{}, theta...)
				axpy(gap, -1, flat(m.Params(), values))
				axpy(gap, -1, want)
				assert.Less(t, math.Sqrt(dot(gap, gap)/dot(want, want)), 0.06)
			})
		}
	}
}

// TestLooseAgainstReference: averages, damping, trials and momentum treat the
// diagonal of loose parameters as they treat the other blocks.
func TestLooseAgainstReference(t *testing.T) {
	for name, n := range looseNets() {
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				t.Run(fmt.Sprintf("%s %s %s", name, structure, mode), func(t *testing.T) {
					n.l2 = 0.1
					cfg := kfac.Config{
						Mode: mode, Structure: structure, Estimator: graph.Exact, Damping: 0.3, MinDamping: 0.25,
						FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 2,
					}
					follow(t, n, cfg, 10, n.data(2, 5), n.data(3, 3), n.data(4, 4))
				})
			}
		}
	}
}
