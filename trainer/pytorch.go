package trainer

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/internal/strictjson"
	"github.com/gokfac/gokfac/layers"
)

// Layout is the order of a weight's elements in a file.
type Layout int

// The layouts of weights.
const (
	// LayoutOfShapes is what the shapes show, of all weights of the file together. Where each is square it is an error.
	LayoutOfShapes Layout = iota
	// LayoutGokfac is in×out, and (kh·kw·channels)×filters of a convolution.
	LayoutGokfac
	// LayoutPyTorch is out×in, and filters×channels/groups×kh×kw of a convolution, channels×filters×kh×kw of a transposed
	// one; see LoadWeights.
	LayoutPyTorch
)

// WeightsConfig says how LoadWeights finds a model's weights in a file. The zero value fits most files.
type WeightsConfig struct {
	Layout Layout
	// Modules are the names that the file has for the model's layers with parameters, in the model's order: "conv1",
	// "conv2", "fc" for tensors conv1.weight, conv1.bias, … Default: see LoadWeights.
	// Layers that hold others hand on these in their order, a Residual its Body before its Shortcut.
	Modules []string
	Layers  []layers.Kind // of one's own, beside layers.Kinds: LoadWeights looks into containers of these kinds
}

// LoadWeights reads the weights of a model from a safetensors file of another program, such as one that PyTorch's
// save_file wrote of a state_dict. path may be the directory of a model that [Save] wrote, too. Elements are converted
// to the model's float type; integers must convert exactly, and float64 is rounded for a model of float32.
//
// A tensor is found in one of three ways, the first that applies:
//
//   - by WeightsConfig.Modules;
//   - by its name, if the file has a tensor of each parameter's name;
//   - by order, if the file's modules differ in numbers alone ("0.weight", "2.weight", "10.weight", or "fc1.weight",
//     "fc2.weight"): by these numbers they are the model's layers. Other names say nothing of an order, and are an error;
//     so are numbers for a network with a Residual's Shortcut, which may be before its Body or after it.
//
// These are the layers of PyTorch, where they are not the same by another name:
//
//	Conv2d, Conv1d           their groups' kernels one after another
//	ConvTranspose2d          of one group
//	BatchNorm, LayerNorm, GroupNorm  weight, bias, running_mean, running_var. A BatchNorm's num_batches_tracked is left
//	                         out: it is for running statistics that are means over all of training, without a momentum
//	Embedding                weight is the table
//	RNN                      of tanh, one layer and one direction, is a Recurrent: its weight is [weight_ih_l0ᵀ;
//	                         weight_hh_l0ᵀ], its bias the sum of bias_ih_l0 and bias_hh_l0
//
// A file does not have the settings of layers: epsilon, stride, padding, a function. They are to be the same.
//
// Images are channels×height×width in PyTorch, sequences that a Conv1d takes channels×length. Where these are flattened,
// in containers, too, weights after that are put in the order of height×width×channels that images have here. A Permute
// to channels first before the Flatten, and one to channels last at the beginning or after a Reshape, are taken for what
// PyTorch has no layer for. Where a Reshape or a Permute leaves the order unknown, or the parts of a container differ in
// it, LoadWeights fails.
//
// The file must have all of the model's parameters and buffers, and no others. On any error, which is one line that
// names the file, the model stays as it was. It must not be called during a step.
func LoadWeights(path string, m *Model, cfg WeightsConfig) error {
	err := withTensors(&path, func(f *safetensors.File) error {
		if err := f.Verify(); err != nil {
			return err
		}
		return m.readWeights(f, cfg)
	})
	if err != nil {
		return fmt.Errorf("trainer: loading weights of %s: %w", path, strictjson.OneLine(err))
	}
	return nil
}

