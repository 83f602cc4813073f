package trainer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/internal/strictjson"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// LoadConfig says what Load has to know beside the file. The zero value is for layers and losses of this module.
type LoadConfig struct {
	Layers []layers.Kind // of one's own, beside layers.Kinds
	Losses []losses.Kind // of one's own, beside losses.Kinds
	// Loss takes the place of the file's, such as a cost with class weights; nil: the file's.
	Loss losses.Loss
	// Change is given the model's configuration, as the file has it, to change it: L2, seed and groups for further
	// training, or the float type. The seed is 0, and groups there are none. Input must stay. nil: it stays as it is.
	Change func(*ModelConfig)
}

// A loaded network's input may have mostInput elements, as an image of 4096×4096 does, and the outputs of all its ops for
// one example mostValues together. A ResNet of 50 layers on photographs has some 10⁷ outside of its windows.
const (
	mostInput  = 1 << 24
	mostValues = 1 << 26
)

// Load makes the model that [Save] wrote to a directory, with what it wrote of inputs and outputs. path is the directory
// or the file. The model trains and predicts as the saved one did; its generators begin anew.
//
// The file may be anything. What is no model's file, of a later version, cut off, changed (by its checksum), or
// contradicts itself is refused by an error of one line that names the file. Memory is taken for tensors that are in the
// file, in the shape that the network needs, and for no others: what Load takes is a small multiple of the file's size,
// and some 10⁸ numbers at most for a description that is made to harm. A layer of one's own keeps this promise if it
// makes its parameters by [graph.Builder.NewParam].
func Load(path string, cfg LoadConfig) (*Model, Preparation, error) {
	var m *Model
	var p Preparation
	err := withTensors(&path, func(f *safetensors.File) error {
		var err error
		m, p, err = loadModel(f, cfg)
		return err
	})
	if err != nil {
		return nil, Preparation{}, fmt.Errorf("trainer: loading %s: %w", path, strictjson.OneLine(err))
	}
	return m, p, nil
}

// withTensors opens a file, or the model's file in a directory: then path becomes its own.
func withTensors(path *string, use func(*safetensors.File) error) error {
	info, err := os.Stat(*path)
	if err == nil && info.IsDir() {
		*path = filepath.Join(*path, ModelFile)
		info, err = os.Stat(*path)
	}
	if err != nil {
		return reason(err)
	}
	if !info.Mode().IsRegular() { // a pipe would be waited for
		return errors.New("it is no regular file")
	}
	file, err := os.Open(*path)
	if err != nil {
		return reason(err)
	}
	defer file.Close()
	f, err := safetensors.Open(file, info.Size())
	if err != nil {
		return err
	}
	return use(f)
}

// reason is what a system's error says, without the path that the caller names.
func reason(err error) error {
	var of *os.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

func loadModel(f *safetensors.File, cfg LoadConfig) (*Model, Preparation, error) {
	d, err := readDescription(f, cfg)
	if err != nil {
		return nil, Preparation{}, err
	}
	if err := f.Verify(); err != nil {
		return nil, Preparation{}, err
	}
	shape, dtype := tensor.Shape(d.model.Input), d.model.DType
	loss := d.loss
	if cfg.Loss != nil {
		loss = cfg.Loss
	}
	if cfg.Change != nil {
		cfg.Change(&d.model)
		if !shape.Eq(d.model.Input) {
			return nil, Preparation{}, fmt.Errorf("LoadConfig.Change made the input %v of %v: it must stay", d.model.Input, shape)
		}
	}
	m, err := newModel(d.net, loss, d.model, &graph.Limits{Param: allow(f), Elements: mostValues})
	if err != nil {
		return nil, Preparation{}, err
	}
	used := map[string]bool{}
	for _, t := range m.named() {
		if err := fill(f, t, dtype); err != nil {
			return nil, Preparation{}, err
		}
		used[t.name] = true
	}
	p, err := d.preparation(f, used)
	if err != nil {
		return nil, Preparation{}, err
	}
	for i := range f.Tensors {
		if name := f.Tensors[i].Name; !used[name] {
			return nil, Preparation{}, fmt.Errorf("tensor %.80q is in the file, but not in the network that it describes", name)
		}
	}
	if _, err := NewPredictor(m, p); err != nil {
		return nil, Preparation{}, err
	}
	return m, p, nil
}

// allow refuses parameters that are not in the file, before there is memory for them.
func allow(f *safetensors.File) func(name string, shape ...int) error {
	return func(name string, shape ...int) error {
		t := f.Find(name)
		if t == nil {
			return fmt.Errorf("tensor %.80q is not in the file, but in the network that it describes", name)
		}
		if !tensor.Shape(t.Shape).Eq(shape) {
			return fmt.Errorf("tensor %.80q is of shape %v, but %v in the network that the file describes", name, t.Shape, shape)
		}
		return nil
	}
}

// fill reads a tensor into the model's, which may be of another float type than the file's.
func fill(f *safetensors.File, to namedTensor, dtype tensor.Dtype) error {
	if err := allow(f)(to.name, to.value.Shape()...); err != nil {
		return err
	}
	t, want := f.Find(to.name), safetensors.F32
	if dtype == graph.Float64 {
		want = safetensors.F64
	}
	if t.DType != want {
		return fmt.Errorf("tensor %.80q is of type %s: a model of %v has %s", to.name, t.DType, dtype, want)
	}
	if to.value.Dtype() == graph.Float32 {
		return f.Float32s(t, to.value.Float32s())
	}
	return f.Float64s(t, to.value.Float64s())
}
