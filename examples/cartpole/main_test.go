package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/natural/policy"
)

// TestSmall compares two methods on short runs, and draws them.
func TestSmall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "pictures")
	o, err := parse([]string{"-method", "trpo,acktr", "-seeds", "2", "-steps", "3000", "-out", dir}, nil)
	require.NoError(t, err)
	var table, progress bytes.Buffer
	require.NoError(t, run(context.Background(), o, &table, &progress))
	lines := strings.Split(strings.TrimSpace(table.String()), "\n")
	require.Len(t, lines, 4)
	assert.Equal(t, "cartpole, to an average return of 475 over 100 episodes; medians of 2 seeds, observations as they are", lines[0])
	assert.Regexp(t, `^trpo +0 of 2 +> 3,000 +> 3,000 +> 3,000 +> 3,000$`, lines[2])
	assert.Equal(t, 4, strings.Count(progress.String(), "target not reached"))
	svg, err := os.ReadFile(filepath.Join(dir, "cartpole.svg"))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(svg), "<svg"))
	var again, more bytes.Buffer
	require.NoError(t, run(context.Background(), o, &again, &more))
	assert.Equal(t, table.String(), again.String())
}

// TestFlags: what is wrong is said in one line.
func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-method sac":                         `-method: no method "sac": want pg, pg-adam, ppo, trpo, acktr`,
		"-method trpo,":                       `-method: no method ""`,
		"-env moon":                           `-env: no environment "moon": want cartpole, acrobot, pendulum`,
		"-seeds 0":                            "-seeds 0 -steps 200000: want positive numbers",
		"-steps -5":                           "want positive numbers",
		"-seeds 99999999999":                  "-seeds 99999999999: want 10000 or fewer",
		"-seeds 2 -seed 18446744073709551615": "the last seed is too large",
		"-out main.go":                        "-out: mkdir main.go: not a directory",
		"-out main.go/a":                      "-out: mkdir main.go: not a directory",
		"-seeds many":                         `invalid value "many" for flag -seeds`,
		"-colour red":                         "flag provided but not defined: -colour",
		"trpo":                                `unexpected argument "trpo"`,
		"-seeds 2 pendulum":                   `unexpected argument "pendulum"`,
	} {
		_, err := parse(strings.Fields(args), nil)
		require.ErrorContains(t, err, want, args)
		assert.NotContains(t, err.Error(), "\n")
	}
	var help bytes.Buffer
	_, err := parse([]string{"-h"}, &help)
	assert.Error(t, err)
	assert.Contains(t, help.String(), "-method")
	o, err := parse(nil, nil)
	require.NoError(t, err)
	assert.Len(t, o.methods, len(policy.Methods()))
}

// TestErrors: a picture that cannot be written, and a run that was stopped.
func TestErrors(t *testing.T) {
	o, err := parse([]string{"-method", "trpo", "-seeds", "1", "-steps", "2000"}, nil)
	require.NoError(t, err)
	o.out = filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(o.out, nil, 0o644))
	var out bytes.Buffer
	assert.ErrorContains(t, run(context.Background(), o, &out, &out), "not a directory")
	o.steps, o.out = 1, t.TempDir()
	assert.EqualError(t, run(context.Background(), o, &out, &out), "no picture: no episode has ended within -steps 1")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, run(ctx, o, &out, &out), context.Canceled)
}

// TestPicture: each environment has a file of its own.
func TestPicture(t *testing.T) {
	for environment, want := range map[string]string{"cartpole": "cartpole.svg", "acrobot": "cartpole-acrobot.svg", "pendulum": "cartpole-pendulum.svg"} {
		o, err := parse([]string{"-env", environment}, nil)
		require.NoError(t, err)
		assert.Equal(t, want, o.picture())
	}
}

func TestReport(t *testing.T) {
	o, err := parse([]string{"-method", "pg,trpo", "-seeds", "3", "-scaled"}, nil)
	require.NoError(t, err)
	var out bytes.Buffer
	report(&out, o, [][]trial{
		{{reached: true, solved: 90_000, learned: 9}, {}, {reached: true, solved: 100_000, learned: 20}},
		{{}, {}, {reached: true, solved: 1_234_567, learned: 1}},
	})
	assert.Equal(t, `cartpole, to an average return of 475 over 100 episodes; medians of 3 seeds, scaled observations
method  reached  steps      from       to         begin of the 100 episodes
pg      2 of 3   100,000    90,000     > 200,000  20
trpo    1 of 3   > 200,000  1,234,567  > 200,000  > 200,000
`, out.String())
}

func TestMiddle(t *testing.T) {
	low, high := middle([]float64{9, 1, 5, 7, 3})
	assert.Equal(t, []float64{3, 7}, []float64{low, high})
	low, high = middle([]float64{4})
	assert.Equal(t, []float64{4, 4}, []float64{low, high})
}

func TestMean(t *testing.T) {
	run := trial{episodes: []policy.Episode{{Steps: 10, Return: 1}, {Steps: 20, Return: 3}, {Steps: 21, Return: 100}}}
	mean, ok := run.mean(0, 20)
	assert.True(t, ok)
	assert.Equal(t, 2.0, mean)
	_, ok = run.mean(30, 40)
	assert.False(t, ok)
}
