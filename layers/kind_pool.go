package layers

func poolingKinds() []Kind {
	return []Kind{
		NewKind("maxpool2d",
			func(m *MaxPool2D) poolSettings {
				return poolSettings{m.Window, m.geometry().everyWindow(), m.Padding, false}
			},
			func(s poolSettings) (*MaxPool2D, error) {
				return &MaxPool2D{Window: s.Window, Stride: s.Stride, Padding: s.Padding}, nil // Build checks the rest
			}),
		NewKind("avgpool2d",
			func(a *AvgPool2D) poolSettings {
				return poolSettings{a.Window, a.geometry().everyWindow(), a.Padding, a.CountPadding}
			},
			func(s poolSettings) (*AvgPool2D, error) {
				return &AvgPool2D{Window: s.Window, Stride: s.Stride, Padding: s.Padding, CountPadding: s.CountPadding}, nil
			}),
		NewKind("globalavgpool",
			func(*GlobalAvgPool) none { return none{} },
			func(none) (*GlobalAvgPool, error) { return &GlobalAvgPool{}, nil }),
	}
}

type poolSettings struct {
	Window       [2]int `json:"window"`
	Stride       [2]int `json:"stride"`
	Padding      [2]int `json:"padding"`
	CountPadding bool   `json:"count_padding,omitempty"`
}
