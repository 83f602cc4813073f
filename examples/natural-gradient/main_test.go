package main

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/natural"
)

// shown is a section's rows by their labels.
func shown(t *testing.T, name string) map[string][]any {
	t.Helper()
	for _, s := range sections() {
		if s.name != name {
			continue
		}
		var b bytes.Buffer
		p := &page{w: &b}
		require.NoError(t, s.show(p))
		require.NoError(t, p.err)
		for line := range strings.Lines(b.String()) {
			assert.LessOrEqual(t, len([]rune(line)), 112, "a terminal's width: %s", line)
		}
		rows := map[string][]any{}
		for _, r := range p.kept {
			rows[strings.TrimSpace(r.label)] = r.cells
		}
		return rows
	}
	require.Fail(t, "no section "+name)
	return nil
}

// alike compares cells with numbers, and lists of them.
func alike(t *testing.T, tolerance float64, want, got []any, what ...any) {
	t.Helper()
	require.Len(t, got, len(want), what...)
	for i, w := range want {
		switch w := w.(type) {
		case float64:
			assert.InDelta(t, w, got[i], tolerance, what...)
		case []float64:
			assert.InDeltaSlice(t, w, got[i], tolerance, what...)
		default:
			assert.Equal(t, w, got[i], what...)
		}
	}
}

// The numbers of the tables are worked by hand.
func TestTables(t *testing.T) {
	e := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	type rows map[string][]any
	for section, want := range map[string]rows{
		"bernoulli": {
			"log-odds":    {0., -0.5, 0.25, 2., e(2), 0.5, e(0.5)},
			"probability": {0.5, -2., 4., 0.5, 1., 2., 2.5},
		},
		"curve": {
			"1":      {e(2), 1., e(0.125), 1.},
			"0.5":    {e(1 + 1/e(1)*0.5), 0.875, e(0.0625 + 0.125*(1-e(0.0625))), 0.75 + 0.125/0.75},
			"0.0001": {0.81606 + 4.5e-6, 0.81606 + 9.2e-6, 0.530258, math.Sqrt(0.75) + 8e-6},
		},
		"gaussian": {
			"½‖y − m‖²":   {[]float64{-1, -2}, []float64{-4, -5}},
			"−log p(y|m)": {[]float64{0, -1}, []float64{-1, -2}},
			"σ = 2":       {-1.5, -6.},
			"σ = 10":      {[]float64{0.01, 0.02}, []float64{100, 50}, []float64{100, 0.5}},
		},
		"softmax": {
			"class 1":                  {-2. / 64, 12. / 64, -10. / 64},
			"gradient":                 {[]float64{-7. / 8, 2. / 8, 5. / 8}, nil},
			"F⁺ · gradient":            {[]float64{-16. / 3, 8. / 3, 8. / 3}, nil},
			"(F + 0.1·I)⁻¹ · gradient": {[]float64{-3.286264, 1.489089, 1.797176}, nil},
		},
		"regression": {
			"w":             {7.5, 2.},
			"from (0, 0)":   {[]float64{-13.75, -4}, []float64{23. / 14, 5. / 7}, 128},
			"least squares": {"", []float64{23. / 14, 5. / 7}, ""},
		},
		"kl": { // N(0, 1) to N(0.06, 1.08²)
			"0.1": {math.Log(1.08) + 1.0036/(2*1.08*1.08) - 0.5, 0.0082, nil, nil},
		},
		"steepest": { // the gradient is −(1.525, 2.1675), F = diag(1, 2)
			"0.0001": {nil, nil, nil, math.Atan2(2.1675, 1.525) * 180 / math.Pi, math.Atan2(2.1675/2, 1.525) * 180 / math.Pi, nil,
				math.Sqrt((1.525*1.525 + 2.1675*2.1675/2) / 0.0002)},
		},
		"mirror": { // of the Gaussian: θ = (0, −½) + 0.1·(1, 2) has variance 1/0.6 and mean 0.1/0.6
			"1": {[]float64{1. / 6, 5./3 + 1./36}, []float64{1. / 6, 5./3 + 1./36}, []float64{-1, -2}, []float64{-1, -2}},
		},
		"em": { // from natural/claims
			"step 1, EM": {0.3316, []float64{-0.6682, 1.2463}, []float64{2.7162, 1.9382}, 1.9992},
		},
		"hessian": {
			"Bernoulli, log-odds (natural)": {e(0.5) * (1 - e(0.5)), e(0.5) * (1 - e(0.5)), e(0.5) * (1 - e(0.5))},
			"Bernoulli, probability":        {1 / 0.24, 1 / 0.16, 1 / 0.36},
			"Poisson, log-rate (natural)":   {math.Exp(0.5), math.Exp(0.5), math.Exp(0.5)},
			"Poisson, rate":                 {1 / 1.5, 0., 1 / 2.25},
			"Gaussian, −1/2σ² (natural)":    {3., 3., 3.},
			"Gaussian, σ":                   {2., -0.25, -0.25},
		},
		"empirical": {
			"0.05": {0.05, 1., 0.0275, 0., 0.05 - 0.05/0.0275},
			"100":  {100., 1., 10000.025, 0., 100 - 100/10000.025},
		},
		"damping": {
			"1": {[]float64{2. / 5, -1. / 9}, math.Hypot(2./5, 1./9), (4./5 + 1./9) / math.Sqrt(5) / math.Hypot(2./5, 1./9), []float64{2. / 5, -0.25 / 3}},
		},
	} {
		got := shown(t, section)
		for label, cells := range want {
			require.Contains(t, got, label, section)
			for i, c := range cells {
				if c == nil {
					cells[i] = got[label][i]
				}
			}
			tolerance := 2e-6
			if section == "em" {
				tolerance = 5e-5 // four digits
			}
			alike(t, tolerance, cells, got[label], "%s, %s", section, label)
		}
	}
}

