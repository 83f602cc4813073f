package layers

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// pool is the geometry of a pooling layer: where its windows are on images N×H×W×C or N×H×W.
type pool struct{ window, stride, padding [2]int }

// everyWindow is the stride of a pool, which is the window's size where it is 0.
func (p pool) everyWindow() [2]int {
	s := p.stride
	for i := range s {
		if s[i] == 0 {
			s[i] = p.window[i]
		}
	}
	return s
}

func (p pool) describe(name string) string {
	s := fmt.Sprintf("%s(%d×%d", name, p.window[0], p.window[1])
	if stride := p.everyWindow(); stride != p.window {
		s += fmt.Sprintf(", stride %d×%d", stride[0], stride[1])
	}
	if p.padding != [2]int{} {
		s += fmt.Sprintf(", padding %d×%d", p.padding[0], p.padding[1])
	}
	return s + ")"
}

// mostPlaces is the greatest number of places of a window: they are counted in the graph's float type.
const mostPlaces = 1 << 24

// place puts the windows on the images of x, and returns the shape of what they are pooled to, N×H′×W′×C or N×H′×W′.
func (p pool) place(b *graph.Builder, layer string, x *graph.Node) (*windows, tensor.Shape, error) {
	shape := x.Shape()
	refuse := func(format string, args ...any) (*windows, tensor.Shape, error) {
		return nil, nil, fmt.Errorf("layers: %s: input of shape %v, window %d×%d: "+format, append([]any{layer, shape, p.window[0], p.window[1]}, args...)...)
	}
	stride := p.everyWindow()
	switch d := shape.Dims(); {
	case min(p.window[0], p.window[1]) < 1:
		return refuse("want a window of at least 1×1")
	case min(stride[0], stride[1]) < 1:
		return refuse("stride %d×%d: want numbers of at least 1, or 0 for the window's", stride[0], stride[1])
	case min(p.padding[0], p.padding[1]) < 0 || p.padding[0] >= p.window[0] || p.padding[1] >= p.window[1]:
		// A window that is all padding has no element.
		return refuse("padding %d×%d: want numbers of at least 0 and below the window's", p.padding[0], p.padding[1])
	case p.window[0] > mostPlaces/p.window[1]:
		return refuse("want at most %d places", mostPlaces)
	case d != 3 && d != 4:
		return refuse("want images N×height×width×channels, or N×height×width")
	case p.window[0]-2*p.padding[0] > shape[1] || p.window[1]-2*p.padding[1] > shape[2]:
		return refuse("the window is larger than the images of %d×%d, padded by %d×%d", shape[1], shape[2], p.padding[0], p.padding[1])
	}
	w, err := window{kernel: p.window, stride: stride, padding: p.padding}.place(layer, b.Batch, shape, 1)
	if err != nil {
		return nil, nil, err
	}
	if err := w.lay(b); err != nil {
		return nil, nil, fmt.Errorf("layers: %s: %w", layer, err)
	}
	out := tensor.Shape{w.examples, w.vertical.out, w.horizontal.out, w.channels}
	return w, out[:len(shape)], nil
}
