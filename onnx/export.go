package onnx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// SaveConfig says what Save has to know beside the model. The zero value is for layers and losses of this module.
type SaveConfig struct {
	// Exporters are those of layers of one's own, by [NewExporter]. They come before the ones of this package.
	Exporters []Exporter
	// Losses are the kinds of losses of one's own, as in trainer.SaveConfig: they name the halves of a losses.With.
	Losses []losses.Kind
	// Outputs leaves the model's outputs as the network makes them: the file's one output is "outputs", N×…, without the
	// mean of the predictive distribution and without Preparation.Targets. It is for logits, and for a loss of one's own.
	Outputs bool
	// Float64 writes a graph of doubles. The default is a graph of floats, which every runtime has kernels for: weights of
	// a model of float64 are rounded to float32, each by at most 6·10⁻⁸ of itself. onnxruntime has no kernel of doubles
	// for all operators; docs/onnx.md lists them.
	Float64 bool
	// Name is the graph's name. Default: "gokfac".
	Name string
}

// The names of a graph's input and outputs.
const (
	inputName         = "input"
	labelName         = "label"
	probabilitiesName = "probabilities"
	valuesName        = "values"
	deviationsName    = "deviations"
	outputsName       = "outputs"
)

// opset is the version of ONNX's operators that the graph uses, and irVersion that of the file: those of ONNX 1.12,
// August 2022. Runtimes since then have them, and LayerNormalization begins with them.
const (
	opset     = 17
	irVersion = 8
)

// Save writes a trained model to an .onnx file, for inference by other programs. [Export] has what is in it. The file is
// replaced as a whole: a reader finds the old one or the new one.
func Save(path string, m *trainer.Model, p trainer.Preparation, cfg SaveConfig) error {
	file, err := export(m, p, cfg)
	if err != nil {
		return err
	}
	err = atomicfile.WriteFunc(path, func(w io.Writer) error {
		_, err := file.WriteTo(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return nil
}

// Export writes a trained model in the format of ONNX, version 1.12, opset 17. The graph is that of evaluation, with the
// scaling of p inside:
//
//	input           N×Input, float: a raw example, as [trainer.Predictor] takes it; N is any number of examples
//	label           N, int64: the number of the likeliest class, the first of equal ones    of a softmax cross-entropy
//	probabilities   N×C, float: of the classes, or of each unit                             of both cross-entropies
//	values          N×C, float: the means, in the units of the raw targets                  of the other losses
//	deviations      N×C, float: the standard deviations in these units                      of a diagonal Gaussian
//
// Images are N×height×width×channels, as everywhere in gokfac: the graph has the transposes that ONNX's convolutions
// need. Names of features, classes and values of p are in the file's metadata_props as lists of JSON, by the keys
// "features", "classes" and "values".
//
// The weights are those that the model has at the call. To export averaged ones, call Export within
// trainer.Averager's Averaged. The model may not be trained meanwhile. The same model makes the same bytes.
//
// It fails, naming the layer, for a layer that has no [Exporter] or that ONNX cannot express; naming the tensor, for
// weights that are not finite or not float32 numbers; and for a model of more than 2 GiB.
func Export(w io.Writer, m *trainer.Model, p trainer.Preparation, cfg SaveConfig) error {
	file, err := export(m, p, cfg)
	if err != nil {
		return err
	}
	if _, err := file.WriteTo(w); err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return nil
}

func export(m *trainer.Model, p trainer.Preparation, cfg SaveConfig) (*onnxproto.Model, error) {
	predictor, err := trainer.NewPredictor(m, p)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	g := newGraph(cfg)
	file, err := g.model(m, p, cfg)
	if err != nil {
		return nil, fmt.Errorf("onnx: the model cannot be exported: %w", err)
	}
	if p.Classes != nil {
		p.Classes = predictor.Classes() // nil where values are predicted
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"features", p.Features}, {"classes", p.Classes}, {"values", p.Values}} {
		if list.names == nil {
			continue
		}
		text, err := listOf(list.names)
		if err != nil {
			return nil, fmt.Errorf("onnx: the names of %s: %w", list.key, err)
		}
		file.Metadata = append(file.Metadata, onnxproto.Entry{Key: list.key, Value: text})
	}
	return file, nil
}

// listOf is a list of JSON, with <, > and & as they are.
func listOf(names []string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(names); err != nil {
		return "", err
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}

// model adds the scaling, the network and the predictive distribution.
func (g *Graph) model(m *trainer.Model, p trainer.Preparation, cfg SaveConfig) (*onnxproto.Model, error) {
	x := Value{Shape: m.Config().Input, name: inputName}
	g.out.Inputs = []*onnxproto.Value{g.describe(x)}
	g.scope = "scaling"
	x = g.scale(x, p.Inputs)
	z, err := g.Layer(m.Net(), x)
	if err != nil {
		return nil, err
	}
	if n := tensor.Shape(z.Shape).TotalSize(); g.err == nil && n != m.Outputs() {
		return nil, fmt.Errorf("an exporter's layer makes %v of an example: the model has %d outputs", z.Shape, m.Outputs())
	}
	g.scope = "output"
	if cfg.Outputs {
		g.outputAs(z, outputsName)
	} else if err := g.distribution(m.Loss(), cfg.Losses, z, p.Targets); err != nil {
		return nil, err
	}
	if g.err != nil {
		return nil, g.err
	}
	return &onnxproto.Model{
		IRVersion: irVersion, ProducerName: "gokfac", Graph: g.out,
		Opsets: []onnxproto.Opset{{Version: opset}},
	}, nil
}

// errNoLayer is of a container that holds a nil.
var errNoLayer = errors.New("a layer is nil")

// float is the type of the graph's numbers.
func (g *Graph) float() onnxproto.DataType {
	if g.double {
		return onnxproto.Double
	}
	return onnxproto.Float
}

// elements are a tensor's, of either float type, in float64.
func elements(v *tensor.Dense) func(i int) float64 {
	if v.Dtype() == graph.Float32 {
		x := v.Float32s()
		return func(i int) float64 { return float64(x[i]) }
	}
	x := v.Float64s()
	return func(i int) float64 { return x[i] }
}
