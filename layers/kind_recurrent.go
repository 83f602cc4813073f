package layers

func recurrentKinds() []Kind {
	return []Kind{
		NewKind("embedding",
			func(e *Embedding) embeddingSettings { return embeddingSettings{e.Name, e.Rows, e.Units} },
			func(s embeddingSettings) (*Embedding, error) {
				return &Embedding{Name: s.Name, Rows: s.Rows, Units: s.Units}, nil // Build checks the rest
			}),
	}
}

type embeddingSettings struct {
	Name  string `json:"name"`
	Rows  int    `json:"rows"`
	Units int    `json:"units"`
}
