package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/graph"
)

// TestLaplaceConfig: comments state the defaults, and a setting out of its range is named.
func TestLaplaceConfig(t *testing.T) {
	cfg := LaplaceConfig{}.resolved()
	stateDefaults(t, "laplaceconfig.go", cfg, nil)
	assert.Equal(t, cfg, cfg.resolved())
	for want, c := range map[string]LaplaceConfig{
		"structure low-rank has no Laplace posterior":          {Structure: LowRank},
		"structure block-tridiagonal has no Laplace posterior": {Structure: BlockTridiagonal},
		"unknown structure":    {Structure: "?"},
		"prior precision -1":   {PriorPrecision: -1},
		"noise variance -2":    {NoiseVariance: -2},
		"examples -3":          {Examples: -3},
		"unknown Fisher estim": {Estimator: graph.FisherEstimator("?")},
		"sharing":              {Sharing: "?"},
	} {
		assert.ErrorContains(t, c.Validate(), want)
		_, err := FitLaplace(c, nil)
		assert.ErrorContains(t, err, want)
	}
}
