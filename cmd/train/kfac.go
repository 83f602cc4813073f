package main

import (
	"encoding/json"
	"fmt"

	"github.com/gokfac/gokfac/kfac"
)

// kfacInForce lists the settings of K-FAC that its mode has a use for.
func kfacInForce(c kfac.Config) []setting {
	list := []setting{
		{"kfac", "kfac-mode", string(c.Mode)}, {"kfac", "kfac-structure", string(c.Structure)},
		{"kfac", "kfac-fisher", string(c.Estimator)},
		{"kfac", "kfac-damping", orFound(c.Damping)}, {"kfac", "kfac-min-damping", orFound(c.MinDamping)},
		{"kfac", "kfac-damping-update-steps", c.DampingUpdateSteps},
	}
	if c.Mode == kfac.Adaptive {
		list = append(list, setting{"kfac", "kfac-gamma-update-steps", c.GammaUpdateSteps},
			setting{"kfac", "kfac-product-update-steps", c.ProductUpdateSteps},
			setting{"kfac", "kfac-noise-scale", orOff(unlessNone(c.NoiseScale, 0))})
	} else {
		list = append(list, setting{"kfac", "kfac-kl-clip", c.KLClip})
	}
	return append(list,
		setting{"kfac", "kfac-factor-decay", orOff(unlessNone(c.FactorDecay, 0))}, setting{"kfac", "kfac-factor-update-steps", c.FactorUpdateSteps},
		setting{"kfac", "kfac-inv-update-steps", c.InverseUpdateSteps},
		setting{"kfac", "kfac-factor-fraction", c.FactorFraction}, setting{"kfac", "kfac-product-fraction", c.ProductFraction},
		setting{"kfac", "kfac-polyak", c.Polyak},
	)
}

// orFound is a damping, 0 if it is found at the first step.
type orFound float64

func (v orFound) String() string {
	switch v {
	case 0:
		return "found"
	case kfac.None:
		return "none"
	}
	return fmt.Sprint(float64(v))
}

// MarshalJSON keeps the type of the key: null is what was found.
func (v orFound) MarshalJSON() ([]byte, error) {
	if v == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(unlessNone(float64(v), 0))
}

// orOff is a number in force that is only 0 where none was asked for: the
// printed configuration says so, since leaving the flag out would be the default.
type orOff float64

func (v orOff) String() string {
	if v == 0 {
		return "none"
	}
	return fmt.Sprint(float64(v))
}
