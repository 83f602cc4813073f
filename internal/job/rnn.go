package job

import (
	"fmt"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
)

// rnnRow reads the rows of an image, or the columns of a table, one after the other.
func rnnRow() Model {
	return classifier(Model{
		Entry:  Entry{"rnn", "recurrent tanh layer of 128 over an image's rows, or a table's columns; classes"},
		Has:    has[*layers.Recurrent],
		Hidden: []int{128}, Activation: "tanh", Init: scaled, Lacks: []string{"act", "filters"},
		Net:  func(s *Spec, d *datasets.Dataset) layers.Layer { return recurrent(s, d) },
		Maps: recurrentMaps,
		Sizes: func(s *Spec, d *datasets.Dataset) string {
			steps, features := sequence(d)
			return fmt.Sprintf("%d steps of %d, %s-%d", steps, features, Joined(s.Hidden, "-"), d.Classes)
		},
		Batch: 128, Epochs: 5, MoreSpace: ":epochs=2/3/5",
		Mode: kfac.Fixed, Defaults: imageDefaults(),
	})
}

// recurrent has a layer for each of the hidden sizes. All but the last hand on all of
// their states.
func recurrent(s *Spec, d *datasets.Dataset) layers.Sequential {
	steps, features := sequence(d)
	net := layers.Sequential{&layers.Reshape{Shape: []int{steps, features}}}
	for i, units := range s.Hidden {
		net = append(net, &layers.Recurrent{Units: units, Sequences: i < len(s.Hidden)-1})
		if s.Dropout > 0 {
			net = append(net, &layers.Dropout{Rate: s.Dropout})
		}
	}
	return append(net, &layers.Dense{Units: d.Classes, Init: s.initializer()})
}

// sequence is the number of steps of time in an example, and of the features of each.
func sequence(d *datasets.Dataset) (steps, features int) {
	return d.Shape[0], d.Features() / d.Shape[0]
}

func recurrentMaps(s *Spec, d *datasets.Dataset) []Map {
	steps, features := sequence(d)
	var maps []Map
	for _, units := range s.Hidden {
		maps = append(maps, Map{In: features + units, Out: units, Places: steps})
		features = units
	}
	return append(maps, chain(features, d.Classes)...)
}
