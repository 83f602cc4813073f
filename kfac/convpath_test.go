package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// TestConvolutionBreaksTheChain: layers are coupled one example's row to
// another's; where a layer has several rows the structure is block-diagonal.
func TestConvolutionBreaksTheChain(t *testing.T) {
	for name, c := range convTable() {
		diagonal, tridiagonal := takeConvStep(t, c, kfac.BlockDiagonal), takeConvStep(t, c, kfac.BlockTridiagonal)
		if name == "whole image" {
			assert.NotEqual(t, diagonal.taken, tridiagonal.taken, "one location, as dense as a layer can be")
		} else {
			assert.Equal(t, diagonal.taken, tridiagonal.taken, name)
		}
	}
}

// convPath is the parameters after each of a few steps on one batch.
func convPath(t *testing.T, net layers.Layer, cfg kfac.Config, x, y *tensor.Dense) [][]float64 {
	t.Helper()
	m := imageModel(t, net, x.Shape()[1:]...)
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	path := [][]float64{flat(m.Params(), values)}
	for range 4 {
		step(t, m, o, x, y)
		path = append(path, flat(m.Params(), values))
	}
	return path
}

// TestConvolutionOverTheWholeImageIsDense: with the same weights and draws it
// takes the steps of the dense layer, in every structure and mode.
func TestConvolutionOverTheWholeImageIsDense(t *testing.T) {
	x, y := normal(21, 6, 4, 5, 2), labels(1, 0, 2, 2, 1, 0)
	for _, structure := range kfac.Structures() {
		for _, estimator := range []graph.FisherEstimator{graph.Exact, graph.MC} {
			for _, mode := range kfac.Modes() {
				t.Run(fmt.Sprintf("%s %s %s", structure, estimator, mode), func(t *testing.T) {
					cfg := kfac.Config{Mode: mode, Structure: structure, Estimator: estimator, Damping: 0.5}
					conv := convPath(t, convNet(&layers.Conv2D{Filters: 3, Kernel: [2]int{4, 5}, BiasInit: 0.1}), cfg, x, y)
					dense := convPath(t, layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 3, BiasInit: 0.1}, layers.Tanh(), &layers.Dense{Units: convClasses}}, cfg, x, y)
					assert.NotEqual(t, dense[0], dense[1])
					for k := range dense {
						assert.InDeltaSlice(t, dense[k], conv[k], 1e-9, "step %d", k)
					}
				})
			}
		}
	}
}

// TestConvolutionDuplicatedBatch: a batch given twice over is the same mean and
// the same factors, with several locations as with one.
func TestConvolutionDuplicatedBatch(t *testing.T) {
	x := normal(22, 3, 4, 5, 2)
	twice := graph.NewDense(graph.Float64, 6, 4, 5, 2)
	copy(twice.Float64s(), x.Float64s())
	copy(twice.Float64s()[3*4*5*2:], x.Float64s())
	for _, structure := range kfac.Structures() {
		for name := range convTable() {
			cfg := plain(0.1, 0.5)
			cfg.Structure = structure
			c, d := convTable()[name], convTable()[name]
			once := convPath(t, convNet(&c), cfg, x, labels(0, 2, 1))
			dup := convPath(t, convNet(&d), cfg, twice, labels(0, 2, 1, 0, 2, 1))
			for k := range once {
				assert.InDeltaSlice(t, once[k], dup[k], 1e-10, "%s, %s, step %d", structure, name, k)
			}
		}
	}
}
