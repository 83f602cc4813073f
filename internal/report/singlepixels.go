package report

import (
	"bytes"
	"html/template"
	"image"
	"image/color"
	"image/png"
)

// mostPixels is the greatest number of pixels of a picture on a page.
const mostPixels = 1 << 20

// pixels are values from 0 to 1 as a picture for a page. A shape is height×width,
// channels×height×width, or height×width×channels with one channel or three. Any
// other is no picture, and so are values that do not fill it.
func pixels(shape []int, values []float32) (template.URL, bool) {
	layout, ok := layoutOf(shape)
	if !ok || layout.height*layout.width*layout.channels != len(values) {
		return "", false
	}
	img := image.NewNRGBA(image.Rect(0, 0, layout.width, layout.height))
	for y := range layout.height {
		for x := range layout.width {
			at := func(channel int) uint8 { return level(values[layout.index(y, x, min(channel, layout.channels-1))]) }
			img.SetNRGBA(x, y, color.NRGBA{R: at(0), G: at(1), B: at(2), A: 0xff})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", false
	}
	return inline(b.Bytes()), true
}

// layout is the order of an image's values.
type layout struct {
	height, width, channels int
	planar                  bool // the channels one after the other
}

func layoutOf(shape []int) (l layout, ok bool) {
	colours := func(n int) bool { return n == 1 || n == 3 }
	switch {
	case len(shape) == 2:
		l = layout{height: shape[0], width: shape[1], channels: 1}
	case len(shape) == 3 && colours(shape[2]):
		l = layout{height: shape[0], width: shape[1], channels: shape[2]}
	case len(shape) == 3 && colours(shape[0]):
		l = layout{height: shape[1], width: shape[2], channels: shape[0], planar: true}
	default:
		return l, false
	}
	fits := l.height > 0 && l.width > 0 && l.height <= mostPixels && l.width <= mostPixels/l.height
	return l, fits
}

func (l layout) index(y, x, channel int) int {
	if l.planar {
		return (channel*l.height+y)*l.width + x
	}
	return (y*l.width+x)*l.channels + channel
}

// level is a value's brightness. NaN is black.
func level(v float32) uint8 {
	if !(v > 0) {
		return 0
	}
	return uint8(255*min(v, 1) + 0.5)
}
