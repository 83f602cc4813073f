package job

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/datasets"
)

// Check refuses settings that do not go together, before any data are read.
func (s *Spec) Check() error {
	if s.Dataset == "" {
		s.Dataset = "auto"
	}
	if err := s.adopt(); err != nil {
		return err
	}
	if err := s.checkData(); err != nil {
		return err
	}
	if err := s.checkUse(); err != nil {
		return err
	}
	return s.checkTarget()
}

// CheckShared is Check for what several runs share: which optimizer has a use for
// which setting is checked with each of them.
func (s *Spec) CheckShared() error {
	if s.Dataset == "" {
		s.Dataset = "auto"
	}
	if err := s.adopt(); err != nil {
		return err
	}
	if err := s.checkData(); err != nil {
		return err
	}
	return s.checkTarget()
}

// checkUse refuses settings that the optimizer or the model has no use for.
func (s *Spec) checkUse() error {
	given := map[string]bool{}
	for _, c := range s.Asked {
		given[c.Name] = true
	}
	o := s.optimizer()
	for _, name := range slices.Sorted(maps.Keys(given)) { // the same complaint each time
		row, _ := Lookup(name)
		switch {
		case row.Owner != "" && row.Owner != s.Optimizer, slices.Contains(o.Lacks, name):
			return Refuse("%s does not apply to ⟨opt⟩ %s", Word(name), s.Optimizer)
		case slices.Contains(o.variant(s.Variant()).Lacks, name):
			return s.otherVariant(Word(name))
		case slices.Contains(s.model().Lacks, name):
			return Refuse("%s does not apply to ⟨model⟩ %s", Word(name), s.Model)
		}
	}
	if o.Check != nil {
		return o.Check(s)
	}
	return nil
}

// otherVariant says that what was asked for is another mode's.
func (s *Spec) otherVariant(what string) error {
	o, own, origin := s.optimizer(), s.Variant(), ""
	other := o.Variants[0].Name
	if own == other {
		other = o.Variants[1].Name
	}
	if !s.Given("kfac-mode") && s.KFAC.Mode == "" {
		origin = ", the default"
	}
	return Refuse("%s does not apply to ⟨kfac-mode⟩ %s%s: leave it out, or choose ⟨kfac-mode⟩ %s", what, own, origin, other)
}

// checkData refuses settings of data that do not go with the model or with what
// data they are.
func (s *Spec) checkData() error {
	m := s.model()
	s.Columns.Task = m.Task
	for _, f := range []struct {
		name  string
		given bool
		fits  bool
		other string
	}{
		{"label-column", s.Columns.Label != "", !m.Values(), "it has ⟨target-columns⟩"},
		{"target-columns", len(s.Columns.Targets) > 0, m.Values(), "values to predict are for ⟨model⟩ regression"},
	} {
		switch {
		case !f.given:
		case !f.fits:
			return Refuse("%s does not apply to ⟨model⟩ %s: %s", Word(f.name), s.Model, f.other)
		case s.named():
			return Refuse("%s is of a .csv of one's own: ⟨dataset⟩ %s has its targets already", Word(f.name), s.Dataset)
		case !datasets.IsTable(s.Dataset):
			return Refuse("%s is of a .csv: ⟨dataset⟩ %s has no columns", Word(f.name), s.Dataset)
		}
	}
	if err := s.checkImageSize(); err != nil {
		return err
	}
	switch {
	case s.Augmentation != datasets.Augmentation{} && !s.named() && datasets.IsTable(s.Dataset):
		return Refuse("⟨augment⟩ is of images: ⟨dataset⟩ %s is a table", s.Dataset)
	case s.Given("validation") && s.Validation == 0:
		return Refuse("⟨validation⟩ 0: want a part of the training data, more than 0 and less than 1")
	case s.Patience > 0 && s.Validation == 0:
		return Refuse("⟨patience⟩ needs a ⟨validation⟩ part to be measured on, as in ⟨validation⟩ 0.1")
	}
	return nil
}

// checkImageSize refuses a size of images for data that are no directory.
func (s *Spec) checkImageSize() error {
	if s.Columns.ImageSize == [2]int{} {
		return nil
	}
	if s.named() {
		return Refuse("⟨image-size⟩ is of a directory of images of one's own: ⟨dataset⟩ %s has its size already", s.Dataset)
	}
	if info, err := os.Stat(s.Dataset); err == nil && !info.IsDir() {
		return Refuse("⟨image-size⟩ is of a directory of images: ⟨dataset⟩ %s is a file", s.Dataset)
	}
	return nil // a path that is not there is reported when it is opened
}

// named tells a data set with a name from a path.
func (s *Spec) named() bool { return slices.Contains(Names(Datasets()), s.Dataset) }

// checkTarget refuses a target that the model has no score for.
func (s *Spec) checkTarget() error {
	if s.Target == nil {
		return nil
	}
	names := s.goalScores()
	if scores := s.Scores(); slices.Contains(scores, s.Target.Metric) && !slices.Contains(names, s.Target.Metric) {
		return Refuse("⟨target⟩ %s: with ⟨validation⟩, a run is stopped by what is held back: name %s", s.Target.Metric, Alternatives(names))
	}
	if s.Validation == 0 && strings.HasPrefix(s.Target.Metric, ValidationPrefix) {
		return Refuse("⟨target⟩ %s: there is no validation part: give ⟨validation⟩ 0.1, or name %s", s.Target.Metric, Alternatives(names))
	}
	if !slices.Contains(names, s.Target.Metric) {
		return Refuse("⟨target⟩: unknown metric %q for ⟨model⟩ %s: want %s%s",
			s.Target.Metric, s.Model, Alternatives(names), DidYouMean(s.Target.Metric, names))
	}
	for _, g := range s.Goals {
		switch {
		case g.Value < 0:
			return Refuse("⟨target⟩ %s=%g: must not be negative", g.Metric, g.Value)
		case g.Value > 1 && strings.HasSuffix(g.Metric, "accuracy"):
			return Refuse("⟨target⟩ %s=%g: an accuracy is between 0 and 1", g.Metric, g.Value)
		}
	}
	return nil
}
