package trainer

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/internal/strictjson"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
)

// description is what a model's file says beside its tensors.
type description struct {
	net         layers.Layer
	loss        losses.Loss
	model       ModelConfig
	names       Preparation // without the scalings' means and deviations
	inputBound  float64
	targetBound float64
}

// readDescription takes nothing on trust: metadata that are missing, unknown or malformed are errors.
func readDescription(f *safetensors.File, cfg LoadConfig) (*description, error) {
	switch f.Metadata[keyFormat] {
	case modelFormat:
	case "":
		return nil, errors.New("the file describes no network: trainer.LoadWeights reads the weights of other programs into a model")
	default:
		return nil, fmt.Errorf("the file is of format %.40q, which describes no network: trainer.LoadWeights reads the weights of other programs into a model", f.Metadata[keyFormat])
	}
	version, err := strconv.Atoi(f.Metadata[keyVersion])
	switch {
	case err != nil || version < 1:
		return nil, fmt.Errorf("version %.40q: want a whole number from 1 on", f.Metadata[keyVersion])
	case version > modelFileVersion:
		return nil, fmt.Errorf("the file is of version %d: this program reads versions up to %d", version, modelFileVersion)
	case !f.HasChecksum():
		return nil, fmt.Errorf("metadata %q are missing", safetensors.ChecksumKey)
	}
	r := &metadataReader{left: map[string]string{}}
	for key, value := range f.Metadata {
		if key != keyFormat && key != keyVersion && key != safetensors.ChecksumKey {
			r.left[key] = value
		}
	}
	d := &description{}
	architecture, loss := r.text(keyArchitecture), r.text(keyLoss)
	r.json(keyInput, &d.model.Input)
	switch dtype := r.text(keyDType); dtype {
	case graph.Float32.String():
		d.model.DType = graph.Float32
	case graph.Float64.String():
		d.model.DType = graph.Float64
	default:
		r.fail(fmt.Errorf("metadata %q: %.40q: want float32 or float64", keyDType, dtype))
	}
	d.model.L2 = r.number(keyL2, true)
	d.inputBound, d.targetBound = r.number(keyInputBound, false), r.number(keyTargetBound, false)
	for key, names := range map[string]*[]string{keyFeatures: &d.names.Features, keyClasses: &d.names.Classes, keyValues: &d.names.Values} {
		if _, ok := r.left[key]; ok {
			r.json(key, names)
		}
	}
	for key := range r.left {
		r.fail(fmt.Errorf("metadata %.80q are not known", key))
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := checkInput(d.model.Input); err != nil {
		return nil, err
	}
	if d.net, err = layers.Decode([]byte(architecture), append(layers.Kinds(), cfg.Layers...)); err != nil {
		return nil, err
	}
	if cfg.Loss == nil {
		d.loss, err = losses.Decode([]byte(loss), append(losses.Kinds(), cfg.Losses...))
	}
	return d, err
}

func checkInput(shape []int) error {
	if len(shape) == 0 || len(shape) > 16 {
		return fmt.Errorf("an input shape of %d axes: want 1 to 16", len(shape))
	}
	n := 1
	for _, d := range shape {
		if d <= 0 || d > mostInput/n {
			return fmt.Errorf("input shape %v: want positive sizes, of at most %d elements together", shape, mostInput)
		}
		n *= d
	}
	return nil
}

// metadataReader takes values out of a file's metadata and keeps the first error.
type metadataReader struct {
	left map[string]string
	err  error
}

func (r *metadataReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *metadataReader) text(key string) string {
	v, ok := r.left[key]
	if !ok {
		r.fail(fmt.Errorf("metadata %q are missing", key))
	}
	delete(r.left, key)
	return v
}

func (r *metadataReader) json(key string, v any) {
	if err := strictjson.Decode([]byte(r.text(key)), v); err != nil {
		r.fail(fmt.Errorf("metadata %q: %w", key, err))
	}
}

// number is a number from 0 on; 0 where it is missing and need not be there.
func (r *metadataReader) number(key string, must bool) float64 {
	if _, ok := r.left[key]; !ok && !must {
		return 0
	}
	text := r.text(key)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0) {
		r.fail(fmt.Errorf("metadata %q: %.40q: want a number from 0 on", key, text))
	}
	return v
}

// preparation reads the scalings, and marks their tensors as used.
func (d *description) preparation(f *safetensors.File, used map[string]bool) (p Preparation, err error) {
	p = d.names
	if p.Inputs, err = readScaling(f, used, inputMean, inputStd, d.model.Input); err != nil {
		return p, err
	}
	p.Targets, err = readScaling(f, used, targetMean, targetStd, nil)
	p.Inputs.Bound, p.Targets.Bound = d.inputBound, d.targetBound
	return p, err
}

// readScaling reads a scaling of one element, or of as many as columns has; any number where columns is nil, which
// NewPredictor checks. A parameter of the same name is none.
func readScaling(f *safetensors.File, used map[string]bool, mean, std string, columns []int) (s scaling.Scaling, err error) {
	there := func(name string) bool { return f.Find(name) != nil && !used[name] }
	if !there(mean) && !there(std) {
		return s, nil
	}
	for name, to := range map[string]*[]float64{mean: &s.Mean, std: &s.Deviation} {
		t := f.Find(name)
		switch {
		case !there(name):
			return s, fmt.Errorf("tensor %q is missing: %q and %q belong together", name, mean, std)
		case t.DType != safetensors.F64 || t.Size() == 0:
			return s, fmt.Errorf("tensor %q is of type %s and has %d elements: want F64, and some", name, t.DType, t.Size())
		case columns != nil && !slices.Equal(t.Shape, []int{1}) && !slices.Equal(t.Shape, columns):
			return s, fmt.Errorf("tensor %q is of shape %v: want that of an input, %v, or one element", name, t.Shape, columns)
		}
		*to = make([]float64, t.Size())
		if err := f.Float64s(t, *to); err != nil {
			return s, err
		}
	}
	used[mean], used[std] = true, true
	return s, nil
}
