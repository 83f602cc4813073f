package job

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/datasets"
)

// columnError says which flag helps where a table's columns were not found, or images are of different sizes.
func (s *Spec) columnError(err error) error {
	if errors.Is(err, datasets.ErrClasses) {
		return Refuse("⟨model⟩ regression: %s has classes, not values, in its first column: say which to predict by ⟨target-columns⟩, or choose ⟨model⟩ mlp",
			strings.TrimSuffix(filepath.Base(s.Dataset), filepath.Ext(s.Dataset)))
	}
	switch {
	case errors.Is(err, datasets.ErrText) && s.model().Values():
		return fmt.Errorf("%w: targets and features are numbers: take a column of text out, or make numbers of its words", err)
	case errors.Is(err, datasets.ErrText):
		return fmt.Errorf("%w: a column of text can only be the label, named by ⟨label-column⟩: take others out, or make numbers of their words", err)
	case errors.Is(err, datasets.ErrNotInteger):
		return fmt.Errorf("%w: for values choose ⟨model⟩ regression", err)
	}
	var sizes *datasets.ImageSizeError
	if errors.As(err, &sizes) {
		a, b := sizes.Size[0], sizes.Size[1]
		return Refuse("⟨dataset⟩ %s: %s has %d×%d pixels (rows × columns) and %s %d×%d: all images must be of one size: scale them, or have them scaled, as by ⟨image-size⟩ %s",
			s.Dataset, sizes.Path[0], a[0], a[1], sizes.Path[1], b[0], b[1], sizeText([2]int{min(a[0], b[0]), min(a[1], b[1])}))
	}
	var column *datasets.ColumnError
	if !errors.As(err, &column) {
		return err
	}
	setting := "⟨label-column⟩"
	if s.model().Values() {
		setting = "⟨target-columns⟩"
	}
	if column.Column != "" {
		setting += fmt.Sprintf(" %.40q", column.Column)
	}
	return Refuse("%s: %s: %s", s.Dataset, setting, column.Reason)
}

// prepare holds the validation part out and scales the data as the model needs
// it.
func (s *Spec) prepare(d *datasets.Dataset, own bool) error {
	if s.Validation > 0 {
		if err := d.HoldOut(s.Validation); err != nil {
			return Refuse("⟨validation⟩ %g: %s", s.Validation, Plain(err))
		}
	}
	m := s.model()
	if s.loaded != nil {
		return s.loaded.fit(d, s.Load)
	}
	if m.Standardizes(d, own) {
		if err := s.standardize(d); err != nil {
			return err
		}
	}
	if n := constants(d); n == d.Features() {
		return fmt.Errorf("%s: the training examples have the same features, all of them: there is nothing to learn from", d.Name)
	}
	if !m.Values() || !own {
		return nil // the built-in regression is made to be hard as it is
	}
	d.StandardizeTargets()
	for i, deviation := range d.TargetScaling.Deviation {
		if deviation == 0 {
			return fmt.Errorf("%s: the training examples all have the same %s, %g: there is nothing to predict",
				d.Name, targetName(d, i), d.TargetScaling.Mean[i])
		}
	}
	return nil
}

// constants counts the features that standardising has found constant.
func constants(d *datasets.Dataset) int {
	n := 0
	for _, deviation := range d.Scaling.Deviation {
		if deviation == 0 {
			n++
		}
	}
	if n > 0 && len(d.Scaling.Deviation) == 1 { // one for all
		return d.Features()
	}
	return n
}

func targetName(d *datasets.Dataset, i int) string {
	switch {
	case i < len(d.TargetNames) && d.TargetNames[i] != "":
		return fmt.Sprintf("%.40q", d.TargetNames[i])
	case d.Outputs() == 1:
		return "target"
	}
	return fmt.Sprintf("target %d", i+1)
}
