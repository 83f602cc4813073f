package layers

import (
	"fmt"

	"gorgonia.org/tensor"
)

// window is the geometry of a layer that moves a window over images, without
// what the layer computes from it. Pairs are [rows, columns]; the fields mean
// what those of [Conv2D] mean.
type window struct {
	kernel, stride, padding, dilation [2]int
}

// place puts the window on a batch of images of the given shape, for a layer
// that has outputs values at each location. Errors name the layer, the shape of
// the input and the size of the kernel.
func (win window) place(layer string, batch int, shape tensor.Shape, outputs int) (*windows, error) {
	for _, s := range []struct {
		name  string
		v     [2]int
		least int
	}{{"kernel", win.kernel, 1}, {"stride", orOnes(win.stride), 1}, {"dilation", orOnes(win.dilation), 1}, {"padding", win.padding, 0}} {
		if min(s.v[0], s.v[1]) < s.least {
			return nil, fmt.Errorf("layers: %s: %s %d×%d: want numbers of at least %d", layer, s.name, s.v[0], s.v[1], s.least)
		}
	}
	if d := shape.Dims(); d != 3 && d != 4 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: want images N×height×width×channels, or N×height×width", layer, shape)
	}
	if shape.TotalSize() <= 0 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: want positive sizes", layer, shape)
	}
	// A tap's rows belong to the batch's examples in equal parts.
	if shape[0]%batch != 0 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: want the %d examples of the batch on the first axis", layer, shape, batch)
	}
	w, err := newWindows(win, shape, outputs)
	if err != nil {
		return nil, win.misfit(layer, shape, err)
	}
	return w, nil
}

// misfit says that err is about the window on images of the given shape.
func (win window) misfit(layer string, shape tensor.Shape, err error) error {
	return fmt.Errorf("layers: %s: input of shape %v, kernel %d×%d: %w", layer, shape, win.kernel[0], win.kernel[1], err)
}
