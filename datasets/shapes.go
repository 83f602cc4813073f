package datasets

import (
	"context"
	"image"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// Shapes come in images of canvasEdge×canvasEdge pixels of red, green and blue.
const (
	canvasEdge  = 32
	shades      = 3
	pictureSize = canvasEdge * canvasEdge * shades
)

// ShapesOptions sizes the built-in shapes. The zero value is the documented default.
type ShapesOptions struct {
	Train, Test int    // examples; 0 is 20000 and 4000
	Seed        uint64 // seed of all random choices: another seed gives other pictures
}

// Shapes draws ten shapes in colour, for convolutions: arrow, bolt, circle, crescent, cross, heart, ring, square, star and
// triangle. A picture has up to four copies of one shape, on 32×32 pixels of red, green and blue, in [0,1] and row-major
// H×W×C. Place, size, turn, proportions, edges, both colours, their patterns, the light, the strokes behind the shapes and
// the noise are random. All shapes have the same area. A shape is lighter than its ground, but in a fifth of the pictures
// it has the same lightness and another hue: a grey version does not show these. The same options give the same bytes,
// however many processors draw them; the test split comes from draws of its own.
//
// Test accuracies after three epochs of batches of 64 with Adam, its rate falling to 0 along a line: a convnet of two 3×3
// convolutions of stride 2 with 32 and 64 filters and 128 dense units 71 %, a 3072-512-512-10 ReLU network 41 %. The command
//
//	go test ./datasets -run TestShapesFigures -v -timeout 1h -shapes-figures all
//
// prints these and those of other models. cmd/train's convnet, after three epochs, has 84 % with K-FAC and 71 % with Adam.
func Shapes(opt ShapesOptions) *Dataset {
	return drawn(func(ctx context.Context) (*Dataset, error) { return shapes(ctx, opt) })
}

func shapes(ctx context.Context, opt ShapesOptions) (*Dataset, error) {
	if opt.Train <= 0 {
		opt.Train = 20000
	}
	if opt.Test <= 0 {
		opt.Test = 4000
	}
	forms := allForms()
	names := make([]string, len(forms))
	for i, f := range forms {
		names[i] = f.name
	}
	artist := func() (*rand.PCG, func([]float32) int32) {
		e := newEasel()
		return &e.pcg, func(pixels []float32) int32 { return e.paint(forms, pixels) }
	}
	d := &Dataset{
		Name:    "shapes",
		Shape:   []int{canvasEdge, canvasEdge, shades},
		Classes: len(forms), ClassNames: names,
		Train:  drawSplit(ctx, opt.Seed, trainStream, opt.Train, pictureSize, artist),
		Test:   drawSplit(ctx, opt.Seed, testStream, opt.Test, pictureSize, artist),
		Pixels: true,
	}
	return d, ctx.Err()
}

// easel paints one picture after the other. It belongs to one goroutine.
type easel struct {
	pcg   rand.PCG
	rng   *rand.Rand
	pen   *vector.Rasterizer
	mask  *image.Alpha // the shape's coverage of each pixel
	bent  outline      // the contours of the last copy
	taken []box        // by the copies
	scene [canvasEdge * canvasEdge]colour
}

func newEasel() *easel {
	e := &easel{pen: vector.NewRasterizer(canvasEdge, canvasEdge), mask: image.NewAlpha(image.Rect(0, 0, canvasEdge, canvasEdge))}
	e.rng = rand.New(&e.pcg)
	return e
}

// uniform draws a number from low up to high.
func (e *easel) uniform(low, high float64) float64 { return low + (high-low)*e.rng.Float64() }

// paint paints a random shape into pixels, canvasEdge×canvasEdge×shades of them, and returns its class.
func (e *easel) paint(forms []form, pixels []float32) int32 {
	class := e.rng.IntN(len(forms))
	pair := e.colours()
	e.ground(pair.ground)
	for range e.rng.IntN(maxStrokes + 1) {
		e.stroke()
	}
	e.cut(forms[class].outline)
	e.fill(pair.figure)
	e.expose(pixels)
	return int32(class)
}
