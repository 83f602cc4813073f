package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func small(t *testing.T, args ...string) settings {
	t.Helper()
	s, err := parse(append([]string{"-train", "500", "-test", "200", "-batch", "50", "-epochs", "2"}, args...), io.Discard)
	require.NoError(t, err)
	return s
}

// TestKFACIsFaster than gorgonia's Adam at any of its rates, in as many steps of each network. All learnables are matched.
func TestKFACIsFaster(t *testing.T) {
	for net, learnables := range map[string]int{"mlp": 6, "convnet": 4} {
		s := small(t, "-net", net)
		d, _, err := images(context.Background(), s)
		require.NoError(t, err)
		natural, err := fit(context.Background(), io.Discard, s, "kfac", d)
		require.NoError(t, err)
		assert.Equal(t, learnables, strings.Count(natural.report, "affine map"), natural.report)
		assert.NotContains(t, natural.report, "no map")
		assert.Contains(t, natural.report, "the cost is 0.1 times its mean negative log-likelihood")
		again, err := fit(context.Background(), io.Discard, s, "kfac", d)
		require.NoError(t, err)
		assert.Equal(t, natural.costs, again.costs, "the same seed gives the same run")
		for _, rate := range []float64{0.001, 0.003, 0.01} {
			s.rate = rate
			adam, err := fit(context.Background(), io.Discard, s, "adam", d)
			require.NoError(t, err)
			assert.Less(t, natural.costs[1], adam.costs[1], "%s, rate %g", net, rate)
			assert.Greater(t, natural.last, adam.last, "%s, rate %g", net, rate)
		}
	}
}

// TestCommand: what it prints, and its exit status.
func TestCommand(t *testing.T) {
	call := func(args ...string) (status int, out, errs string) {
		var o, e strings.Builder
		status = command(context.Background(), args, &o, &e)
		return status, o.String(), e.String()
	}
	status, out, errs := call("-train", "300", "-test", "100", "-batch", "50", "-epochs", "1", "-solver", "kfac,rmsprop", "-target", "0.5")
	assert.Equal(t, 0, status)
	assert.Empty(t, errs)
	for _, want := range []string{
		"data: built-in digits, 300 images to train on, 100 to test on\n", "kfac     epoch  1: cost 0.", "rmsprop  epoch  1: cost 0.",
		"what K-FAC found in the graph:\n50 examples of input x, float32\n", "  w0  affine map 784→128\n", "to a test accuracy of 50 %, looked at every 5 steps:\nkfac ",
	} {
		assert.Contains(t, out, want)
	}
	for flags, want := range map[string]string{
		"-net vgg":          `-net "vgg": want mlp or convnet`,
		"-solver sgd":       `-solver "sgd": want kfac, adam or rmsprop`,
		"-solver kfac,":     `-solver "": want kfac, adam or rmsprop`,
		"-solver kfac,kfac": "-solver: kfac is there twice",
		"-epochs 0":         "-epochs 0: want a number from 1 to 1000",
		"-batch 0":          "-batch 0: want a number from 1 to 4096",
		"-batch 2000":       "-batch 2000: want no more than -train and -test",
		"-every -1":         "-every -1: want a number from 1",
		"-train 0":          "-train 0: want a number from 1",
		"-rate 0":           "-rate 0: want a positive number",
		"-rate NaN":         "-rate NaN: want a positive number",
		"-rate Inf":         "-rate +Inf: want a positive number",
		"-target 1.5":       "-target 1.5: want an accuracy from 0 to 1",
		"-target NaN":       "-target NaN: want an accuracy from 0 to 1",
		"mnist":             `unexpected argument "mnist"`,
		"-nonsense":         "flag provided but not defined: -nonsense",
		"-seed -1":          `invalid value "-1" for flag -seed`,
	} {
		status, out, errs = call(strings.Fields(flags)...)
		assert.Equal(t, 2, status, flags)
		assert.Empty(t, out, flags)
		assert.Contains(t, errs, want)
	}
	status, _, errs = call("-data-dir", t.TempDir())
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "gorgonia-solver: datasets: ")
	assert.Equal(t, 1, strings.Count(errs, "\n"))
	status, _, _ = call("-help")
	assert.Equal(t, 0, status)

	gone, stop := context.WithCancel(context.Background())
	stop()
	var e strings.Builder
	assert.Equal(t, 1, command(gone, nil, io.Discard, &e))
	assert.Equal(t, "gorgonia-solver: context canceled\n", e.String())
}
