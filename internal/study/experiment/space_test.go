package experiment_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/study/experiment"

	"github.com/gokfac/gokfac/internal/job"
)

func entry(t *testing.T, text string) experiment.Entry {
	t.Helper()
	entries, err := experiment.ParseEntries(text)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	return entries[0]
}

func TestParseEntries(t *testing.T) {
	entries, err := experiment.ParseEntries("kfac, adam,sgd:momentum=0.95:lr=0.01..1:schedule=linear/cosine")
	require.NoError(t, err)
	assert.Equal(t, []experiment.Entry{
		{Optimizer: "kfac"}, {Optimizer: "adam"},
		{Optimizer: "sgd", Space: experiment.Space{
			{Name: "momentum", Values: []string{"0.95"}}, {Name: "lr", Low: 0.01, High: 1}, {Name: "schedule", Values: []string{"linear", "cosine"}},
		}},
	}, entries)
	for text, want := range map[string]string{
		"":                      "empty entry",
		"kfac,,adam":            "empty entry",
		":lr=1":                 "empty entry",
		"adam:lr":               "want NAME=VALUE",
		"adam:=1":               "want NAME=VALUE",
		"adam:lr=":              "want NAME=VALUE",
		"adam:lr=1//2":          "empty value",
		"adam:lr=0..1":          "from a positive number",
		"adam:lr=2..1":          "from a positive number",
		"adam:lr=1..x":          "from a positive number",
		"adam:lr=NaN..1":        "from a positive number",
		"adam:lr=1..Inf":        "from a positive number",
		"adam:lr=1:lr=2":        "lr is there twice",
		"adam:lr=1:-lr=2":       "lr is there twice",
		"adam:schedule=linear/": "empty value",
	} {
		_, err := experiment.ParseEntries(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestLabel(t *testing.T) {
	assert.Equal(t, "kfac", job.Label("kfac", nil))
	assert.Equal(t, "kfac mode=fixed lr=1", job.Label("kfac", job.Choices{{Name: "kfac-mode", Value: "fixed"}, {Name: "lr", Value: "1"}}))
}

// TestGrid has every combination once.
func TestGrid(t *testing.T) {
	points, err := entry(t, "sgd:lr=1/2:momentum=0.9:schedule=linear/cosine").Space.Grid()
	require.NoError(t, err)
	var texts []string
	for _, p := range points {
		texts = append(texts, p.String())
	}
	assert.Equal(t, []string{
		"⟨lr⟩ 1 ⟨momentum⟩ 0.9 ⟨schedule⟩ linear", "⟨lr⟩ 1 ⟨momentum⟩ 0.9 ⟨schedule⟩ cosine",
		"⟨lr⟩ 2 ⟨momentum⟩ 0.9 ⟨schedule⟩ linear", "⟨lr⟩ 2 ⟨momentum⟩ 0.9 ⟨schedule⟩ cosine",
	}, texts)
	one, err := experiment.Space(nil).Grid()
	require.NoError(t, err)
	assert.Len(t, one, 1, "nothing to vary is one point")
	_, err = entry(t, "sgd:lr=1..2").Space.Grid()
	assert.ErrorContains(t, err, "a grid takes values")
}

// TestRandom: the same seed and name give the same settings, more of them begin
// with the fewer, all are different and in their ranges.
func TestRandom(t *testing.T) {
	space := entry(t, "sgd:lr=0.01..1:momentum=0.9/0.95").Space
	few, many := space.Random(5, 1, "sgd"), space.Random(40, 1, "sgd")
	require.Len(t, many, 40)
	assert.Equal(t, few, many[:5])
	assert.NotEqual(t, few, space.Random(5, 2, "sgd"))
	assert.NotEqual(t, few, space.Random(5, 1, "other"))
	seen := map[string]bool{}
	low := 0
	for _, p := range many {
		v, err := strconv.ParseFloat(p[0].Value, 64)
		require.NoError(t, err)
		assert.True(t, v >= 0.01 && v <= 1, v)
		if v < 0.1 {
			low++
		}
		seen[p[0].Value+p[1].Value] = true
	}
	assert.Len(t, seen, 40)
	assert.True(t, low > 10 && low < 30, "log-uniform has about half below the geometric mean: %d of 40", low)
	for _, p := range entry(t, "sgd:momentum=0.9..0.999").Space.Random(40, 1, "") {
		v, err := strconv.ParseFloat(p[0].Value, 64)
		require.NoError(t, err)
		assert.True(t, v >= 0.9 && v <= 0.999, "rounding leaves no range: %s", p[0].Value)
	}
	for _, c := range []struct {
		ends   string
		middle float64 // on a logarithmic scale
	}{{"1e-320..1e308", 1e-6}, {"5e-324..1.7976931348623157e308", 2e-8}, {"1e-323..1e-310", 3e-317}, {"1e300..1.79e308", 1e304}, {"1e-308..1e-307", 3e-308}} {
		from, to, _ := strings.Cut(c.ends, "..")
		lo, err := strconv.ParseFloat(from, 64)
		require.NoError(t, err)
		hi, err := strconv.ParseFloat(to, 64)
		require.NoError(t, err)
		below := 0
		for _, p := range entry(t, "adam:lr="+c.ends).Space.Random(40, 3, "") {
			v, err := strconv.ParseFloat(p[0].Value, 64)
			require.NoError(t, err)
			assert.True(t, v >= lo && v <= hi, "%s of %s", p[0].Value, c.ends)
			if v < c.middle {
				below++
			}
		}
		assert.True(t, below > 5 && below < 35, "%s: %d of 40 below the middle", c.ends, below)
	}
	assert.Empty(t, experiment.Space(nil).Random(10, 1, ""))
	assert.Len(t, entry(t, "sgd:momentum=0.9/0.95").Space.Random(10, 1, ""), 2, "there are no more")
	assert.True(t, entry(t, "sgd:momentum=0.9").Space.Fixed())
	assert.False(t, space.Fixed())
}
