package layers

func normalizationKinds() []Kind {
	return []Kind{
		NewKind("batchnorm",
			func(n *BatchNorm) batchNormSettings {
				s := batchNormSettings{scaleSettings{n.Name, orDefault(n.Epsilon, defaultEpsilon), n.NoScale, n.NoShift}, orDefault(n.Momentum, defaultMomentum)}
				return s
			},
			func(s batchNormSettings) (*BatchNorm, error) {
				return &BatchNorm{Momentum: s.Momentum, Epsilon: s.Epsilon, NoScale: s.NoScale, NoShift: s.NoShift, Name: s.Name}, nil // Build checks the rest
			}),
		NewKind("layernorm",
			func(n *LayerNorm) scaleSettings {
				return scaleSettings{n.Name, orDefault(n.Epsilon, defaultEpsilon), n.NoScale, n.NoShift}
			},
			func(s scaleSettings) (*LayerNorm, error) {
				return &LayerNorm{Epsilon: s.Epsilon, NoScale: s.NoScale, NoShift: s.NoShift, Name: s.Name}, nil
			}),
		NewKind("groupnorm",
			func(n *GroupNorm) groupNormSettings {
				return groupNormSettings{scaleSettings{n.Name, orDefault(n.Epsilon, defaultEpsilon), n.NoScale, n.NoShift}, n.Groups}
			},
			func(s groupNormSettings) (*GroupNorm, error) {
				return &GroupNorm{Groups: s.Groups, Epsilon: s.Epsilon, NoScale: s.NoScale, NoShift: s.NoShift, Name: s.Name}, nil
			}),
	}
}

type scaleSettings struct {
	Name    string  `json:"name"`
	Epsilon float64 `json:"epsilon"`
	NoScale bool    `json:"no_scale,omitempty"`
	NoShift bool    `json:"no_shift,omitempty"`
}

type batchNormSettings struct {
	scaleSettings
	Momentum float64 `json:"momentum"`
}

type groupNormSettings struct {
	scaleSettings
	Groups int `json:"groups"`
}

// orDefault replaces 0, which stands for the default.
func orDefault(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}
