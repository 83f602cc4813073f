package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/natural/variational"
)

func program(t *testing.T, args ...string) (code int, out, message string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = execute(t.Context(), args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// TestProgram has a line for every method and every way to predict, and the picture.
func TestProgram(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	code, out, message := program(t, "-seeds", "1", "-steps", "30", "-out", dir)
	require.Zero(t, code, message)
	for _, c := range contestants() {
		assert.Equal(t, 2, strings.Count(out, "\n"+c.name+" "), c.name)
	}
	for _, way := range ways() {
		assert.Contains(t, out, "\n"+way+" ")
	}
	evidence := strings.Fields(strings.SplitN(out, "log evidence ", 2)[1])[0]
	evidence = strings.TrimSuffix(evidence, ".")
	line := strings.Fields(strings.SplitN(out, "\nfull ", 2)[1])
	assert.Equal(t, []string{evidence, evidence, evidence}, line[1:4], "one step is exact")
	svg, err := os.ReadFile(filepath.Join(dir, "variational.svg"))
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(string(svg), "</svg>"))
	assert.NotContains(t, out, "NaN")
}

// file is a CSV of three classes, two of them alike.
func file(t *testing.T) string {
	var b strings.Builder
	b.WriteString("a,b,kind\n")
	for i := range 60 {
		kind := []string{"x", "y", "z"}[i%3]
		a := []string{"0.5", "2.5", "2.0"}[i%3]
		b.WriteString(strings.Join([]string{a + string(rune('0'+i%7)), "1." + string(rune('0'+i%9)), kind}, ",") + "\n")
	}
	path := filepath.Join(t.TempDir(), "kinds.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// TestFile fits a CSV of one's own, and says the same twice.
func TestFile(t *testing.T) {
	args := []string{"-dataset", file(t), "-label-column", "kind", "-class", "x", "-seeds", "2", "-steps", "50"}
	code, out, message := program(t, args...)
	require.Zero(t, code, message)
	assert.Contains(t, out, "60 rows of 2 inputs, class x against the others")
	assert.Contains(t, out, "MAP weights                      100.0%")
	code, again, _ := program(t, append(args, "-dataset", file(t))...)
	assert.Zero(t, code)
	name := func(out string) string { return regexp.MustCompile(`regression, .*kinds`).ReplaceAllString(out, "") }
	assert.Equal(t, name(out), name(again))
}

// TestRefuses says what is wrong in one line, with the exit status 1 or 2.
func TestRefuses(t *testing.T) {
	path := file(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-nonsense"}, 2, "flag provided but not defined: -nonsense"},
		{[]string{"more"}, 2, `"more": flags only; -help lists them`},
		{[]string{"-prior", "-1"}, 2, "-prior -1: want a number from 1e-4 to 1e4"},
		{[]string{"-seeds", "0"}, 2, "-seeds 0 -steps 1000: want at least 1"},
		{[]string{"-class", "x"}, 2, "-label-column and -class are of a file"},
		{[]string{"-dataset", path}, 2, "has 3 classes: -class NAME takes one of [x y z] against the others"},
		{[]string{"-dataset", path, "-class", "q"}, 2, "-class q"},
		{[]string{"-dataset", path, "-label-column", "nothing"}, 1, "nothing"},
		{[]string{"-dataset", filepath.Join(t.TempDir(), "none.csv")}, 1, "none.csv"},
		{[]string{"-out", filepath.Join(path, "below")}, 2, "-out: mkdir "},
	} {
		code, _, message := program(t, c.args...)
		assert.Equal(t, c.code, code, c.args)
		assert.Contains(t, message, c.want)
		assert.Equal(t, 1, strings.Count(message, "\n"), message)
	}
	code, out, _ := program(t, "-help")
	assert.Zero(t, code)
	assert.Contains(t, out, "-label-column")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder
	assert.Equal(t, 1, execute(ctx, nil, &strings.Builder{}, &stderr))
	assert.Contains(t, stderr.String(), "canceled")
}

// TestArrival: the goal counts from where on it is kept.
func TestArrival(t *testing.T) {
	r := []variational.Record{{Step: 0, ELBO: -9}, {Step: 1, ELBO: -1}, {Step: 2, ELBO: -5}, {Step: 3, ELBO: -2}, {Step: 4, ELBO: -1}}
	assert.Equal(t, 3, arrival(r, -2))
	assert.Equal(t, 4, arrival(r, -1))
	assert.Equal(t, 0, arrival(r, -9))
	assert.Equal(t, -1, arrival(r, -0.5))
}

// TestSplit: the training part's columns have mean 0 and deviation 1, a constant one is 0, and the
// test part has the same scale.
func TestSplit(t *testing.T) {
	rows := table{rows: [][]float64{{1, 7}, {3, 7}, {5, 7}, {9, 8}}, y: []float64{0, 1, 1, 0}}
	got, err := split(rows, []int{2, 0, 1, 3}, 1)
	require.NoError(t, err)
	s := math.Sqrt(8. / 3)
	assert.InDeltaSlice(t, []float64{2 / s, 0, 1, -2 / s, 0, 1, 0, 0, 1}, got.x.RawMatrix().Data, 1e-12)
	assert.InDeltaSlice(t, []float64{6 / s, 0, 1}, got.testX.RawMatrix().Data, 1e-12)
	assert.Equal(t, []float64{1, 0, 1}, got.y)
	assert.Equal(t, []float64{0}, got.testY)
	_, err = split(rows, []int{1, 2}, 1)
	assert.ErrorContains(t, err, "too few")
}

// TestExact: every ring has one density, and a ring of half of the mass is inside one of 90%.
func TestExact(t *testing.T) {
	mode := []float64{2, 2}
	rings := exact(mode, 0.5, 0.9)
	joint := pairJoint()
	for _, ring := range rings {
		for _, p := range ring {
			assert.InDelta(t, joint(ring[0].X, ring[0].Y), joint(p.X, p.Y), 1e-9)
		}
	}
	assert.Greater(t, joint(rings[0][0].X, rings[0][0].Y), joint(rings[1][0].X, rings[1][0].Y))
}
