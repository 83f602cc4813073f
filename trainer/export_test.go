package trainer

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// Bases are the bases of parameter i, a vector in every row; nil for a side without.
func (o *SOAP) Bases(i int) (left, right []float64) {
	for k, b := range map[int]*[]float64{soapLeftBasis: &left, soapRightBasis: &right} {
		if m := o.moments[k][i]; m != nil {
			*b = make([]float64, m.DataSize())
			if m.Dtype() == graph.Float32 {
				vector.ToFloat64(*b, m.Float32s())
			} else {
				vector.ToFloat64(*b, m.Float64s())
			}
		}
	}
	return left, right
}
