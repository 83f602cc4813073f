package job

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/datasets"
)

// shown is how a data set's inputs are shown: as pixels from 0 to 1, or as the file has them.
type shown struct {
	d     *datasets.Dataset
	image bool
	shape []int   // of a picture: height and width, where the pixels come in one row
	top   float64 // of what the scaling inverts to: the value of a pixel that is white
	raw   bool    // the inputs are pixels from 0 to 1 as they are
}

// pixelsOf says how inputs are shown. Inputs that were pixels before they were
// standardised are known by the one mean and deviation that all of them share, or those of
// a channel, without a bound (datasets.Dataset.Standardize, StandardizeChannels).
func pixelsOf(d *datasets.Dataset) shown {
	s := shown{d: d, raw: d.Pixels, shape: slices.Clone(d.Shape), top: 1}
	s.image = d.Pixels || d.Scaling.Bound == 0 && d.Features() > 1 && (len(d.Scaling.Mean) == 1 || byChannel(d))
	if !s.image {
		return s
	}
	if side := int(math.Round(math.Sqrt(float64(d.Features())))); len(d.Shape) == 1 && side*side == d.Features() {
		s.shape = []int{side, side}
	}
	if !s.raw {
		s.top = white(brightest(d))
	}
	return s
}

// byChannel tells images of several channels that share a mean and a deviation for each.
func byChannel(d *datasets.Dataset) bool {
	mean, deviation := d.Scaling.Mean, d.Scaling.Deviation
	if len(d.Shape) != 3 || len(mean) != d.Features() {
		return false
	}
	channels := d.Shape[2]
	for i := channels; i < len(mean); i++ {
		if mean[i] != mean[i-channels] || deviation[i] != deviation[i-channels] {
			return false
		}
	}
	return true
}

// brightest is the greatest input as the file has it.
func brightest(d *datasets.Dataset) float64 {
	mean, deviation := d.Scaling.Mean, d.Scaling.Deviation
	most := make([]float32, len(mean)) // of each mean
	for i := range most {
		most[i] = float32(math.Inf(-1))
	}
	for _, part := range []datasets.Split{d.Train, d.Validation, d.Test} {
		for i, v := range part.X {
			at := i % len(most)
			most[at] = max(most[at], v)
		}
	}
	brightest := math.Inf(-1)
	for i, v := range most {
		brightest = max(brightest, mean[i]+deviation[i]*float64(v))
	}
	return brightest
}

// white is the pixel that is white on the scale whose brightest pixel in the data is given:
// 1, the greatest number of 4, 5 or 6 bits, or 255. A data set does not keep it; a picture
// that nowhere comes near its white is shown brighter.
func white(brightest float64) float64 {
	const rounding = 1e-3 // of values that went through float32 twice
	for _, top := range []float64{1, 15, 16, 31, 32, 63, 64} {
		if brightest <= top+rounding {
			return top
		}
	}
	return 255
}

// values are inputs, or outputs that stand for inputs, of whole examples.
func (s shown) values(x []float32) []float32 {
	if s.raw {
		return clamped(slices.Clone(x))
	}
	file, err := s.d.Scaling.Invert(x)
	if err != nil { // of other columns: of no data set that was opened
		return slices.Clone(x)
	}
	list := inFloat32(file)
	if !s.image {
		return list
	}
	for i := range list {
		list[i] = float32(file[i] / s.top)
	}
	return clamped(list)
}

// clamped keeps pixels in their range, which rounding, and an output without bounds, leave.
func clamped(pixels []float32) []float32 {
	for i, v := range pixels {
		pixels[i] = min(max(v, 0), 1)
	}
	return pixels
}
