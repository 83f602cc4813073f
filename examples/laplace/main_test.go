package main

import (
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
)

// small is the program on a few of the built-in digits.
func small(out string) settings {
	return settings{data: "digits", out: out, train: 600, test: 150, epochs: 4, size: 16, draws: 3, penalty: 1e-3, structure: "block-diagonal", seed: 1}
}

// TestRun: the program says the same in two runs, has a line for each way to predict, and
// writes its pictures.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	var first, second strings.Builder
	require.NoError(t, run(context.Background(), small(dir), &first))
	require.NoError(t, run(context.Background(), small(""), &second))
	assert.True(t, strings.HasPrefix(first.String(), second.String()))
	assert.Greater(t, second.Len(), 1000)
	for _, line := range []string{
		"\nall layers: log marginal likelihood", "\nlast layer: log marginal likelihood", "\npoint estimate ", "\nlinearised, closed form ", "\nlinearised, draws of outputs ",
		"\ndraws of weights ", "\nlinearised, a prior for each layer ", "\nlinearised, last layer ", "\nlinearised, prior by held-out images ",
		"\ndraws of weights, prior by held-out ", "\nlast layer, prior by held-out images ", "\nregression: noise",
	} {
		assert.Contains(t, first.String(), line)
	}
	assert.NotContains(t, first.String(), "NaN")
	for _, name := range []string{"calibration", "entropy", "regression"} {
		info, err := os.Stat(filepath.Join(dir, "laplace-"+name+".svg"))
		require.NoError(t, err)
		assert.Greater(t, info.Size(), int64(1000))
	}
}

// TestCheck: a flag out of its range is named before any work.
func TestCheck(t *testing.T) {
	require.NoError(t, small("").check(nil))
	assert.EqualError(t, small("").check([]string{"digits"}), `unexpected argument "digits"`)
	for want, change := range map[string]func(*settings){
		"-train -5":                             func(s *settings) { s.train = -5 },
		"-test -3":                              func(s *settings) { s.test = -3 },
		"-epochs 0":                             func(s *settings) { s.epochs = 0 },
		"-draws 0":                              func(s *settings) { s.draws = 0 },
		"-hidden 1":                             func(s *settings) { s.size = 1 },
		"-l2 -1":                                func(s *settings) { s.penalty = -1 },
		"-l2 NaN":                               func(s *settings) { s.penalty = math.NaN() },
		"-l2 +Inf":                              func(s *settings) { s.penalty = math.Inf(1) },
		`-structure: unknown structure "round"`: func(s *settings) { s.structure = "round" },
		"-structure: structure low-rank has no Laplace posterior": func(s *settings) { s.structure = string(kfac.LowRank) },
	} {
		s := small("")
		change(&s)
		assert.ErrorContains(t, s.check(nil), want)
	}
}

// TestRunRefuses names the flag, or the files that are not there.
func TestRunRefuses(t *testing.T) {
	table := filepath.Join(t.TempDir(), "table.csv")
	require.NoError(t, os.WriteFile(table, []byte("a,b,class\n1,2,x\n2,3,y\n3,4,x\n4,5,y\n5,6,x\n6,7,y\n7,8,x\n8,9,y\n9,9,x\n1,1,y\n"), 0o600))
	s := small("")
	s.data = table
	assert.ErrorContains(t, run(context.Background(), s, &strings.Builder{}), "no images in classes")
	s = small("")
	s.train = 9
	assert.ErrorContains(t, run(context.Background(), s, &strings.Builder{}), "9 training images")
	s = small("")
	s.oodDir = t.TempDir()
	assert.Error(t, run(context.Background(), s, &strings.Builder{}))
}

// TestParseRefuses: what is wrong with the flags is named before the work, in one line.
func TestParseRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, c := range []struct{ args, want string }{
		{"-nope", "not defined: -nope"}, {"extra", "unexpected argument"}, {"-seed x", "flag -seed"},
		{"-train -5", "-train -5"}, {"-draws 0", "-draws 0"}, {"-hidden 1", "-hidden 1"}, {"-l2 NaN", "-l2 NaN"},
		{"-structure low-rank", "-structure: "}, {"-out " + filepath.Join(file, "below"), "-out: mkdir "},
	} {
		var help strings.Builder
		_, err := parse(strings.Fields(c.args), &help)
		require.ErrorContains(t, err, c.want)
		assert.NotContains(t, err.Error(), "\n", c.args)
		assert.Empty(t, help.String(), c.args)
	}
	var help strings.Builder
	_, err := parse([]string{"-h"}, &help)
	assert.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, help.String(), "-ood-dir")
}

// twoClasses is a data set with these test labels, of two classes.
func twoClasses(labels []int32) *datasets.Dataset {
	return &datasets.Dataset{Classes: 2, Test: datasets.Split{Labels: labels}}
}

// TestScores are against values worked by hand: of three images of two classes the second is
// wrong.
func TestScores(t *testing.T) {
	p := []float64{0.9, 0.1, 0.8, 0.2, 0.4, 0.6}
	labels := []int32{0, 1, 1}
	assert.InDelta(t, -(math.Log(0.9)+math.Log(0.2)+math.Log(0.6))/3, surprise(p, labels, 2), 1e-15)
	e := &experiment{data: twoClasses(labels)}
	s, err := e.score(p, [][]float64{{0.5, 0.5, 0.99, 0.01}})
	require.NoError(t, err)
	assert.InDelta(t, 2./3, s.accuracy, 1e-15)
	assert.InDelta(t, (0.02+1.28+0.32)/3, s.brier, 1e-15)
	assert.InDelta(t, (0.1+0.8+0.4)/3, s.ece, 1e-12) // a bin for each confidence
	h := func(p float64) float64 { return -p*math.Log(p) - (1-p)*math.Log(1-p) }
	for i, v := range []float64{0.9, 0.8, 0.4} {
		assert.InDelta(t, h(v), s.entropy[i], 1e-15)
	}
	assert.InDelta(t, 0.5, s.areas[0], 1e-15) // ln 2 is above all three, and h(0.01) below
}
