package kfac

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec/codectest"
)

// TestLowRankHostileStates: a state with the right checksum whose eigenvectors, eigenvalues
// and inverses do not belong together is refused, or ends in an error at worst.
func TestLowRankHostileStates(t *testing.T) {
	if testing.Short() {
		t.Skip("some 600 spoiled states")
	}
	nan, inf := math.NaN(), math.Inf(1)
	type inv = factorInverse[float32]
	spoil := map[string]func(v *inv){
		"nothing":       func(v *inv) {},
		"no values":     func(v *inv) { v.low.basis.Values = v.low.basis.Values[:0] },
		"fewer values":  func(v *inv) { v.low.basis.Values = v.low.basis.Values[:3] },
		"no vectors":    func(v *inv) { v.low.basis.Vectors = v.low.basis.Vectors[:0] },
		"fewer vectors": func(v *inv) { v.low.basis.Vectors = v.low.basis.Vectors[:v.of.n*2] },
		"neither":       func(v *inv) { v.low.basis.Vectors, v.low.basis.Values = nil, nil },
		"rank 1": func(v *inv) {
			v.low.basis.Vectors, v.low.basis.Values = v.low.basis.Vectors[:v.of.n], v.low.basis.Values[:1]
		},
		"rank 3": func(v *inv) {
			v.low.basis.Vectors, v.low.basis.Values = v.low.basis.Vectors[:3*v.of.n], v.low.basis.Values[:3]
		},
		"values ascending": func(v *inv) { slices.Reverse(v.low.basis.Values) },
		"values NaN":       func(v *inv) { v.low.basis.Values[0] = nan },
		"values inf":       func(v *inv) { v.low.basis.Values[0] = inf },
		"values negative": func(v *inv) {
			for i := range v.low.basis.Values {
				v.low.basis.Values[i] *= -1
			}
		},
		"vectors NaN":  func(v *inv) { v.low.basis.Vectors[0] = float32(nan) },
		"vectors zero": func(v *inv) { clear(v.low.basis.Vectors) },
		"vectors huge": func(v *inv) {
			for i := range v.low.basis.Vectors {
				v.low.basis.Vectors[i] = 3e38
			}
		},
		"dense empty":       func(v *inv) { v.isDense, v.dense.inverse = 1, v.dense.inverse[:0] },
		"dense one row":     func(v *inv) { v.isDense, v.dense.inverse = 1, make([]float32, v.of.n) },
		"low with dense":    func(v *inv) { v.isDense, v.dense.inverse = 0, make([]float32, v.of.n*v.of.n) },
		"isDense 7":         func(v *inv) { v.isDense = 7 },
		"isDense -1":        func(v *inv) { v.isDense = -1 },
		"damping NaN":       func(v *inv) { v.damping = nan },
		"damping negative":  func(v *inv) { v.damping = -1 },
		"damping 0":         func(v *inv) { v.damping = 0 },
		"damping inf":       func(v *inv) { v.damping = inf },
		"trace NaN":         func(v *inv) { v.low.basis.Trace = nan },
		"trace negative":    func(v *inv) { v.low.basis.Trace = -5 },
		"trace inf":         func(v *inv) { v.low.basis.Trace = inf },
		"refused NaN":       func(v *inv) { v.low.refused = nan },
		"refused negative":  func(v *inv) { v.low.refused = -1 },
		"refused inf":       func(v *inv) { v.low.refused = inf },
		"folds -1":          func(v *inv) { v.of.folds = -1 },
		"folds max":         func(v *inv) { v.of.folds = math.MaxInt },
		"seen ahead":        func(v *inv) { v.low.seen = v.of.folds + 5 },
		"low without basis": func(v *inv) { v.isDense, v.dense.inverse, v.low.basis.Vectors, v.low.basis.Values = 0, nil, nil, nil },
		"condition NaN":     func(v *inv) { v.dense.condition = nan },
		"mean NaN":          func(v *inv) { v.of.mean[0] = float32(nan) },
		"mean negative": func(v *inv) {
			for i := range v.of.mean {
				v.of.mean[i] *= -1
			}
		},
		"mean huge": func(v *inv) {
			for i := range v.of.mean {
				v.of.mean[i] *= 1e37
			}
		},
	}
	for _, mode := range Modes() {
		for _, lambda := range []float64{1, 1e-7} {
			cfg := Config{Mode: mode, FactorUpdateSteps: 2, InverseUpdateSteps: 4, DampingUpdateSteps: 3, Damping: 1, MinDamping: None}
			if mode == Adaptive {
				cfg.GammaUpdateSteps = 3
			}
			whole := newWide(t, graph.Float32, cfg)
			for k := range 4 {
				if k == 2 {
					whole.optimizer.lambda = lambda
				}
				whole.step(k)
			}
			var weights, states [3][]byte // before the first three of four steps between new inverses
			for cut := range states {
				var err error
				weights[cut], err = whole.model.MarshalBinary()
				require.NoError(t, err)
				states[cut], err = whole.optimizer.MarshalBinary()
				require.NoError(t, err)
				whole.step(4 + cut)
			}
			for name, f := range spoil {
				for side := range 2 {
					for _, cut := range []int{0, 2} {
						t.Run(fmt.Sprintf("%v/λ=%g/%s/%d/%d", mode, lambda, name, side, cut), func(t *testing.T) {
							evil := newWide(t, graph.Float32, cfg)
							require.NoError(t, evil.model.UnmarshalBinary(weights[cut]))
							require.NoError(t, evil.optimizer.UnmarshalBinary(states[cut]))
							evil.step(4 + cut)
							v := evil.optimizer.pre.inverses[0].(*kroneckerInverse[float32])
							x := v.a
							if side == 1 {
								x = v.g
							}
							func() {
								defer func() {
									if recover() != nil {
										t.Skip("nothing to spoil")
									}
								}()
								f(x)
							}()
							bad, err := evil.optimizer.MarshalBinary()
							require.NoError(t, err)
							bad = codectest.Seal(bad)
							victim := newWide(t, graph.Float32, cfg)
							victim.step(0)
							before, err := victim.optimizer.MarshalBinary()
							require.NoError(t, err)
							if err := victim.optimizer.UnmarshalBinary(bad); err != nil {
								after, _ := victim.optimizer.MarshalBinary()
								require.True(t, bytes.Equal(before, after), "a refused state changed it")
								return
							}
							for k := range 6 {
								if err := victim.try(5 + cut + k); err != nil {
									if strings.HasPrefix(err.Error(), "PANIC") {
										t.Fatal(err)
									}
									t.Logf("error at %d: %v", k, err)
									break
								}
							}
						})
					}
				}
			}
		}
	}
}

// try is a step that may fail.
func (w *wide) try(k int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("PANIC: %v", p)
		}
	}()
	return w.attempt(k)
}
