package datasets

import (
	"context"
	"image"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// Digits come in images of side×side and numerals classes, as MNIST has them.
const (
	side     = 28
	numerals = 10
)

// DigitsOptions sizes the built-in digits. The zero value is the documented default.
type DigitsOptions struct {
	Train, Test int    // examples; 0 is 20000 and 4000
	Seed        uint64 // seed of all random choices: another seed gives other digits
}

// Digits draws the ten digits, 28×28 pixels in [0,1], light on dark: a random typeface of the Go fonts with a random
// stroke width, bent by a smooth random field, sheared, rotated, scaled and moved, and a little noise. It stands in for
// MNIST where there is no network. The same options give the same bytes, however many processors draw them; the test
// split comes from draws of its own.
//
// The task is about as hard as MNIST. Softmax regression trained to convergence stays below 95 % test accuracy (92 % at its
// best); a 784-512-512-10 ReLU network passes 98 % in 3 epochs of batches of 128, 5 of 512, with Adam.
func Digits(opt DigitsOptions) *Dataset {
	return drawn(func(ctx context.Context) (*Dataset, error) { return digits(ctx, opt) })
}

func digits(ctx context.Context, opt DigitsOptions) (*Dataset, error) {
	if opt.Train <= 0 {
		opt.Train = 20000
	}
	if opt.Test <= 0 {
		opt.Test = 4000
	}
	faces := goFonts()
	artist := func() (*rand.PCG, func([]float32) int32) {
		c := newCanvas()
		return &c.pcg, func(pixels []float32) int32 { return c.draw(faces, pixels) }
	}
	d := &Dataset{
		Name:    "digits",
		Shape:   []int{side, side},
		Classes: numerals, ClassNames: numerically(numerals),
		Train:  drawSplit(ctx, opt.Seed, trainStream, opt.Train, side*side, artist),
		Test:   drawSplit(ctx, opt.Seed, testStream, opt.Test, side*side, artist),
		Pixels: true,
	}
	return d, ctx.Err()
}

// Each example has a generator of its own. Its seed is the user's seed and a stream number, which has the split in its
// upper half and the example's index in the lower one.
const (
	trainStream uint64 = 1 << 32
	testStream  uint64 = 2 << 32
)

// canvas draws one example after the other. It belongs to one goroutine.
type canvas struct {
	pcg   rand.PCG
	rng   *rand.Rand
	pen   *vector.Rasterizer
	paper *image.Alpha
	bent  []point // a contour after distortion
}

func newCanvas() *canvas {
	c := &canvas{pen: vector.NewRasterizer(side, side), paper: image.NewAlpha(image.Rect(0, 0, side, side))}
	c.rng = rand.New(&c.pcg)
	return c
}

// draw draws a random digit into pixels, side×side of them, and returns its class.
func (c *canvas) draw(faces []typeface, pixels []float32) int32 {
	digit := c.rng.IntN(numerals)
	shape := faces[c.rng.IntN(len(faces))][digit]
	warp := randomDistortion(c.rng)

	c.pen.Reset(side, side)
	for _, contour := range shape {
		c.bent = warp.bend(c.bent[:0], contour)
		c.trace(c.bent)
	}
	c.develop(pixels)
	return int32(digit)
}
