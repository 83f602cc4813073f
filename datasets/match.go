package datasets

import (
	"fmt"
	"slices"
	"strconv"
)

// ScaleAs scales all splits as another data set was: inputs, and targets if there are
// any, go back to values as the file has them and from there by the scalings given. It
// is for a model that was trained on other data, which has to be given its own scaling,
// and not one that is measured on these. It fails, and changes nothing, if the scalings
// are of other widths. The data must not have been standardised.
func (d *Dataset) ScaleAs(inputs, targets Scaling) error {
	for _, s := range []struct {
		what  string
		s     Scaling
		width int
	}{{"inputs", inputs, d.Features()}, {"targets", targets, d.Outputs()}} {
		if n := len(s.s.Mean); n > 1 && n != s.width || len(s.s.Deviation) != n || n == 1 && s.width == 0 {
			return fmt.Errorf("datasets: %s has %s of %d values, and the scaling is of %d", d.Name, s.what, s.width, n)
		}
	}
	if same(d.Scaling.Then(d.standardization()), inputs) { // these very data: to the bit, as pixels are rounded twice
		d.Standardize()
	}
	for _, split := range []*Split{&d.Train, &d.Validation, &d.Test} {
		if err := rescale(split.X, split.exactOf(), d.Scaling, inputs); err != nil {
			return err
		}
		if err := rescale(split.Targets, split.exactTargetsOf(), d.TargetScaling, targets); err != nil {
			return err
		}
		split.exact, split.exactTargets = nil, nil
	}
	d.Pixels = d.Pixels && same(inputs, d.Scaling)
	d.Scaling, d.TargetScaling = inputs, targets
	return nil
}

func same(a, b Scaling) bool {
	return slices.Equal(a.Mean, b.Mean) && slices.Equal(a.Deviation, b.Deviation) && a.Bound == b.Bound
}

// rescale writes x, which is scaled by was, scaled by is instead. exact is x before
// rounding, or nil.
func rescale(x []float32, exact []float64, was, is Scaling) error {
	if same(was, is) {
		return nil
	}
	const chunk = 1 << 16
	width := max(len(was.Mean), len(is.Mean), 1)
	step := max(chunk/width, 1) * width
	values := make([]float64, 0, min(step, len(x)))
	for from := 0; from < len(x); from += step {
		part := x[from:min(from+step, len(x))]
		values = values[:0]
		for i, v := range part {
			raw := float64(v)
			if exact != nil {
				raw = exact[from+i]
			}
			if n := len(was.Mean); n > 0 {
				raw = was.Mean[i%n] + was.Deviation[i%n]*raw
			}
			values = append(values, raw)
		}
		scaled, err := is.Apply(values)
		if err != nil {
			return err
		}
		copy(part, scaled)
	}
	return nil
}

// MatchClasses numbers the labels as names do, which are a model's classes: a label
// keeps its name and takes its place among them. It fails, and changes nothing, if a
// label of the data is none of the names. Classes without names are called by their
// numbers.
func (d *Dataset) MatchClasses(names []string) error {
	place := make([]int32, d.Classes)
	for class := range place {
		name := strconv.Itoa(class)
		if class < len(d.ClassNames) {
			name = d.ClassNames[class]
		}
		i := slices.Index(names, name)
		if i < 0 {
			return fmt.Errorf("datasets: %s has class %.40q, which is none of the model's %d", d.Name, name, len(names))
		}
		place[class] = int32(i)
	}
	for _, split := range []*Split{&d.Train, &d.Validation, &d.Test} {
		for i, label := range split.Labels {
			split.Labels[i] = place[label]
		}
	}
	d.Classes, d.ClassNames = len(names), slices.Clone(names)
	return nil
}
