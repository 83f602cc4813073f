package logs

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// buckets is how many a histogram has, all of one width.
const buckets = 64

// histogram counts the finite values of a tensor. Values that are not finite are left out.
type histogram struct {
	min, max     float64
	n            float64 // values
	sum, squares float64
	counts       [buckets]float64 // counts[i] is of those from min + i·width to min + (i+1)·width
}

// fill counts scale·x for the elements x of t.
func (h *histogram) fill(t *tensor.Dense, scale float64) {
	if t.Dtype() == graph.Float32 {
		fill(h, t.Float32s(), scale)
	} else {
		fill(h, t.Float64s(), scale)
	}
}

func fill[T graph.Float](h *histogram, values []T, scale float64) {
	*h = histogram{min: math.Inf(1), max: math.Inf(-1)}
	for _, x := range values {
		v := scale * float64(x)
		if v-v != 0 { // NaN or infinite
			continue
		}
		h.min, h.max = min(h.min, v), max(h.max, v)
		h.n++
		h.sum += v
		h.squares += v * v
	}
	width := h.width()
	for _, x := range values {
		v := scale * float64(x)
		if v-v != 0 {
			continue
		}
		i := 0
		if width > 0 {
			i = int(v/width - h.min/width) // v − min may overflow
		}
		h.counts[max(0, min(i, buckets-1))]++
	}
}

// width is of a bucket; 0 if all values are one, or as good as that.
func (h *histogram) width() float64 {
	if h.n == 0 {
		return 0
	}
	w := h.max/buckets - h.min/buckets
	if h.min+w == h.min || h.max-w == h.max || math.IsInf(h.min/w, 0) || math.IsInf(h.max/w, 0) {
		return 0
	}
	return w
}

// limits is how many buckets have a limit of their own: all, or one that holds all values.
func (h *histogram) limits() int {
	if h.width() == 0 {
		return 1
	}
	return buckets
}

// limit is the upper end of bucket i.
func (h *histogram) limit(i int) float64 {
	if i == h.limits()-1 {
		return h.max
	}
	part := float64(i+1) / buckets
	if math.IsInf(h.max-h.min, 0) {
		return (1-part)*h.min + part*h.max
	}
	return h.min + part*(h.max-h.min)
}
