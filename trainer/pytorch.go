package trainer

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/internal/strictjson"
)

// Layout is the order of a weight's elements in a file.
type Layout int

// The layouts of weights.
const (
	// LayoutOfShapes is what the shapes show, of all weights of the file together. Where each is square it is an error.
	LayoutOfShapes Layout = iota
	// LayoutGokfac is in×out, and (kh·kw·channels)×filters of a convolution.
	LayoutGokfac
	// LayoutPyTorch is out×in, and filters×channels×kh×kw of a convolution. Images are channels×height×width there:
	// the weight of a layer after a Flatten is put in the order of height×width×channels that images have here.
	LayoutPyTorch
)

// WeightsConfig says how LoadWeights finds a model's weights in a file. The zero value fits most files.
type WeightsConfig struct {
	Layout Layout
	// Modules are the names that the file has for the model's layers with parameters, in the model's order: "conv1",
	// "conv2", "fc" for tensors conv1.weight, conv1.bias, … Default: see LoadWeights.
	Modules []string
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
//     "fc2.weight"): by these numbers they are the model's layers. Other names say nothing of an order, and are an error.
//
// The file must have all of the model's parameters and buffers, and no others but the counts of mini-batches that
// PyTorch's batch normalisations keep. On any error, which is one line that
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

// batchCount is what PyTorch calls the number of mini-batches that running statistics are of.
const batchCount = "num_batches_tracked"

// has reports whether a parameter or a buffer has the name.
func (m *Model) has(name string) bool {
	return slices.ContainsFunc(m.named(), func(t namedTensor) bool { return t.name == name })
}

func (m *Model) readWeights(f *safetensors.File, cfg WeightsConfig) error {
	own := f.Metadata[keyFormat] == modelFormat // then scalings are not the model's matter
	from, err := m.match(f, cfg.Modules, func(name string) bool {
		if _, part := split(name); part == batchCount && !m.has(name) {
			return true
		}
		return own && slices.Contains([]string{inputMean, inputStd, targetMean, targetStd}, name)
	})
	if err != nil {
		return err
	}
	layout := cfg.Layout
	switch {
	case layout < LayoutOfShapes || layout > LayoutPyTorch:
		return fmt.Errorf("layout %d is none", layout)
	case layout == LayoutOfShapes && own:
		layout = LayoutGokfac
	case layout == LayoutOfShapes:
		if layout, err = layoutOf(m.named(), from); err != nil {
			return err
		}
	}
	kernels, images := kernelsOf(m.net), m.flattened()
	orders := make([]order, len(from))
	for i, to := range m.named() {
		if orders[i], err = orderOf(to, from[i], layout, kernels, images); err != nil {
			return err
		}
	}
	// The model is not touched before all is read.
	var apply []func()
	for i, to := range m.named() {
		var done func()
		if to.value.Dtype() == graph.Float32 {
			read := make([]float32, from[i].Size())
			err = f.Float32s(from[i], read)
			done = func() { put(to.value.Float32s(), read, orders[i]) }
		} else {
			read := make([]float64, from[i].Size())
			err = f.Float64s(from[i], read)
			done = func() { put(to.value.Float64s(), read, orders[i]) }
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

func put[T graph.Float](to, from []T, o order) {
	if o == nil {
		copy(to, from)
		return
	}
	for i := range to {
		to[i] = from[o(i)]
	}
}

// layoutOf asks the weights that are no square matrices.
func layoutOf(to []namedTensor, from []*safetensors.Tensor) (Layout, error) {
	var here, there, square string
	for i, p := range to {
		if p.value.Dims() != 2 {
			continue
		}
		want := []int(p.value.Shape())
		turned := []int{want[1], want[0]}
		switch have := from[i].Shape; {
		case len(have) == 4:
			there = p.name
		case slices.Equal(have, want) && slices.Equal(have, turned):
			square = p.name
		case slices.Equal(have, want):
			here = p.name
		case slices.Equal(have, turned):
			there = p.name
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

// flattened finds the weights of layers that take flattened images of several channels, with the images' shapes.
func (m *Model) flattened() map[*tensor.Dense]tensor.Shape {
	found := map[*tensor.Dense]tensor.Shape{}
	var image tensor.Shape // that was flattened and has met no weight yet
	for i, row := range m.rows {
		in, out := row.Input[1:], row.Output[1:]
		switch holds := i+1 < len(m.rows) && m.rows[i+1].Depth > row.Depth; {
		case len(row.Params) > 0:
			if w := row.Params[0].Value; image != nil && w.Dims() == 2 && w.Shape()[0] == image.TotalSize() {
				found[w] = image
			}
			image = nil
		case !holds && len(in) == 3 && len(out) == 1 && in.TotalSize() == out.TotalSize():
			image = in
		}
	}
	return found
}
