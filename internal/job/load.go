package job

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// ofArchitecture are the settings that a loaded model has of its own.
var ofArchitecture = []string{"hidden", "filters", "act", "init", "dropout"}

// loaded is what a spec knows of the model that it begins with.
type loaded struct {
	prepared trainer.Preparation
	shape    []int // of an input
	inputs   int
	outputs  int
	maps     []Map

	classifies bool
	about      string // of an .onnx file; empty: the model is another's
}

// adopt reads the model that the spec begins with, and takes over what it decides: what
// kind of model it is, and its float type.
func (s *Spec) adopt() error {
	if s.Load == "" || s.loaded != nil {
		return nil
	}
	asked := ""
	if s.Given("model") {
		asked = s.Model
	}
	kept, err := LoadModel(s.Load, asked, nil)
	if err != nil {
		return fmt.Errorf("⟨load⟩: %s", Plain(err))
	}
	m, p := kept.Model, kept.Prepared
	for _, name := range ofArchitecture {
		if s.Given(name) {
			return Refuse("%s does not apply with ⟨load⟩: %s has its layers already", Word(name), s.Load)
		}
	}
	of := &loaded{prepared: p, shape: m.Config().Input, inputs: 1, outputs: m.Outputs(), about: kept.About}
	for _, n := range of.shape {
		of.inputs *= n
	}
	for _, t := range m.Taps() {
		if w := t.Weight.Value.Shape(); t.Kind == graph.Affine {
			groups := max(t.Groups, 1)
			of.maps = append(of.maps, Map{In: w[0] / groups, Out: w[1] * groups, Places: t.Locations()})
		}
	}
	kind, known := kindOf(m, of)
	if known && asked != "" && IsONNX(s.Load) && mustFind(Models(), asked).Task == datasets.Regress {
		kind = asked // not an autoencoder's, which has a loss of values, too
	}
	of.classifies = known && mustFind(Models(), kind).Task == datasets.Classify
	switch {
	case !known:
		return fmt.Errorf("⟨load⟩ %s: its loss, %v, is none that the command trains", s.Load, m.Loss())
	case asked == "", IsONNX(s.Load) && of.classifies && mustFind(Models(), asked).Task == datasets.Classify:
		s.Model = kind
	case s.Model != kind:
		return Refuse("⟨model⟩ %s: the model of %s is of the kind %s", s.Model, s.Load, kind)
	}
	if !s.Given("dtype") && m.Config().DType == graph.Float64 {
		s.DType = "float64"
	}
	s.loaded = of
	return nil
}

// kindOf is the row of the table of models that a loaded one is of, by its loss.
func kindOf(m *trainer.Model, of *loaded) (kind string, known bool) {
	switch loss := m.Loss().(type) {
	case losses.SoftmaxCrossEntropy:
		return classifierOf(m.Net()), true
	case losses.SquaredError, losses.SigmoidCrossEntropy:
		if of.outputs == of.inputs && slices.Equal(of.prepared.Values, of.prepared.Features) {
			return "autoencoder", true
		}
		_, values := loss.(losses.SquaredError)
		return "regression", values
	}
	return "", false
}

// classifierOf is the last row of the table that has a layer of the network, else mlp:
// a resnet has all that a convnet is known by.
func classifierOf(net layers.Layer) string {
	for _, m := range slices.Backward(Models()) {
		found := false
		if m.Task == datasets.Classify && m.Has != nil {
			layers.Walk(net, layers.Kinds(), func(l layers.Layer) { found = found || m.Has(l) })
		}
		if found {
			return m.Name
		}
	}
	return "mlp"
}

// About says what an .onnx file that the spec begins with is; empty of other models.
func (s *Spec) About() string {
	if s.loaded == nil {
		return ""
	}
	return s.loaded.about
}

// fit scales the data as the loaded model's were, puts their columns in its order, and numbers their classes as it does.
func (l *loaded) fit(d *datasets.Dataset, path string) error {
	if d.Features() != l.inputs {
		return fmt.Errorf("⟨load⟩ %s: the model takes %d features, and %s has %d", path, l.inputs, d.Name, d.Features())
	}
	values := l.prepared.Values
	if d.Outputs() == 0 {
		values = nil
	}
	if err := d.MatchColumns(l.prepared.Features, values); err != nil {
		return fmt.Errorf("⟨load⟩ %s: %s", path, Plain(err))
	}
	if l.prepared.Classes != nil && d.Outputs() == 0 && len(l.prepared.Classes) == l.outputs {
		if err := d.MatchClasses(l.prepared.Classes); err != nil {
			return fmt.Errorf("⟨load⟩ %s: %s", path, Plain(err))
		}
	}
	if err := errors.Join(l.numberClasses(d, path), l.shapeAs(d, path)); err != nil {
		return err
	}
	targets := l.prepared.Targets
	if d.Outputs() == 0 {
		targets = datasets.Scaling{}
	} else if d.Outputs() != l.outputs {
		return fmt.Errorf("⟨load⟩ %s: the model predicts %d values, and %s has %d: name them by ⟨target-columns⟩", path, l.outputs, d.Name, d.Outputs())
	}
	if err := d.ScaleAs(l.prepared.Inputs, targets); err != nil {
		return fmt.Errorf("⟨load⟩ %s: %s", path, Plain(err))
	}
	return nil
}

// Preparation is what a model that is trained on d has to know of raw examples.
func (s *Spec) Preparation(d *datasets.Dataset) trainer.Preparation {
	p := trainer.Preparation{Inputs: d.Scaling, Features: named(d.FeatureNames)}
	switch s.model().Task {
	case datasets.Classify:
		for class := range d.Classes {
			name := strconv.Itoa(class)
			if class < len(d.ClassNames) {
				name = d.ClassNames[class]
			}
			p.Classes = append(p.Classes, name)
		}
	case datasets.Regress:
		p.Targets, p.Values = d.TargetScaling, named(d.TargetNames)
	case datasets.Reconstruct:
		p.Targets, p.Values = d.Scaling, p.Features
		p.Targets.Bound = 0
	}
	return p
}

// named are names of columns, if any has one.
func named(names []string) []string {
	if slices.ContainsFunc(names, func(s string) bool { return s != "" }) {
		return names
	}
	return nil
}

// SaveModel writes the model to dir, with the parameters that evaluations are made
// with: where a part is held back, those that were the best on it.
func (r *Run) SaveModel(dir string) error {
	if r.stopping != nil && !r.stopping.Restored() {
		r.stopping.Restore()
	}
	return r.Averaged(func() error {
		return trainer.Save(dir, r.Model, r.Spec.Preparation(r.Data), trainer.SaveConfig{})
	})
}