// Every direction is tried: none is better than the best, and for small ε the natural one
// comes to it.
func TestSteepestOfAll(t *testing.T) {
	got := shown(t, "steepest")
	for _, eps := range []string{"0.1", "0.01", "0.001", "0.0001"} {
		c := got[eps]
		plain, natural, best := c[0].(float64), c[1].(float64), c[2].(float64)
		assert.Less(t, plain, natural)
		assert.LessOrEqual(t, natural, best+1e-12)
	}
	assert.InEpsilon(t, got["0.0001"][2], got["0.0001"][1], 1e-4)
	assert.InDelta(t, got["0.0001"][4], got["0.0001"][5], 0.5, "degrees")
}

func TestMixturesAreFittedBothWays(t *testing.T) {
	a, b := emStart, emStart
	for range 30 {
		a, b = a.em(), b.naturalStep(1)
		alike(t, 1e-6, []any{a.share, a.mean[:], a.variance[:]}, []any{b.share, b.mean[:], b.variance[:]})
	}
	for _, m := range []mixture{fromMeans(emStart.means()), fromNatural(emStart.natural())} {
		alike(t, 1e-12, []any{emStart.share, emStart.mean[:], emStart.variance[:]}, []any{m.share, m.mean[:], m.variance[:]})
	}
}

func TestTwins(t *testing.T) {
	for name, cells := range shown(t, "networks") {
		far, apart := cells[0].(float64), cells[1].(float64)
		assert.Greater(t, far, 0.1, name)
		if name == "natural" || name == "K-FAC" {
			assert.Less(t, apart, 1e-8, name)
		} else {
			assert.Greater(t, apart, 0.1, name)
		}
	}
}

// The words below the first table: from ½, Retract of the step +½ ends at 0.875.
func TestRetractionOfTheCoin(t *testing.T) {
	end := []float64{0}
	natural.BernoulliProbability{}.Retract(end, []float64{0.5}, []float64{0.5})
	assert.Equal(t, 0.875, end[0])
}

func TestFlags(t *testing.T) {
	chosen, _, err := parse([]string{"-only", "em,kl"}, nil)
	require.NoError(t, err)
	require.Len(t, chosen, 2)
	assert.Equal(t, "em", chosen[0].name)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-only", "nothing"}, `no section "nothing"`},
		{[]string{"-what"}, "-what"},
		{[]string{"em"}, "-only"},
		{[]string{"-out", file}, "-out"},
	} {
		_, _, err := parse(c.args, nil)
		require.Error(t, err, c.args)
		assert.Contains(t, err.Error(), c.want)
		assert.NotContains(t, err.Error(), "\n", "one line")
	}
	var b bytes.Buffer
	_, _, err = parse([]string{"-h"}, &b)
	assert.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, b.String(), "trajectories")
}

func TestPicturesAndHeadings(t *testing.T) {
	var b bytes.Buffer
	dir := t.TempDir()
	var chosen []section
	for _, s := range sections() {
		if s.name == "curve" || s.name == "kl" || s.name == "steepest" || s.name == "em" {
			chosen = append(chosen, s)
		}
	}
	require.NoError(t, show(chosen, dir, &b))
	for _, name := range []string{"curve", "kl", "steepest", "em"} {
		assert.Contains(t, b.String(), name+" — ")
		svg, err := os.ReadFile(filepath.Join(dir, "natural-"+name+".svg"))
		require.NoError(t, err)
		kept, err := os.ReadFile(filepath.Join("..", "..", "docs", "figures", "natural-"+name+".svg"))
		require.NoError(t, err)
		same := bytes.Equal(kept, svg) || runtime.GOARCH != "amd64" // others round in other places
		assert.True(t, same, "docs/figures/natural-%s.svg is not what the program draws: -out docs/figures draws it anew", name)
	}
	assert.NotContains(t, b.String(), "\n\n\n")
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1: "1", -0.5: "−0.5", 0.880797: "0.8808", 12345.6: "12346", 100: "100", 1e-9: "1e-9", -2.54e-7: "−2.5e-7", 3e7: "3e+7", 0.0001: "0.0001"} {
		assert.Equal(t, want, number(v))
	}
}
