package trainer

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/layers"
)

// order says where in a file's tensor the i-th element of a model's is; nil: at i.
type order func(i int) int

// orderOf checks the shape of a file's tensor, and is the order of its elements.
func orderOf(to namedTensor, from *safetensors.Tensor, layout Layout, kernels map[*tensor.Dense][2]int, images map[*tensor.Dense]tensor.Shape) (order, error) {
	want := []int(to.value.Shape())
	if len(want) != 2 || layout == LayoutGokfac {
		return nil, sameShape(to, from, want)
	}
	in, out := want[0], want[1]
	if kernel, ok := kernels[to.value]; ok {
		kh, kw := kernel[0], kernel[1]
		channels := in / (kh * kw)
		return func(i int) int {
			w, filter := i/out, i%out // w is (row·kw + column)·channels + channel
			return (filter*channels+w%channels)*kh*kw + w/channels
		}, sameShape(to, from, []int{out, channels, kh, kw})
	}
	if len(from.Shape) == 4 {
		return nil, fmt.Errorf("tensor %.80q is of a convolution: %s is none, or lies in a layer of your own, where its kernel's shape is not seen", from.Name, to.name)
	}
	image := images[to.value]
	return func(i int) int {
		feature, unit := i/out, i%out
		if image != nil { // feature is (row·width + column)·channels + channel
			channels := image[2]
			feature = feature%channels*image[0]*image[1] + feature/channels
		}
		return unit*in + feature
	}, sameShape(to, from, []int{out, in})
}

func sameShape(to namedTensor, from *safetensors.Tensor, want []int) error {
	if !slices.Equal(from.Shape, want) {
		return fmt.Errorf("tensor %.80q is of shape %v: %s, of shape %v, wants %v", from.Name, from.Shape, to.name, to.value.Shape(), want)
	}
	return nil
}

// kernelsOf finds the weights of convolutions, with their kernels' rows and columns. It does not see into layers of
// other packages.
func kernelsOf(l layers.Layer) map[*tensor.Dense][2]int {
	found := map[*tensor.Dense][2]int{}
	var find func(l layers.Layer)
	find = func(l layers.Layer) {
		switch l := l.(type) {
		case layers.Sequential:
			for _, in := range l {
				find(in)
			}
		case *layers.Residual:
			find(l.Body)
			find(l.Shortcut)
		case *layers.Parallel:
			find(layers.Sequential(l.Branches))
		case *layers.Conv2D:
			found[l.Params()[0].Value] = l.Kernel
		}
	}
	find(l)
	return found
}
