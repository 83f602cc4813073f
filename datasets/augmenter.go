package datasets

import (
	"math/rand/v2"
	"slices"
)

// augmenter changes a split's images for one goroutine.
type augmenter struct {
	Augmentation
	split                    *Split
	height, width, channels  int
	background               []float32 // of each channel
	darkest, brightest       []float32 // of each channel, in the split or the background
	seed                     uint64
	pcg                      rand.PCG // of one example at a time
	rng                      *rand.Rand
	rows, columns            []int32 // what each row and column of an image is made of in the example; −1: background
	firstColumn, afterColumn int     // outside of these columns is background
	shift                    []float32
	other                    []float32 // the image to mix with
}

// augmentStream separates the augmentation's numbers from other generators with the same seed.
const augmentStream = 0x6175676d656e74

// newAugmenter is for images of d that a has been found to fit.
func newAugmenter(a Augmentation, d *Dataset, s *Split, seed uint64) *augmenter {
	g := &augmenter{Augmentation: a, split: s, height: d.Shape[0], width: d.Shape[1], channels: d.channels(), seed: seed, background: d.background()}
	g.rows, g.columns, g.shift = make([]int32, g.height), make([]int32, g.width), make([]float32, g.channels)
	if a.Mixes() {
		g.other = make([]float32, d.Features())
	}
	g.rng = rand.New(&g.pcg)
	g.darkest, g.brightest = slices.Clone(g.background), slices.Clone(g.background)
	if g.computes() || a.Mixup > 0 {
		for i, v := range s.X {
			k := i % g.channels
			g.darkest[k], g.brightest[k] = min(g.darkest[k], v), max(g.brightest[k], v)
		}
	}
	return g
}

// computes reports whether pixels get values that the split may not have.
func (a Augmentation) computes() bool { return a.Rotate > 0 || a.Brightness > 0 || a.Contrast > 0 }

// bound cuts off what is outside of the split's values, by much after a change of brightness, by rounding after a mean: a
// loss for values in [0, 1] takes no others.
func (g *augmenter) bound(out []float32) {
	if g.channels == 1 {
		for i, v := range out {
			out[i] = within(v, g.darkest[0], g.brightest[0])
		}
		return
	}
	for i := 0; i < len(out); i += g.channels {
		pixel := out[i : i+g.channels]
		for k, v := range pixel {
			pixel[k] = within(v, g.darkest[k], g.brightest[k])
		}
	}
}

// within is max(low, min(v, high)), which the built-in functions, with their care for NaN and −0, take three times as long
// for.
func within(v, low, high float32) float32 {
	if v < low {
		return low
	}
	if v > high {
		return high
	}
	return v
}

// example writes example i of the split to out, as it is in that epoch. other and share are what it is mixed with, and how
// much of it is left: i and 1 where nothing is mixed.
func (g *augmenter) example(out []float32, epoch, i int) (other int, share float32) {
	g.pcg.Seed(g.seed^augmentStream, uint64(epoch)<<32+uint64(i))
	g.change(out, i)
	if !g.Mixes() {
		return i, 1
	}
	other = g.rng.IntN(g.split.Len())
	g.change(g.other, other)
	return other, g.mix(out)
}

// change draws what happens to an image, and writes the changed one to out. Only what is asked for is drawn.
func (g *augmenter) change(out []float32, i int) {
	x := g.split.X[i*len(out) : (i+1)*len(out)]
	if !g.moves() {
		copy(out, x)
		return
	}
	angle := g.either(g.Rotate)
	g.draw(g.rows, g.FlipVertical)
	g.draw(g.columns, g.Flip)
	g.firstColumn, g.afterColumn = inside(g.columns)
	if g.Rotate > 0 {
		g.turn(out, x, angle)
	} else {
		g.gather(out, x)
	}
	if g.Brightness > 0 || g.Contrast > 0 {
		g.jitter(out)
	}
	if g.computes() {
		g.bound(out)
	}
	if g.Erase > 0 {
		g.cover(out, g.around(g.height, g.Erase), g.around(g.width, g.Erase))
	}
}

// either draws a number from −most to most, or 0 without drawing if that is 0.
func (g *augmenter) either(most float64) float64 {
	if most == 0 {
		return 0
	}
	return most * (2*g.rng.Float64() - 1)
}

// move draws a whole number from −most to most, or 0 without drawing if that is 0.
func (g *augmenter) move(most int) int {
	if most == 0 {
		return 0
	}
	return g.rng.IntN(2*most+1) - most
}

// draw fills source, the rows or the columns that an image is made of.
func (g *augmenter) draw(source []int32, flips bool) {
	n := len(source)
	flip := flips && g.rng.IntN(2) == 1
	shift, crop := g.move(g.Shift), g.move(g.Crop)
	for k := range source {
		from := k + crop
		if from < 0 || from >= n {
			source[k] = -1
			continue
		}
		from = min(max(from+shift, 0), n-1)
		if flip {
			from = n - 1 - from
		}
		source[k] = int32(from)
	}
}

// inside returns the range of a source that is not background.
func inside(source []int32) (first, after int) {
	for first < len(source) && source[first] < 0 {
		first++
	}
	after = len(source)
	for after > first && source[after-1] < 0 {
		after--
	}
	return first, after
}

// span is a range of rows or of columns.
type span struct{ first, after int }

// around draws a range of so many out of n around any one of them, cut off where it leaves.
func (g *augmenter) around(n, size int) span {
	first := g.rng.IntN(n) - size/2
	return span{max(first, 0), min(first+size, n)}
}

// cover fills a rectangle with background.
func (g *augmenter) cover(out []float32, rows, columns span) {
	for y := rows.first; y < rows.after; y++ {
		g.fill(out[y*g.width*g.channels:][columns.first*g.channels : columns.after*g.channels])
	}
}

// fill sets whole pixels to background.
func (g *augmenter) fill(out []float32) {
	if g.channels == 1 {
		for i := range out {
			out[i] = g.background[0]
		}
		return
	}
	for i := 0; i < len(out); i += g.channels {
		copy(out[i:i+g.channels], g.background)
	}
}
