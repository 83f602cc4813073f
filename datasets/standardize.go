package datasets

import "math"

// Standardize replaces x by (x-μ)/σ in both splits, in place, with μ and σ (the population deviation) measured on Train
// alone: a test set must not leak into the inputs. Images (Pixels) share one μ and σ over all their pixels, which keeps
// the dead ones at the border finite; other data get one pair per feature. A feature that is constant over Train becomes
// 0 everywhere, for there is no scale to judge a deviation by. Afterwards Pixels is false. Targets stay as they are.
func (d *Dataset) Standardize() {
	width := d.Features()
	if d.Pixels {
		width = 1
	}
	scale := measure(d.Train.X, width)
	scale.apply(d.Train.X)
	scale.apply(d.Test.X)
	d.Pixels = false
}

// scaling is the affine map x ↦ (x-mean)·inverse of each column; inverse is 0 for a constant column.
type scaling struct{ mean, inverse []float64 }

// measure takes the statistics of the columns of x, which is (len(x)/width)×width. The mean comes first and the
// squares are summed about it: in one pass, features far from zero would lose their variance to cancellation.
func measure(x []float32, width int) scaling {
	s := scaling{mean: make([]float64, width), inverse: make([]float64, width)}
	if len(x) == 0 {
		return s
	}
	rows := float64(len(x) / width)
	constant := make([]bool, width)
	for j := range constant {
		constant[j] = true
	}
	for i := 0; i < len(x); i += width {
		for j, v := range x[i : i+width] {
			s.mean[j] += float64(v)
			constant[j] = constant[j] && v == x[j]
		}
	}
	for j := range s.mean {
		s.mean[j] /= rows
	}
	for i := 0; i < len(x); i += width {
		for j, v := range x[i : i+width] {
			c := float64(v) - s.mean[j]
			s.inverse[j] += c * c
		}
	}
	for j, squares := range s.inverse {
		// The rounded mean of equal values may differ from them: equality decides, not a variance of zero.
		if constant[j] || squares == 0 {
			s.inverse[j] = 0
			continue
		}
		s.inverse[j] = 1 / math.Sqrt(squares/rows)
	}
	return s
}

func (s scaling) apply(x []float32) {
	width := len(s.mean)
	for i := 0; i < len(x); i += width {
		row := x[i : i+width]
		for j, v := range row {
			row[j] = float32((float64(v) - s.mean[j]) * s.inverse[j])
		}
	}
}
