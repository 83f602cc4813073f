package policy_test

import (
	"context"
	"flag"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/natural/policy"
)

var long = flag.Bool("long", false, "train every method on every environment, over 5 seeds")

// train runs a method with its default settings.
func train(t *testing.T, method, environment string, seed uint64, steps int) policy.Result {
	t.Helper()
	k, err := policy.Find(method)
	require.NoError(t, err)
	env, err := control.Find(environment)
	require.NoError(t, err)
	m, err := k.New()
	require.NoError(t, err)
	cfg := k.Config
	cfg.Seed, cfg.DType = seed, graph.Float32
	a, err := policy.New(env.New, m, cfg)
	require.NoError(t, err)
	result, err := a.Run(context.Background(), policy.Limits{Steps: steps, Target: env.Target})
	require.NoError(t, err)
	return result
}

// TestLearns: every method gets far beyond the first policy's return of some 20.
func TestLearns(t *testing.T) {
	for _, k := range policy.Methods() {
		t.Run(k.Name, func(t *testing.T) {
			result := train(t, k.Name, "cartpole", 1, 25_000)
			t.Logf("average %.1f after %d steps", result.Average, result.Steps)
			assert.Greater(t, result.Average, 150.0)
		})
	}
}

// reached are the numbers of those seeds that reached the target.
func reached(steps []int) []int {
	return slices.DeleteFunc(slices.Clone(steps), func(n int) bool { return n == math.MaxInt })
}

// TestSolves trains every method to the environments' targets.
//
//	go test ./natural/policy -run TestSolves -v -long -timeout 1h
func TestSolves(t *testing.T) {
	if !*long {
		t.Skip("minutes: asked for with -long")
	}
	for _, env := range control.Kinds() {
		for _, k := range policy.Methods() {
			t.Run(env.Name+"/"+k.Name, func(t *testing.T) {
				const seeds = 5
				var solved, learned []int
				for seed := range uint64(seeds) {
					result := train(t, k.Name, env.Name, seed+1, 300_000)
					if !result.Reached {
						t.Logf("seed %d: average %.1f after %d steps", seed+1, result.Average, result.Steps)
						result.Solved, result.Learned = math.MaxInt, math.MaxInt
					}
					solved, learned = append(solved, result.Solved), append(learned, result.Learned)
				}
				slices.Sort(solved)
				slices.Sort(learned)
				t.Logf("steps to %g: %v, the first of 100 episodes after %v", env.Target, reached(solved), reached(learned))
				if env.Name == "cartpole" || k.Name == "ppo" {
					assert.Less(t, solved[seeds-1], math.MaxInt)
				}
			})
		}
	}
}
