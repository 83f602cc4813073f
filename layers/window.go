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

	same bool // padding is chosen for ⌈size/stride⌉ locations
	flat bool // over sequences N×L×C, which are images of one row; pairs are of columns alone
}

// place puts the window on a batch of images of the given shape, for a layer
// that has outputs values at each location. Errors name the layer, the shape of
// the input and the size of the kernel.
func (win window) place(layer string, batch int, shape tensor.Shape, outputs int) (*windows, error) {
	if err := win.check(layer, batch, shape); err != nil {
		return nil, err
	}
	w, err := newWindows(win, win.images(shape), outputs)
	if err != nil {
		return nil, win.misfit(layer, shape, err)
	}
	return w, nil
}

// check checks the settings, and that the input is a batch of images of positive sizes.
func (win window) check(layer string, batch int, shape tensor.Shape) error {
	for _, s := range []struct {
		name  string
		v     [2]int
		least int
	}{{"kernel", win.kernel, 1}, {"stride", orOnes(win.stride), 1}, {"dilation", orOnes(win.dilation), 1}, {"padding", win.padding, 0}} {
		if min(s.v[0], s.v[1]) < s.least {
			return fmt.Errorf("layers: %s: %s %s: want numbers of at least %d", layer, s.name, win.pair(s.v), s.least)
		}
	}
	if win.same && win.padding != [2]int{} {
		return fmt.Errorf("layers: %s: padding %s and Same: want one of the two", layer, win.pair(win.padding))
	}
	switch d := shape.Dims(); {
	case win.flat && d != 2 && d != 3:
		return fmt.Errorf("layers: %s: input of shape %v: want sequences N×length×channels, or N×length", layer, shape)
	case !win.flat && d != 3 && d != 4:
		return fmt.Errorf("layers: %s: input of shape %v: want images N×height×width×channels, or N×height×width", layer, shape)
	}
	if shape.TotalSize() <= 0 {
		return fmt.Errorf("layers: %s: input of shape %v: want positive sizes", layer, shape)
	}
	// A tap's rows belong to the batch's examples in equal parts.
	if shape[0]%batch != 0 {
		return fmt.Errorf("layers: %s: input of shape %v: want the %d examples of the batch on the first axis", layer, shape, batch)
	}
	return nil
}

// images is the shape of the input as a batch of images.
func (win window) images(shape tensor.Shape) tensor.Shape {
	if !win.flat {
		return shape
	}
	return append(tensor.Shape{shape[0], 1}, shape[1:]...)
}

// misfit says that err is about the window on images of the given shape.
func (win window) misfit(layer string, shape tensor.Shape, err error) error {
	return fmt.Errorf("layers: %s: input of shape %v, kernel %s: %w", layer, shape, win.pair(win.kernel), err)
}

// pair is the text of a setting.
func (win window) pair(v [2]int) string {
	if win.flat {
		return fmt.Sprint(v[1])
	}
	return fmt.Sprintf("%d×%d", v[0], v[1])
}

// describe lists the settings that are not the defaults, each after a comma.
func (win window) describe() (s string) {
	for _, o := range []struct {
		name     string
		v, plain [2]int
	}{
		{"stride", orOnes(win.stride), [2]int{1, 1}},
		{"padding", win.padding, [2]int{}},
		{"dilation", orOnes(win.dilation), [2]int{1, 1}},
	} {
		if o.v != o.plain {
			s += ", " + o.name + " " + win.pair(o.v)
		}
	}
	if win.same {
		s += ", same"
	}
	return s
}
