package datasets

import "math"

// colour is red, green and blue. A direction in which a colour changes has the same type.
type colour [shades]float64

// plus is c + t·d.
func (c colour) plus(t float64, d colour) colour {
	for i := range c {
		c[i] += t * d[i]
	}
	return c
}

// Ranges of the colours and of what is painted with them.
const (
	equalLight   = 0.20 // part of the pictures in which figure and ground have the same lightness
	minContrast  = 0.50 // distance between the colours of figure and ground, in a cube of edge 1
	minRise      = 0.35 // lightness of the figure less that of the ground, in the other pictures
	maxLight     = 0.15 // change of the lightness from one side of the picture to the other
	maxTexture   = 0.08 // amplitude of a pattern
	minPeriod    = 3.5  // of a pattern, in pixels
	maxPeriod    = 9.0
	maxStrokes   = 2   // behind the shape
	maxStroke    = 9.0 // length, pixels
	minNib       = 0.6 // half a stroke's width, pixels
	maxNib       = 1.5
	maxSpeckle   = 0.06 // the noise is within so much of a channel's range, each way
	speckleSteps = 1 << 10
)

// tint returns the colour of lightness y (the luma of Rec. 601: 0.299 R + 0.587 G + 0.114 B) and of a random hue. Its
// saturation is the part saturation of the largest that has every channel in [0,1].
func (e *easel) tint(y, saturation float64) colour {
	d := e.hue()
	reach := math.Inf(1)
	for _, v := range d {
		if v > 0 {
			reach = min(reach, (1-y)/v)
		} else if v < 0 {
			reach = min(reach, -y/v)
		}
	}
	return colour{y, y, y}.plus(saturation*reach, d)
}

// hue is a random direction of equal lightness.
func (e *easel) hue() colour {
	red, blue := math.Sincos(e.uniform(0, 2*math.Pi))
	return colour{1.402 * red, -0.344136*blue - 0.714136*red, 1.772 * blue}
}

// cloth is what a surface is painted with: a colour, changed along a direction by a pattern.
type cloth struct {
	colour, change colour
	pattern        int
	x, y, phase    float64 // periods per pixel
}

// The patterns.
const (
	plain = iota
	stripes
	checks
	patterns
)

// at is the colour at a place in pixels.
func (c *cloth) at(x, y float64) colour {
	switch c.pattern {
	case stripes:
		return c.colour.plus(zigzag(c.x*x+c.y*y+c.phase), c.change)
	case checks:
		return c.colour.plus(zigzag(c.x*x+c.y*y+c.phase)*zigzag(c.y*x-c.x*y), c.change)
	}
	return c.colour
}

// zigzag is a wave of period 1 between −1 and 1 with steep flanks.
func zigzag(t float64) float64 {
	t -= math.Floor(t)
	return min(max(8*math.Abs(t-0.5)-2, -1), 1)
}

// cloths are those of a picture.
type cloths struct{ figure, ground cloth }

// colours draws both until they can be told apart. In some pictures they differ in hue alone, and so do their patterns:
// a picture without its colours does not show these shapes.
func (e *easel) colours() cloths {
	alike := e.rng.Float64() < equalLight
	for {
		y := e.uniform(0.15, 0.5)
		z := e.uniform(y+minRise, 0.9)
		if alike {
			y = e.uniform(0.35, 0.65)
			z = y
		}
		ground := e.tint(y, e.rng.Float64())
		figure := e.tint(z, e.rng.Float64())
		var square float64
		for i, v := range ground {
			square += (v - figure[i]) * (v - figure[i])
		}
		if square >= minContrast*minContrast {
			return cloths{figure: e.weave(figure, alike), ground: e.weave(ground, alike)}
		}
	}
}

// weave gives a colour a pattern, of hues if the lightness has to stay.
func (e *easel) weave(c colour, alike bool) cloth {
	t := colour{1, 1, 1}
	if d := e.hue(); alike {
		t = d
	}
	k := 1 / e.uniform(minPeriod, maxPeriod)
	sin, cos := math.Sincos(e.uniform(0, 2*math.Pi))
	return cloth{
		colour: c, change: colour{}.plus(e.uniform(0, maxTexture), t),
		pattern: max(e.rng.IntN(patterns+1)-1, plain), x: k * cos, y: k * sin, phase: e.rng.Float64(),
	}
}

// ground covers the scene.
func (e *easel) ground(c cloth) {
	for i := range e.scene {
		e.scene[i] = c.at(float64(i%canvasEdge), float64(i/canvasEdge))
	}
}

// stroke adds a short line of any colour, or a dot, at any place.
func (e *easel) stroke() {
	paint := e.tint(e.uniform(0.1, 0.9), e.rng.Float64())
	a := point{e.uniform(0, canvasEdge), e.uniform(0, canvasEdge)}
	sin, cos := math.Sincos(e.uniform(0, 2*math.Pi))
	length, nib := e.uniform(0, maxStroke), e.uniform(minNib, maxNib)
	b := point{a.x + length*cos, a.y + length*sin}
	first := func(v, w float64) int { return max(int(min(v, w)-nib-1), 0) }
	last := func(v, w float64) int { return min(int(max(v, w)+nib+1), canvasEdge-1) }
	for y := first(a.y, b.y); y <= last(a.y, b.y); y++ {
		for x := first(a.x, b.x); x <= last(a.x, b.x); x++ {
			// The nearest point of the line is t along it.
			dx, dy := float64(x)+0.5-a.x, float64(y)+0.5-a.y
			t := min(max(dx*cos+dy*sin, 0), length)
			away := math.Hypot(dx-t*cos, dy-t*sin)
			e.mix(y*canvasEdge+x, min(max(nib+0.5-away, 0), 1), paint)
		}
	}
}

// mix covers a part of a pixel.
func (e *easel) mix(pixel int, part float64, c colour) {
	s := &e.scene[pixel]
	for i, v := range c {
		s[i] += part * (v - s[i])
	}
}

// fill paints the shape.
func (e *easel) fill(c cloth) {
	for i, coverage := range e.mask.Pix {
		if coverage > 0 {
			e.mix(i, float64(coverage)/255, c.at(float64(i%canvasEdge), float64(i/canvasEdge)))
		}
	}
}

// expose turns the scene into pixels, with a light from one side and with noise. Pixels are multiples of 1/255, as if they
// had been stored as bytes. The noise of a channel is the sum of two uniform numbers.
func (e *easel) expose(pixels []float32) {
	sin, cos := math.Sincos(e.uniform(0, 2*math.Pi))
	light := e.uniform(0, maxLight) / canvasEdge
	strength := 255 * e.uniform(0, maxSpeckle) / speckleSteps
	scale := intensities()
	for i, c := range e.scene {
		shade := 255 * light * (cos*(float64(i%canvasEdge)-canvasEdge/2) + sin*(float64(i/canvasEdge)-canvasEdge/2))
		bits := e.rng.Uint64() // two of its numbers to a channel
		for k, v := range c {
			n := int(bits%speckleSteps) - int(bits/speckleSteps%speckleSteps)
			bits /= speckleSteps * speckleSteps
			v = 255*v + shade + strength*float64(n) + 0.5
			pixels[i*shades+k] = scale[uint8(min(max(v, 0), 255))]
		}
	}
}
