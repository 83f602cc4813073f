package layers

func poolingKinds() []Kind { return nil }
