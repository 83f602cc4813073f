package datasets

import (
	"fmt"
	"math"
)

// Augmentation is how a [Loader] changes its images at random, each time it deals one out: the example stays what it is,
// and a network sees another picture of it in every epoch. The zero value changes nothing.
//
// Images are H×W or H×W×C. They are changed in this order:
//
//	Rotate, Flip and FlipVertical, Shift, Crop, Brightness, Contrast, Erase, then Mixup or CutMix with another example.
//
// # Background
//
// What comes in from outside of an image is the background, the value that a 0 in the file has after [Dataset].Scaling, of
// each channel: black of pixels. It is 0 of unscaled pixels, and −μ/σ of standardised ones, where 0 is a grey.
//
// An operation that moves pixels, or changes their brightness, needs all pixels of a channel to have the same scale, as
// those of [Dataset.Standardize] have where Pixels is true, and those of [Dataset.StandardizeChannels] always.
//
// # Mixing
//
// A mixture of two examples has two targets. Labels stay whole: the batch has the example's own, and [Loader.More] gives the
// label of the other and the share λ of the own, for the loss λ·CE(y)+(1−λ)·CE(y′), which losses.SoftmaxCrossEntropy has
// (see losses.Mixable). A Source of package trainer is asked for them without being told. Values to predict are mixed
// themselves: λ·t+(1−λ)·t′. The other example is any of the split, with changes of its own, and each example has its own λ:
// what a batch's other examples are makes no difference. With both Mixup and CutMix, each example has one of them, with
// equal chances.
//
// # Reproducibility
//
// An example is changed by a generator of its own, seeded with the loader's seed, the number of the epoch and the example's
// index. What becomes of it therefore depends on no batch size, order, or number of goroutines, and a loader that is
// restored in the middle of an epoch goes on to the bit. The order of examples is that of a loader without augmentation.
//
// Under LoaderOptions.Reconstruct the target is the changed image, since x is y.
type Augmentation struct {
	// Crop pads images by so many pixels of background on each side, and cuts their size out again, anywhere (PyTorch's
	// RandomCrop(size, padding)): whole moves of −Crop…Crop pixels in each direction. Below the image's height and width.
	Crop int
	// Shift moves images by −Shift…Shift pixels in each direction. What comes in repeats the image's edge, where Crop
	// has background. Below the image's height and width.
	Shift int
	// Flip mirrors an image with probability ½: left is right.
	Flip bool
	// FlipVertical mirrors an image with probability ½: top is bottom.
	FlipVertical bool
	// Rotate turns images about their centre by −Rotate…Rotate degrees, at most 180, with bilinear interpolation.
	Rotate float64
	// Erase covers a square of background, of so many pixels a side, around any pixel (cutout, DeVries & Taylor 2017,
	// arXiv 1708.04552). It may reach over the image's edge. Below the image's height and width.
	Erase int
	// Brightness multiplies an image by 1−Brightness…1+Brightness, at most 1, as it was before scaling: black stays black.
	// What is brighter than the split's brightest pixel becomes as bright as that, channel by channel.
	Brightness float64
	// Contrast multiplies each channel's distance from the image's own mean by 1−Contrast…1+Contrast, at most 1, within
	// the split's darkest and brightest pixels.
	Contrast float64
	// Mixup is α of the mixtures λ·x+(1−λ)·x′, λ from Beta(α, α) (Zhang et al. 2018, arXiv 1710.09412). 0.2 is usual.
	Mixup float64
	// CutMix is α of the mixtures in which a rectangle of about (1−λ)·H·W pixels is another example's, λ from
	// Beta(α, α); the targets have λ of the pixels themselves (Yun et al. 2019, arXiv 1905.04899). 1 is usual.
	CutMix float64
}

// maxAlpha is the largest α of a Beta distribution: from about there on float32's λ is ½ in the first three digits.
const maxAlpha = 1e6

// Validate returns an error that names the first word, as [ParseAugmentation] has it, whose number cannot be meant,
// whatever the images are. A [NewLoader] calls it.
func (a Augmentation) Validate() error {
	for _, w := range AugmentationWords() {
		switch {
		case w.whole != nil:
			if v := *w.whole(&a); v < 0 {
				return fmt.Errorf("datasets: augmentation %s=%d: want a number of pixels ≥ 0", w.Name, v)
			}
		case w.number != nil:
			if v := *w.number(&a); !(v >= 0 && v <= w.most) {
				return fmt.Errorf("datasets: augmentation %s=%g: want a number from 0 to %g", w.Name, v, w.most)
			}
		}
	}
	return nil
}

// Mixes reports whether examples are mixed, so that a batch of labels has further targets.
func (a Augmentation) Mixes() bool { return a.Mixup > 0 || a.CutMix > 0 }

// moves reports whether pixels move, or change by what their neighbours have: they must be of one scale.
func (a Augmentation) moves() bool {
	a.Mixup, a.CutMix = 0, 0
	return a != Augmentation{}
}

// Fits returns an error unless the examples of d can be changed in this way.
func (a Augmentation) Fits(d *Dataset) error {
	if err := a.Validate(); err != nil || a == (Augmentation{}) {
		return err
	}
	if len(d.Shape) != 2 && len(d.Shape) != 3 {
		return fmt.Errorf("datasets: %s: augmentation is of images, H×W or H×W×C: these examples have the shape %v", d.Name, d.Shape)
	}
	least := min(d.Shape[0], d.Shape[1])
	for _, w := range AugmentationWords() {
		if w.whole != nil && *w.whole(&a) >= least {
			return fmt.Errorf("datasets: %s: augmentation %s=%d: the images have %d×%d pixels: want less than %d",
				d.Name, w.Name, *w.whole(&a), d.Shape[0], d.Shape[1], least)
		}
	}
	if a.moves() && !d.oneScale() {
		return fmt.Errorf("datasets: %s: augmentation: each pixel has a scale of its own, and would have the wrong one in another place: StandardizeChannels gives all one", d.Name)
	}
	return nil
}

// channels is the number of values of a pixel.
func (d *Dataset) channels() int {
	if len(d.Shape) == 3 {
		return d.Shape[2]
	}
	return 1
}

// oneScale reports whether the scaling is the same for all pixels of a channel.
func (d *Dataset) oneScale() bool {
	s, c := d.Scaling, d.channels()
	for j := range s.Mean {
		if s.Mean[j] != s.Mean[j%c] || s.Deviation[j] != s.Deviation[j%c] {
			return false
		}
	}
	return len(s.Mean) <= 1 || len(s.Mean)%c == 0
}

// background is what a 0 in the file is after scaling, of each channel.
func (d *Dataset) background() []float32 {
	zeros := make([]float64, max(d.channels(), len(d.Scaling.Mean)))
	x, err := d.Scaling.Apply(zeros)
	if err != nil { // a scaling of another size, which Fits has refused where it matters
		return make([]float32, d.channels())
	}
	for i, v := range x {
		if math.IsNaN(float64(v)) {
			x[i] = 0
		}
	}
	return x[:d.channels()]
}
