package datasets

import (
	"image"
	"image/draw"
)

// Ranges of the ink's strength and of the noise, as a part of full intensity.
const (
	minInk   = 0.75
	maxNoise = 0.06 // standard deviation
)

// trace adds a closed contour, in pixels, to the drawing.
func (c *canvas) trace(contour []point) {
	for i, p := range contour {
		if i == 0 {
			c.pen.MoveTo(float32(p.x), float32(p.y))
			continue
		}
		c.pen.LineTo(float32(p.x), float32(p.y))
	}
	c.pen.ClosePath()
}

// develop turns the drawing into pixels, with ink of random strength and with noise. Pixels are multiples of 1/255, as
// if they had been stored as bytes.
func (c *canvas) develop(pixels []float32) {
	c.pen.DrawOp = draw.Src
	c.pen.Draw(c.paper, c.paper.Bounds(), image.Opaque, image.Point{})
	ink := minInk + (1-minInk)*c.rng.Float64()
	noise := 255 * maxNoise * c.rng.Float64()
	scale := intensities()
	for i, coverage := range c.paper.Pix {
		v := ink*float64(coverage) + noise*c.rng.NormFloat64()
		pixels[i] = scale[uint8(min(max(v, 0), 255))]
	}
}
