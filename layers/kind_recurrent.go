package layers

func recurrentKinds() []Kind {
	return []Kind{
		NewKind("embedding",
			func(e *Embedding) embeddingSettings { return embeddingSettings{e.Name, e.Rows, e.Units} },
			func(s embeddingSettings) (*Embedding, error) {
				return &Embedding{Name: s.Name, Rows: s.Rows, Units: s.Units}, nil // Build checks the rest
			}),
		NewKind("recurrent",
			func(r *Recurrent) recurrentSettings { return recurrentSettings{r.Name, r.Units, r.Sequences, r.NoBias} },
			func(s recurrentSettings) (*Recurrent, error) {
				return &Recurrent{Name: s.Name, Units: s.Units, Sequences: s.Sequences, NoBias: s.NoBias}, nil // Build checks the rest
			}),
	}
}

type recurrentSettings struct {
	Name      string `json:"name"`
	Units     int    `json:"units"`
	Sequences bool   `json:"sequences,omitempty"`
	NoBias    bool   `json:"no_bias,omitempty"`
}

type embeddingSettings struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Units int    `json:"units"`
}
