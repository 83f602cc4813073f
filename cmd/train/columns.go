package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
)

// checkData refuses flags of data that do not go with the model or with what
// data they are.
func (s *settings) checkData() error {
	s.columns.Task = taskOfModel(s.model)
	for _, f := range []struct {
		name  string
		given bool
		fits  bool
		other string
	}{
		{"label-column", s.columns.Label != "", s.model != "regression", "it has -target-columns"},
		{"target-columns", len(s.columns.Targets) > 0, s.model == "regression", "values to predict are for -model regression"},
	} {
		switch {
		case !f.given:
		case !f.fits:
			return usagef("-%s does not apply to -model %s: %s", f.name, s.model, f.other)
		case slices.Contains(namesOf(datasetNames()), s.dataset):
			return usagef("-%s is of a .csv of one's own: -dataset %s has its targets already", f.name, s.dataset)
		case !datasets.IsTable(s.dataset):
			return usagef("-%s is of a .csv: -dataset %s has no columns", f.name, s.dataset)
		}
	}
	switch {
	case s.given["validation"] && s.validation == 0:
		return usagef("-validation 0: want a part of the training data, more than 0 and less than 1")
	case s.patience > 0 && s.validation == 0:
		return usagef("-patience needs a -validation part to be measured on, as in -validation 0.1")
	}
	return nil
}

func taskOfModel(model string) datasets.Task {
	switch model {
	case "regression":
		return datasets.Regress
	case "autoencoder":
		return datasets.Reconstruct
	}
	return datasets.Classify
}

// columnError says which flag helps where a table's columns were not found.
func (s *settings) columnError(err error) error {
	if errors.Is(err, datasets.ErrClasses) {
		return usagef("-model regression: %s has classes, not values, in its first column: say which to predict by -target-columns, or choose -model mlp",
			strings.TrimSuffix(filepath.Base(s.dataset), filepath.Ext(s.dataset)))
	}
	switch {
	case errors.Is(err, datasets.ErrText) && s.model == "regression":
		return fmt.Errorf("%w: targets and features are numbers: take a column of text out, or make numbers of its words", err)
	case errors.Is(err, datasets.ErrText):
		return fmt.Errorf("%w: a column of text can only be the label, named by -label-column: take others out, or make numbers of their words", err)
	case errors.Is(err, datasets.ErrNotInteger):
		return fmt.Errorf("%w: for values choose -model regression", err)
	}
	var column *datasets.ColumnError
	if !errors.As(err, &column) {
		return err
	}
	flag := "-label-column"
	if s.model == "regression" {
		flag = "-target-columns"
	}
	if column.Column != "" {
		flag += fmt.Sprintf(" %.40q", column.Column)
	}
	return usagef("%s: %s: %s", s.dataset, flag, column.Reason)
}

// prepare holds the validation part out and scales the data as the model needs
// it.
func (s *settings) prepare(d *datasets.Dataset, own bool) error {
	if s.validation > 0 {
		if err := d.HoldOut(s.validation); err != nil {
			return usagef("-validation %g: %s", s.validation, message(err))
		}
	}
	switch {
	case s.model == "mlp", s.model == "autoencoder" && !d.Pixels, s.model == "regression" && own:
		d.Standardize()
	}
	if n := constants(d); n == d.Features() {
		return fmt.Errorf("%s: the training examples have the same features, all of them: there is nothing to learn from", d.Name)
	}
	if s.model != "regression" || !own {
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

// standardized says what the standardised targets are in the data's units.
func (r *training) standardized() (list []results.Standardized) {
	scale := r.d.TargetScaling
	for i, mean := range scale.Mean {
		one := results.Standardized{Mean: results.Number(mean), Deviation: results.Number(scale.Deviation[i])}
		if i < len(r.d.TargetNames) {
			one.Name = r.d.TargetNames[i]
		}
		list = append(list, one)
	}
	return list
}

// testError is the root mean square of a single target's errors on the test
// examples, in the units of the data.
func (r *training) testError() (v float64, ok bool) {
	if scale := r.d.TargetScaling; len(scale.Deviation) == 1 {
		return scale.Deviation[0] * math.Sqrt(2*r.score(testPrefix+"loss")), true
	}
	return 0, false
}

// scaleOf says how the data were scaled.
func (r *training) scaleOf() string {
	scale := "values as they are"
	switch {
	case r.d.Pixels:
		scale = "pixels in [0, 1]"
	case r.s.model == "regression" && len(r.d.TargetScaling.Mean) > 0:
		scale = "both standardised"
	case r.s.model != "regression":
		scale = "standardised"
	}
	if n := constants(r.d); n == 1 {
		scale += "; 1 feature is constant in training, and 0"
	} else if n > 1 {
		scale += fmt.Sprintf("; %d features are constant in training, and 0", n)
	}
	for _, note := range r.d.Notes() {
		scale += "; " + note
	}
	return scale
}

// targetsOf says what the examples are to be learned for.
func (r *training) targetsOf() string {
	switch n := r.d.Outputs(); {
	case n > 0:
		return fmt.Sprintf("with targets of %d", n)
	case r.s.model == "autoencoder" && r.d.Classes == 1:
		return "without classes"
	}
	return fmt.Sprintf("in %d classes", r.d.Classes)
}

// partsOf counts the examples.
func (r *training) partsOf() string {
	parts := []string{fmt.Sprintf("%d training", r.d.Train.Len())}
	if n := r.d.Validation.Len(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d validation", n))
	}
	return strings.Join(parts, ", ") + fmt.Sprintf(" and %d test examples", r.d.Test.Len())
}
