package trainer

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// arrangement is how PyTorch has the elements of an example at some place of a network.
type arrangement struct {
	shape []int // here
	axes  axes
	order []int  // of one axis: which element here is each of those there; nil: the same
	why   string // of unclear axes
}

// axes is the order of an example's axes in PyTorch.
type axes int

const (
	sameAxes      axes = iota
	channelsFirst      // the last axis here is the first there
	ofInput            // of three axes, it is channelsFirst; of two, what the first layer takes
	reshaped           // by a Reshape: sameAxes for layers that do not tell channels from places
	unclear
)

// images are input axes as layers of images have them.
func (a arrangement) images() arrangement {
	if a.axes == ofInput && len(a.shape) == 3 {
		a.axes = channelsFirst
	}
	return a
}

// alike reports whether the elements have one order with the last axis first and last.
func (a arrangement) alike() bool {
	if len(a.shape) < 2 {
		return true
	}
	channels := a.shape[len(a.shape)-1]
	return channels == 1 || tensor.Shape(a.shape).TotalSize() == channels
}

// with is the arrangement after a layer that leaves the axes what they are.
func (a arrangement) with(shape []int) arrangement {
	a.shape = shape
	return a
}

func (a arrangement) unclear(shape []int, why string) arrangement {
	if a.axes == unclear {
		why = a.why
	}
	return arrangement{shape: shape, axes: unclear, why: why}
}

// flatten has one axis.
func (a arrangement) flatten(shape []int) arrangement {
	if len(a.shape) == 1 {
		return a
	}
	switch a.images().axes {
	case unclear:
		return a.with(shape)
	case channelsFirst:
		if a.alike() {
			break
		}
		channels := a.shape[len(a.shape)-1]
		places := shape[0] / channels
		order := make([]int, shape[0])
		for i := range order { // i is channel·places + place
			order[i] = i%places*channels + i/places
		}
		return arrangement{shape: shape, order: order}
	}
	return arrangement{shape: shape}
}

func (a arrangement) reshape(shape []int) arrangement {
	switch {
	case slices.Equal(a.shape, shape):
		return a
	case len(shape) == 1:
		return a.flatten(shape)
	case a.axes == unclear || a.order != nil || a.images().axes == channelsFirst && !a.alike():
		return a.unclear(shape, "a Reshape of images or of their features is before it")
	}
	return arrangement{shape: shape, axes: reshaped}
}

// permute knows the two exchanges between channels first and channels last.
func (a arrangement) permute(shape, axes []int) arrangement {
	first, last := []int{len(axes)}, []int{}
	for i := 1; i < len(axes); i++ {
		first, last = append(first, i), append(last, i+1)
	}
	last = append(last, 1)
	three := len(axes) == 3
	switch {
	case slices.IsSorted(axes):
		return a
	case slices.Equal(axes, last) && (a.axes == ofInput || three && (a.axes == sameAxes || a.axes == reshaped)):
		return arrangement{shape: shape, axes: channelsFirst}
	case slices.Equal(axes, first) && a.images().axes == channelsFirst:
		return arrangement{shape: shape}
	}
	return a.unclear(shape, "a Permute is before it that does not turn channels first into channels last, or back")
}

// joined is the arrangement of what a container makes of several, side by side or as their sum.
func joined(shape []int, parts []arrangement, sum bool) arrangement {
	for i := range parts {
		parts[i] = parts[i].images()
	}
	one := parts[0]
	if i := slices.IndexFunc(parts, func(a arrangement) bool { return a.axes != ofInput }); i >= 0 {
		one = parts[i] // input of two axes is as the others are
	}
	if len(shape) == 1 && !sum {
		return beside(shape, parts)
	}
	for _, p := range parts {
		switch {
		case p.axes == unclear:
			return p.with(shape)
		case p.axes != one.axes && p.axes != ofInput && !p.alike(), !slices.Equal(p.order, one.order), p.axes == reshaped && !sum:
			return one.unclear(shape, "a container is before it whose parts have their elements in different orders in PyTorch")
		}
	}
	return one.with(shape)
}

// beside is the arrangement of features that are one part's after another's.
func beside(shape []int, parts []arrangement) arrangement {
	all := arrangement{shape: shape}
	var order []int
	for _, p := range parts {
		if p.axes == unclear {
			return p.with(shape)
		}
		first := len(order)
		for i := range p.shape[0] {
			at := i
			if p.order != nil {
				at, all.order = p.order[i], []int{}
			}
			order = append(order, first+at)
		}
	}
	if all.order != nil {
		all.order = order
	}
	return all
}

// refusal is the error of a layer whose weights PyTorch may have in one order or another.
func (a arrangement) refusal(layer string) error {
	why := a.why
	if a.axes == reshaped {
		why = "a Reshape is before it, and PyTorch's would have channels first: let it make channels×height×width, and put a Permute of axes 2, 3, 1 behind it"
	}
	return fmt.Errorf("the order of the weights of %s is not known: %s", layer, why)
}
