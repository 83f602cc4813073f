package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

var small = []string{"-data", "digits", "-hidden", "6", "-steps", "8", "-examples", "300", "-count", "2", "-vectors", "2", "-lanczos", "15", "-products", "30"}

func runs(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), append(append([]string{}, small...), args...), &out))
	return out.String()
}

// number is the i-th group of the pattern in the text.
func number(t *testing.T, text, pattern string, i int) float64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	require.NotNil(t, m, "%s in\n%s", pattern, text)
	v, err := strconv.ParseFloat(m[i], 64)
	require.NoError(t, err)
	return v
}

// TestRun: the trace by random vectors is that by gradients of examples, and there is a picture.
func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	out := runs(t, "-out", dir)
	const trace = `\nfisher, \d+×\d+\n.*\n  trace +(\S+) ± (\S+)`
	exact := number(t, out, `\n  all +\S+, exact (\S+)\n`, 1)
	assert.InDelta(t, exact, number(t, out, trace, 1), 4*number(t, out, trace, 2)+1e-4*exact)
	assert.Contains(t, out, "\nhessian, ")
	assert.Contains(t, out, "\ngauss-newton, ")

	svg, err := os.ReadFile(filepath.Join(dir, "spectrum.svg"))
	require.NoError(t, err)
	for _, text := range []string{"Hessian", "Fisher, Gauss–Newton", "K-FAC’s estimate", "eigenvalues per decade"} {
		assert.Contains(t, string(svg), text)
	}
	assert.Equal(t, out, runs(t, "-out", dir), "the same seed gives the same numbers")
}

// TestKroneckerEigenvalues: those of a network are those of its dense blocks A⊗G.
func TestKroneckerEigenvalues(t *testing.T) {
	b := &block{a: mat.NewDense(2, 2, []float64{2, 1, 1, 2}), g: mat.NewDense(2, 2, []float64{5, 0, 0, 7})}
	got, err := b.eigenvalues()
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{5, 7, 15, 21}, got, 1e-13)
}

// TestKronecker: K-FAC's block of a layer is the Fisher matrix itself for one example and one layer, and the exact
// trace is that of the dense matrix for several.
func TestKronecker(t *testing.T) {
	for _, bias := range []bool{true, false} {
		for _, examples := range []int{1, 5} {
			data := &datasets.Dataset{Name: "numbers", Shape: []int{3}, Classes: 4,
				Train: datasets.Split{X: []float32{1, 2, -1, 0, 1, 1, 3, 0, 0, -1, 1, 2, 1, 1, 1}[:3*examples], Labels: []int32{0, 1, 2, 3, 0}[:examples]}}
			model, err := trainer.NewModel(&layers.Dense{Units: 4, NoBias: !bias}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{3}, DType: graph.Float64, Seed: 1})
			require.NoError(t, err)
			loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 2, KeepLast: true})
			require.NoError(t, err)
			n := &network{model: model, loader: loader}
			operator, err := curvature.NewModel(n.batches(), curvature.ModelConfig{})
			require.NoError(t, err)
			fisher, err := curvature.Dense(operator)
			require.NoError(t, err)
			blocks, err := factors(n)
			require.NoError(t, err)
			require.Len(t, blocks, 1)
			assert.InEpsilon(t, mat.Trace(fisher), blocks[0].exact, 1e-13)
			if examples > 1 {
				continue
			}
			got, err := blocks[0].eigenvalues()
			require.NoError(t, err)
			slices.Sort(got)
			var e mat.EigenSym
			require.True(t, e.Factorize(fisher, false))
			assert.InDeltaSlice(t, e.Values(nil), got, 1e-13)
		}
	}
}

// TestCurve: the integral over decades is the number of eigenvalues.
func TestCurve(t *testing.T) {
	s := &spectrum{order: 50, density: &curvature.Density{
		Nodes: []float64{-0.2, 0, 0.1, 3}, Weights: []float64{0.02, 0.9, 0.06, 0.02}, Order: 50, Vectors: 1}}
	a := axis{linear: 0.01, low: -30, high: 300}
	points := a.curve(s.bumps(&a))
	sum := 0.0
	for i := 1; i < len(points); i++ {
		sum += (points[i].Y + points[i-1].Y) / 2 * (a.at(points[i].X) - a.at(points[i-1].X))
	}
	assert.InEpsilon(t, 50, sum, 1e-3)
	assert.Equal(t, narrow, s.bumps(&a)[3].width, "a single eigenvalue")
	assert.Greater(t, s.bumps(&a)[1].width, 3*narrow)
}

// TestLoad measures a saved model, which has dropout, on data that are scaled as its own were.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	model, err := trainer.NewModel(layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 3}, &layers.BatchNorm{}, layers.Tanh(), &layers.Dropout{Rate: 0.5}, &layers.Dense{Units: 10}}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{28, 28}, DType: graph.Float32})
	require.NoError(t, err)
	require.NoError(t, trainer.Save(dir, model, trainer.Preparation{}, trainer.SaveConfig{}))
	out := runs(t, "-load", dir, "-out", "")
	assert.NotContains(t, out, "trained for")
	assert.Contains(t, out, "fisher, 2401×2401")
	assert.Contains(t, out, "K-FAC's estimate is left out: the network has other layers than dense ones")
	assert.NotContains(t, out, "pictures")
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-hidden", "12,x"}, "-hidden 12,x: want numbers of units"},
		{[]string{"-examples", "0"}, "-examples and -steps"},
		{[]string{"more"}, `unexpected argument "more"`},
		{[]string{"-data", "nowhere"}, "nowhere"},
		{[]string{"-load", "nowhere"}, "nowhere"},
		{[]string{"-count", "-3"}, "count"},
		{[]string{"-lanczos", "-3"}, "steps"},
		{[]string{"-products", "2"}, "-products: want 6"},
	} {
		var out bytes.Buffer
		err := run(context.Background(), append(append([]string{}, small...), c.args...), &out)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestErrorsOfFlagsAreUsageErrors(t *testing.T) {
	for _, args := range [][]string{{"-nope"}, {"extra"}, {"-seed", "x"}, {"-steps", "0"}, {"-hidden", "0"}} {
		assert.ErrorAs(t, run(context.Background(), args, new(bytes.Buffer)), new(usageError), "%v", args)
	}
	err := run(context.Background(), []string{"-data", "nosuch"}, new(bytes.Buffer))
	require.Error(t, err)
	assert.False(t, errors.As(err, new(usageError)))
}
