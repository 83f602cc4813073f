package layers

func normalizationKinds() []Kind { return nil }
