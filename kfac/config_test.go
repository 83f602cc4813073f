package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

func TestDefaults(t *testing.T) {
	both := Config{
		Structure: LowRank, Estimator: graph.MC, Sharing: Expand, MaxDamping: 1000, GammaUpdateSteps: 20,
		FactorDecay: 0.987, FactorUpdateSteps: 4, // and the period of products is found, and the fractions
	}
	fixed, adaptive := both, both
	fixed.Mode, fixed.LearningRate, fixed.Momentum, fixed.Damping, fixed.MinDamping = Fixed, 0.4, 0.8, 0.5, 0.25
	fixed.DampingUpdateSteps, fixed.InverseUpdateSteps = 10, 10
	adaptive.Mode, adaptive.LearningRate = Adaptive, 1 // and both λ and its least are found
	adaptive.DampingUpdateSteps, adaptive.InverseUpdateSteps, adaptive.NoiseScale = 5, 20, 32
	assert.Equal(t, adaptive, Config{}.resolved())
	assert.Equal(t, fixed, Config{Mode: Fixed}.resolved())
	assert.Equal(t, adaptive, Config{Mode: Adaptive}.resolved())

	for name, c := range map[string]struct {
		given Config
		want  func(c *Config)
	}{
		"no momentum":            {Config{Mode: Fixed, Momentum: None}, func(c *Config) { c.Momentum = 0 }},
		"least λ follows λ":      {Config{Mode: Fixed, Damping: 3}, func(c *Config) { c.Damping, c.MinDamping = 3, 1.5 }},
		"or does not":            {Config{Mode: Fixed, Damping: 3, MinDamping: 1}, func(c *Config) { c.Damping, c.MinDamping = 3, 1 }},
		"great λ":                {Config{Mode: Fixed, Damping: 4000}, func(c *Config) { c.Damping, c.MinDamping, c.MaxDamping = 4000, 2000, 4000 }},
		"off":                    {Config{Mode: Fixed, DampingUpdateSteps: None, GammaUpdateSteps: None}, func(c *Config) { c.DampingUpdateSteps, c.GammaUpdateSteps = 0, 0 }},
		"adaptive λ":             {Config{Mode: Adaptive, Damping: 150}, func(c *Config) { c.Damping = 150 }},
		"adaptive, small λ":      {Config{Mode: Adaptive, Damping: 1e-5}, func(c *Config) { c.Damping = 1e-5 }},
		"adaptive, own least λ":  {Config{Mode: Adaptive, Damping: 1, MinDamping: 0.5}, func(c *Config) { c.Damping, c.MinDamping = 1, 0.5 }},
		"adaptive, own period":   {Config{Mode: Adaptive, InverseUpdateSteps: 3}, func(c *Config) { c.InverseUpdateSteps = 3 }},
		"adaptive, own rate":     {Config{Mode: Adaptive, LearningRate: 0.5}, func(c *Config) { c.LearningRate = 0.5 }},
		"adaptive, no momentum":  {Config{Mode: Adaptive, Momentum: None, KLClip: None}, func(c *Config) {}},
		"no memory":              {Config{FactorDecay: None}, func(c *Config) { c.FactorDecay = 0 }},
		"no floor":               {Config{Damping: 1, MinDamping: None}, func(c *Config) { c.Damping, c.MinDamping = 1, leastFloor }},
		"adaptive, great λ":      {Config{Damping: 4000}, func(c *Config) { c.Damping, c.MaxDamping = 4000, 4000 }},
		"adaptive, λ is kept":    {Config{Mode: Adaptive, DampingUpdateSteps: None}, func(c *Config) { c.DampingUpdateSteps = 0 }},
		"no noise":               {Config{NoiseScale: None}, func(c *Config) { c.NoiseScale = 0 }},
		"less noise":             {Config{NoiseScale: 5}, func(c *Config) { c.NoiseScale = 5 }},
		"all hold inverses":      {Config{InverseHolders: 1}, func(c *Config) { c.InverseHolders = 1 }},
		"structure, estimator":   {Config{Mode: Fixed, Structure: EKFAC, Estimator: graph.GGN}, func(c *Config) { c.Structure, c.Estimator = EKFAC, graph.GGN }},
		"weight sharing":         {Config{Sharing: Reduce}, func(c *Config) { c.Sharing = Reduce }},
		"fractions, decay, clip": {Config{Mode: Fixed, FactorFraction: 0.5, ProductFraction: 0.25, FactorDecay: 0.9, KLClip: 1e-3}, func(c *Config) { c.FactorFraction, c.ProductFraction, c.FactorDecay, c.KLClip = 0.5, 0.25, 0.9, 1e-3 }},
	} {
		want := adaptive
		if c.given.Mode == Fixed {
			want = fixed
		}
		c.want(&want)
		assert.Equal(t, want, c.given.resolved(), name)
		o, err := New(c.given)
		require.NoError(t, err, name)
		assert.Equal(t, want, o.cfg, name)
		assert.Equal(t, want.LearningRate, o.LearningRate())
	}
}