func (m *Model) readWeights(f *safetensors.File, cfg WeightsConfig) error {
	if cfg.Layout < LayoutOfShapes || cfg.Layout > LayoutPyTorch {
		return fmt.Errorf("layout %d is none", cfg.Layout)
	}
	kinds := append(layers.Kinds(), cfg.Layers...)
	orders, unclear := m.featureOrders()
	forms := m.forms(kinds, orders)
	own := f.Metadata[keyFormat] == modelFormat // then scalings are not the model's matter
	from, err := m.match(f, forms, kinds, cfg.Modules, func(name string) bool {
		return m.counter(name) || own && slices.Contains([]string{inputMean, inputStd, targetMean, targetStd}, name)
	})
	if err != nil {
		return err
	}
	layout := cfg.Layout
	switch {
	case layout == LayoutOfShapes && own:
		layout = LayoutGokfac
	case layout == LayoutOfShapes:
		if layout, err = layoutOf(m.named(), forms, from); err != nil {
			return err
		}
	}
	if layout == LayoutPyTorch && unclear != nil {
		return unclear
	}
	// The model is not touched before all is read.
	var apply []func()
	for i, to := range m.named() {
		made := plain(to)
		if layout == LayoutPyTorch {
			made = forms[to.value]
		}
		if err := fitting(to, made, from[i]); err != nil {
			return err
		}
		var done func()
		if to.value.Dtype() == graph.Float32 {
			done, err = reading(to.value.Float32s(), made, from[i], f.Float32s)
		} else {
			done, err = reading(to.value.Float64s(), made, from[i], f.Float64s)
		}
		if err != nil {
			return err
		}
		apply = append(apply, done)
	}
	for _, put := range apply {
		put()
	}
	return nil
}

// fitting compares the shapes of the file's tensors with those that a tensor of the model is made of.
func fitting(to namedTensor, made pieces, from []*safetensors.Tensor) error {
	if len(from) != len(made) {
		return fmt.Errorf("%s is %d tensors in the file, and %d in the layout that was asked for", to.name, len(from), len(made))
	}
	for i, p := range made {
		have := from[i]
		switch {
		case slices.Equal(have.Shape, p.shape):
		case len(have.Shape) == 4 && len(p.shape) == 2:
			return fmt.Errorf("tensor %.80q is of a convolution: %s is none, or lies in a layer of your own, where its kernel's shape is not seen", have.Name, to.name)
		default:
			return fmt.Errorf("tensor %.80q is of shape %v: %s, of shape %v, wants %v", have.Name, have.Shape, to.name, to.value.Shape(), p.shape)
		}
	}
	return nil
}

// reading reads the pieces of a tensor. What it returns puts them in place.
func reading[T graph.Float](to []T, made pieces, from []*safetensors.Tensor, read func(*safetensors.Tensor, []T) error) (func(), error) {
	values := make([]T, len(to))
	for i, p := range made {
		piece := make([]T, from[i].Size())
		if err := read(from[i], piece); err != nil {
			return nil, err
		}
		for j, v := range piece {
			if p.at != nil {
				j = p.at(j)
			}
			if p.add {
				v += values[j]
			}
			values[j] = v
		}
	}
	return func() { copy(to, values) }, nil
}

// layoutOf asks the tensors whose shapes or names are not the same in both layouts.
func layoutOf(to []namedTensor, forms map[*tensor.Dense]pieces, from [][]*safetensors.Tensor) (Layout, error) {
	var here, there, square string
	for i, t := range to {
		made, have := forms[t.value], from[i][0].Shape
		ours, theirs := slices.Equal(have, t.value.Shape()), slices.Equal(have, made[0].shape)
		switch {
		case len(from[i]) > 1:
			there = t.name
		case ours && theirs && made[0].at != nil:
			square = t.name
		case ours && theirs:
		case ours:
			here = t.name
		case theirs, len(have) == 4:
			there = t.name
		}
	}
	switch {
	case here != "" && there != "":
		return 0, fmt.Errorf("the file has %.80q as in×out, but %.80q as out×in: it is of another network", here, there)
	case there != "":
		return LayoutPyTorch, nil
	case here == "" && square != "":
		return 0, errors.New("all weights are square, and may be in×out or out×in: say which by WeightsConfig.Layout")
	}
	return LayoutGokfac, nil
}
