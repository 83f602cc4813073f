package trainer

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
)

// ModelFile is the name of a model's file in its directory.
const ModelFile = "model.safetensors"

// The metadata of a model's file. modelFormat tells it from other files of the format; a file whose modelFileVersion is
// greater is of a later program, and is refused.
const (
	modelFormat      = "gokfac-model"
	modelFileVersion = 1

	keyFormat       = "format"
	keyVersion      = "version"
	keyArchitecture = "architecture"
	keyLoss         = "loss"
	keyInput        = "input"
	keyDType        = "dtype"
	keyL2           = "l2"
	keyFeatures     = "features"
	keyClasses      = "classes"
	keyValues       = "values"
	keyInputBound   = "input.bound"
	keyTargetBound  = "target.bound"
)

// The tensors of a model's file that are no parameters and no buffers. Scaling is float64: float32 would shift inputs.
const (
	inputMean  = "input.mean"
	inputStd   = "input.std"
	targetMean = "target.mean"
	targetStd  = "target.std"
)

// SaveConfig says what Save has to know beside the model. The zero value is for layers and losses of this module.
type SaveConfig struct {
	Layers []layers.Kind // of one's own, beside layers.Kinds
	Losses []losses.Kind // of one's own, beside losses.Kinds
}

// Save writes a model to dir, which it makes if there is none, as the file model.safetensors: architecture, loss,
// weights, and what p says of inputs and outputs. [Load] makes the model again without the code that built it, and
// PyTorch's and numpy's safetensors read the tensors:
//
//	LAYER.weight   in×out, row-major: the transpose of PyTorch's; of a convolution (kh·kw·channels)×filters
//	LAYER.bias     out
//	LAYER.table    of an Embedding: rows×units
//	BUFFER         each layer's state that is not learned
//	input.mean, input.std    float64; of the input's shape, or of one element
//	target.mean, target.std  float64
//
// The last two lines are there where p has such a scaling. The metadata, strings of JSON, are format, version,
// architecture, loss, input (the shape of an example), dtype, l2, features, classes, values, input.bound, target.bound
// and crc32c, a checksum of the file.
//
// The weights are those that the model has at the call. To save averaged ones, call Save within [Averager]'s Averaged,
// as an evaluation does. Initialisers, groups and seed are not saved: they are of training, and [LoadConfig] can set
// groups and seed.
//
// The file is replaced as a whole: a reader finds the old one or the new one, also after a loss of power. The model may
// not be trained meanwhile.
func Save(dir string, m *Model, p Preparation, cfg SaveConfig) error {
	metadata, tensors, err := m.describe(p, cfg)
	if err != nil {
		return err
	}
	err = atomicfile.WriteFunc(filepath.Join(dir, ModelFile), func(w io.Writer) error {
		return safetensors.Write(w, metadata, tensors)
	})
	if err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	return nil
}

func (m *Model) describe(p Preparation, cfg SaveConfig) (map[string]string, []safetensors.Source, error) {
	architecture, err := layers.Encode(m.net, append(layers.Kinds(), cfg.Layers...))
	if err != nil {
		return nil, nil, fmt.Errorf("trainer: the model cannot be saved: %w", err)
	}
	loss, err := losses.Encode(m.loss, append(losses.Kinds(), cfg.Losses...))
	if err != nil {
		return nil, nil, fmt.Errorf("trainer: the model cannot be saved: %w", err)
	}
	if _, err := NewPredictor(m, p); err != nil {
		return nil, nil, fmt.Errorf("trainer: the model cannot be saved: %w", err)
	}
	metadata := map[string]string{
		keyFormat: modelFormat, keyVersion: strconv.Itoa(modelFileVersion),
		keyArchitecture: string(architecture), keyLoss: string(loss),
		keyDType: m.cfg.DType.String(), keyL2: number(m.cfg.L2),
	}
	texts := map[string]any{keyInput: m.cfg.Input}
	for key, names := range map[string][]string{keyFeatures: p.Features, keyClasses: p.Classes, keyValues: p.Values} {
		if names != nil {
			texts[key] = names
		}
	}
	for key, v := range texts {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, nil, fmt.Errorf("trainer: the model cannot be saved: %s: %w", key, err)
		}
		metadata[key] = string(text)
	}
	for key, s := range map[string]scaling.Scaling{keyInputBound: p.Inputs, keyTargetBound: p.Targets} {
		if s.Bound != 0 {
			metadata[key] = number(s.Bound)
		}
	}
	var tensors []safetensors.Source
	for _, t := range m.named() {
		tensors = append(tensors, source(t.name, t.value))
	}
	tensors = append(tensors, scalingTensors(p.Inputs, inputMean, inputStd, m.cfg.Input)...)
	tensors = append(tensors, scalingTensors(p.Targets, targetMean, targetStd, nil)...)
	return metadata, tensors, nil
}

// number is v as text from which it comes back to the bit.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// namedTensor is a parameter or a buffer.
type namedTensor struct {
	name  string
	value *tensor.Dense
}

// named lists the parameters and then the buffers.
func (m *Model) named() []namedTensor {
	var list []namedTensor
	for _, p := range m.params {
		list = append(list, namedTensor{p.Name, p.Value})
	}
	for _, b := range m.buffers {
		list = append(list, namedTensor{b.Name, b.Value})
	}
	return list
}

func source(name string, v *tensor.Dense) safetensors.Source {
	s := safetensors.Source{Name: name, Shape: slices.Clone(v.Shape())}
	if v.Dtype() == graph.Float32 {
		s.Float32s = v.Float32s()
	} else {
		s.Float64s = v.Float64s()
	}
	return s
}

func scalingTensors(s scaling.Scaling, mean, std string, shape []int) []safetensors.Source {
	if len(s.Mean) == 0 {
		return nil
	}
	if tensor.Shape(shape).TotalSize() != len(s.Mean) || len(shape) == 0 {
		shape = []int{len(s.Mean)}
	}
	return []safetensors.Source{{Name: mean, Shape: shape, Float64s: s.Mean}, {Name: std, Shape: shape, Float64s: s.Deviation}}
}
