package datasets

import "math"

// jitter changes brightness and contrast: out ↦ factor·out + shift, shift of each channel. Before scaling,
// a brightness of b makes b·x of x; on what scaling made of it, that is a distance from the background times b.
func (g *augmenter) jitter(out []float32) {
	bright, contrast := float32(1+g.either(g.Brightness)), float32(1+g.either(g.Contrast))
	clear(g.shift)
	if g.Contrast > 0 {
		g.means(out)
	}
	for k, black := range g.background {
		darker := black - bright*black
		mean := darker + bright*g.shift[k] // of the brightened channel
		g.shift[k] = contrast*darker + (1-contrast)*mean
	}
	factor := bright * contrast
	if g.channels == 1 {
		for i, v := range out {
			out[i] = factor*v + g.shift[0]
		}
		return
	}
	for i := 0; i < len(out); i += g.channels {
		pixel := out[i:][:len(g.shift)]
		for k, s := range g.shift {
			pixel[k] = factor*pixel[k] + s
		}
	}
}

// means sets shift, which is 0, to the mean of each channel. Four sums of one channel go on beside each other: one waits
// for its last addition.
func (g *augmenter) means(out []float32) {
	i := 0
	if g.channels == 1 {
		var a, b, c, d float32
		for ; i+4 <= len(out); i += 4 {
			x := out[i:][:4]
			a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
		}
		g.shift[0] = (a + b) + (c + d)
	}
	for ; i < len(out); i += g.channels {
		for k, v := range out[i:][:g.channels] {
			g.shift[k] += v
		}
	}
	for k := range g.shift {
		g.shift[k] /= float32(g.height * g.width)
	}
}

// mix mixes the other image into out, and returns the share of targets that out keeps.
func (g *augmenter) mix(out []float32) float32 {
	if g.CutMix > 0 && (g.Mixup == 0 || g.rng.IntN(2) == 1) {
		return g.paste(out, symmetricBeta(g.rng, g.CutMix))
	}
	share := float32(symmetricBeta(g.rng, g.Mixup))
	for i, v := range g.other {
		out[i] = share*out[i] + (1-share)*v
	}
	g.bound(out)
	return share
}

// paste copies a rectangle of the other image to the same place in out. Its sides are √(1−λ) of the image's, rounded down,
// and its centre is any pixel. What is left of out is counted, for the rectangle may reach over the edge.
func (g *augmenter) paste(out []float32, lambda float64) float32 {
	part := math.Sqrt(1 - lambda)
	rows := g.around(g.height, int(part*float64(g.height)))
	columns := g.around(g.width, int(part*float64(g.width)))
	c := g.channels
	for y := rows.first; y < rows.after; y++ {
		first, after := (y*g.width+columns.first)*c, (y*g.width+columns.after)*c
		copy(out[first:after], g.other[first:after])
	}
	pasted := (rows.after - rows.first) * (columns.after - columns.first)
	return 1 - float32(pasted)/float32(g.height*g.width)
}