func TestValidate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	good := []Config{
		{}, {MinDamping: 0.5}, {MinDamping: 0.5, MaxDamping: 0.5}, {Damping: 1e-300}, {FactorFraction: 1e-9, ProductFraction: 1, ProductUpdateSteps: 1},
		{WeightDecay: 0.1, Polyak: 0.99, KLClip: 1}, {DampingUpdateSteps: None},
	}
	for _, s := range Structures() {
		good = append(good, Config{Structure: s})
	}
	for _, e := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		good = append(good, Config{Estimator: e})
	}
	for _, c := range good {
		for _, mode := range Modes() {
			c.Mode = mode
			if c.Mode == Adaptive {
				c.KLClip = 0
			}
			assert.NoError(t, c.Validate(), "%+v", c)
		}
	}

	bad := map[string][]Config{ // by what the error must name
		"learning rate":    {{LearningRate: -1}, {LearningRate: nan}, {LearningRate: inf}},
		"damping":          {{Damping: -1}, {Damping: nan}, {Damping: inf}, {Damping: -inf}},
		"minimal damping":  {{MinDamping: -2}, {MinDamping: nan}, {MinDamping: inf}, {Damping: 1, MinDamping: 2}},
		"maximal damping":  {{MaxDamping: -1}, {MaxDamping: nan}, {MaxDamping: inf}, {Damping: 1, MaxDamping: 0.5}, {Damping: 5, MinDamping: 5, MaxDamping: 2}},
		"factor decay":     {{FactorDecay: 1}, {FactorDecay: -0.1}, {FactorDecay: nan}},
		"weight decay":     {{WeightDecay: -2}, {WeightDecay: nan}, {WeightDecay: inf}},
		"Polyak decay":     {{Polyak: 1}, {Polyak: -0.1}, {Polyak: nan}},
		"factor fraction":  {{FactorFraction: -0.5}, {FactorFraction: 1.1}, {FactorFraction: nan}},
		"product fraction": {{ProductFraction: -0.5}, {ProductFraction: 1.1}, {ProductFraction: nan}},
		"factor update":    {{FactorUpdateSteps: None}, {FactorUpdateSteps: -2}},
		"inverse update":   {{InverseUpdateSteps: None}},
		"product update":   {{ProductUpdateSteps: None}},
		"damping update":   {{DampingUpdateSteps: -5}},
		"gamma update":     {{GammaUpdateSteps: -2}},
		`structure "x"`:    {{Structure: "x"}},
		`estimator "x"`:    {{Estimator: "x"}},
	}
	for name, cs := range bad {
		for _, c := range cs {
			for _, mode := range Modes() {
				c.Mode = mode
				assert.ErrorContains(t, c.Validate(), name, "%+v", c)
				_, err := New(c)
				assert.ErrorContains(t, err, "kfac: ")
			}
		}
	}
	assert.ErrorContains(t, Config{Mode: "x"}.Validate(), `mode "x": want one of adaptive, fixed`)
	for name, c := range map[string]Config{
		"momentum 1": {Mode: Fixed, Momentum: 1}, "KL clip -2": {Mode: Fixed, KLClip: -2},
		"learning rate 2": {LearningRate: 2},
	} {
		assert.ErrorContains(t, c.Validate(), name)
	}
	assert.ErrorContains(t, Config{Mode: Fixed, Momentum: nan}.Validate(), "momentum NaN")
	assert.ErrorContains(t, Config{Mode: Fixed, KLClip: nan}.Validate(), "KL clip NaN")
	assert.NoError(t, Config{Mode: Fixed, LearningRate: 2}.Validate())
	assert.NoError(t, Config{LearningRate: math.Nextafter(2, 0)}.Validate())
	for _, c := range []Config{
		{Momentum: 0.9}, {KLClip: 0.1}, {Mode: Adaptive, Momentum: 0.9}, {Mode: Adaptive, KLClip: 0.1}, {Mode: Adaptive, Momentum: nan}, {Mode: Adaptive, KLClip: nan}, {Mode: Adaptive, KLClip: -2},
	} {
		assert.Error(t, c.Validate(), "%+v", c)
	}
}
