package job

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// IsONNX tells a network of another program's from a model that is kept here, by the end of its name.
func IsONNX(path string) bool { return strings.EqualFold(filepath.Ext(path), ".onnx") }

// Kept is a model that is kept: a run's, or that of an .onnx file.
type Kept struct {
	Model    *trainer.Model
	Prepared trainer.Preparation
	About    string // what an .onnx file is; empty of others
}

// LoadModel reads a model that is kept, in a directory or a file. kind is what it is to be a model of, which says of an
// .onnx file what its outputs are; empty: what the file says.
func LoadModel(path, kind string, change func(*trainer.ModelConfig)) (*Kept, error) {
	if !IsONNX(path) {
		m, p, err := trainer.Load(path, trainer.LoadConfig{Change: change})
		return &Kept{Model: m, Prepared: p}, err
	}
	cfg := onnx.LoadConfig{Change: change}
	if kind != "" {
		switch mustFind(Models(), kind).Task {
		case datasets.Classify:
			cfg.Loss = losses.SoftmaxCrossEntropy{}
		case datasets.Regress:
			cfg.Loss = losses.SquaredError{}
		}
	}
	im, err := onnx.Load(path, cfg)
	if err != nil {
		return nil, inProgram{err}
	}
	about, _, _ := strings.Cut(im.Report.String(), "\n\"")
	return &Kept{im.Model, im.Preparation, path + ": " + strings.ReplaceAll(strings.TrimSpace(about), "\n", ": ")}, nil
}

// inProgram is an error that names settings which a program has, and the command has not.
type inProgram struct{ error }

func (e inProgram) Error() string {
	return strings.ReplaceAll(e.error.Error(), "LoadConfig.", "onnx.LoadConfig.")
}

func (e inProgram) Unwrap() error { return e.error }

// numberClasses numbers the classes of data for a model that does not name its own.
func (l *loaded) numberClasses(d *datasets.Dataset, path string) error {
	if l.prepared.Classes != nil || d.Outputs() > 0 || !l.classifies || d.Classes == l.outputs {
		return nil
	}
	names := make([]string, l.outputs)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	if err := d.MatchClasses(names); err != nil {
		return fmt.Errorf("⟨load⟩ %s: the model has %d classes, and %s %d: %s", path, l.outputs, d.Name, d.Classes, Plain(err))
	}
	return nil
}

// shapeAs gives examples the shape of the model's input, where they differ in axes of one element, or lie in one order
// however they are shaped: images of one channel, and rows.
func (l *loaded) shapeAs(d *datasets.Dataset, path string) error {
	one := func(n int) bool { return n == 1 }
	if slices.Equal(d.Shape, l.shape) {
		return nil
	}
	ours, theirs := slices.DeleteFunc(slices.Clone(d.Shape), one), slices.DeleteFunc(slices.Clone(l.shape), one)
	if !slices.Equal(ours, theirs) && (len(ours) > 2 || len(theirs) > 2) {
		return fmt.Errorf("⟨load⟩ %s: the model takes examples of %s, and those of %s are %s", path, Joined(l.shape, "×"), d.Name, Joined(d.Shape, "×"))
	}
	d.Shape = slices.Clone(l.shape)
	return nil
}

// WriteONNX writes a model as other programs read it, and says what is in the file.
func WriteONNX(path string, m *trainer.Model, p trainer.Preparation, write func(text []byte) error) (about string, err error) {
	var text bytes.Buffer
	if err := onnx.Export(&text, m, p, onnx.SaveConfig{}); err != nil {
		return "", fmt.Errorf("⟨export⟩ %s: %s", path, Plain(err))
	}
	file, err := onnxproto.Decode(text.Bytes())
	if err != nil {
		return "", err
	}
	if err := write(text.Bytes()); err != nil {
		return "", err
	}
	params := 0
	for _, q := range m.Params() {
		params += q.Value.DataSize()
	}
	var outputs []string
	for _, v := range file.Graph.Outputs {
		outputs = append(outputs, described(v))
	}
	return fmt.Sprintf("%s: opset %d, %d parameters: %s to %s", path, file.Opsets[0].Version, params, described(file.Graph.Inputs[0]), strings.Join(outputs, " and ")), nil
}

// described is a value of a graph, as in probabilities N×10.
func described(v *onnxproto.Value) string {
	var sizes []string
	for _, d := range v.Shape {
		if d.Known {
			sizes = append(sizes, strconv.FormatInt(d.Value, 10))
		} else {
			sizes = append(sizes, d.Param)
		}
	}
	return strconv.Quote(v.Name) + " " + strings.Join(sizes, "×")
}

// ExportModel writes the model that SaveModel keeps as an .onnx file.
func (r *Run) ExportModel(path string, write func(text []byte) error) (about string, err error) {
	if r.stopping != nil && !r.stopping.Restored() {
		r.stopping.Restore()
	}
	err = r.Averaged(func() error {
		var err error
		about, err = WriteONNX(path, r.Model, r.Spec.Preparation(r.Data), write)
		return err
	})
	return about, err
}
