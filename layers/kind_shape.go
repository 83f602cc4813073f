package layers

func shapeKinds() []Kind { return nil }
