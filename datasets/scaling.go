package datasets

import "github.com/gokfac/gokfac/scaling"

// Scaling maps values as a file has them to a model's inputs or targets.
type Scaling = scaling.Scaling

// byteScaling is the scaling of pixels that are stored as bytes.
func byteScaling() Scaling { return Scaling{Mean: []float64{0}, Deviation: []float64{255}} }
