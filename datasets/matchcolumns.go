package datasets

import (
	"fmt"
	"slices"
	"strings"
)

// MatchColumns puts the features and the targets of a table in the order of a model's: a column keeps its name and takes
// its place among features, or among targets. A list that has an empty name, or none of the table's, changes nothing: then
// columns are the model's in their order. It fails, and changes nothing, if a name of the table has another place in the
// list, and others are not there at all. The data must not have been standardised.
func (d *Dataset) MatchColumns(features, targets []string) error {
	x, err := placed(d.FeatureNames, features)
	if err != nil {
		return fmt.Errorf("datasets: %s: features: %w", d.Name, err)
	}
	y, err := placed(d.TargetNames, targets)
	if err != nil {
		return fmt.Errorf("datasets: %s: targets: %w", d.Name, err)
	}
	for _, s := range []*Split{&d.Train, &d.Validation, &d.Test} {
		permute(s.X, x)
		permute(s.exact, x)
		permute(s.Targets, y)
		permute(s.exactTargets, y)
	}
	if x != nil {
		d.FeatureNames = slices.Clone(features)
		d.Scaling = columnsOf(d.Scaling, x)
		d.notes = append(d.notes, "features are taken by their names, in the model's order")
	}
	if y != nil {
		d.TargetNames = slices.Clone(targets)
		d.TargetScaling = columnsOf(d.TargetScaling, y)
		d.notes = append(d.notes, "targets are taken by their names, in the model's order")
	}
	return nil
}

// placed has, for each of the names wanted, its place among the names there; nil if each column has the place already.
func placed(there, wanted []string) ([]int, error) {
	if len(there) != len(wanted) || slices.Equal(there, wanted) || slices.Contains(there, "") || slices.Contains(wanted, "") {
		return nil, nil
	}
	from := make([]int, len(wanted))
	var missing []string
	moved := ""
	for i, name := range wanted {
		from[i] = slices.Index(there, name)
		switch {
		case from[i] < 0 || slices.Contains(from[:i], from[i]):
			missing = append(missing, name)
		case from[i] != i:
			moved = name
		}
	}
	switch {
	case moved == "":
		return nil, nil
	case len(missing) > 0:
		return nil, fmt.Errorf("column %.40q has another place than in the model, and there is no column %.40q: call the columns as the model does, which has %s",
			moved, missing[0], shortened(wanted))
	}
	return from, nil
}

func shortened(names []string) string {
	if len(names) > 8 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:8], ", "), len(names)-8)
	}
	return strings.Join(names, ", ")
}

// permute puts the columns of x, row-major, in the order of from.
func permute[T any](x []T, from []int) {
	if len(from) == 0 {
		return
	}
	row := make([]T, len(from))
	for i := 0; i+len(row) <= len(x); i += len(row) {
		copy(row, x[i:])
		for j, k := range from {
			x[i+j] = row[k]
		}
	}
}

// columnsOf is s for columns in the order of from.
func columnsOf(s Scaling, from []int) Scaling {
	if len(s.Mean) == len(from) && len(s.Deviation) == len(from) {
		s.Mean, s.Deviation = slices.Clone(s.Mean), slices.Clone(s.Deviation)
		permute(s.Mean, from)
		permute(s.Deviation, from)
	}
	return s
}
