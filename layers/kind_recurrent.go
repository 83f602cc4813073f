package layers

func recurrentKinds() []Kind { return nil }
