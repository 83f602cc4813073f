package layers

import (
	"encoding/json"
	"slices"

	"github.com/gokfac/gokfac/internal/strictjson"
)

// Kind is a kind of layer that a file can describe: Encode writes what Decode makes the layer of, without its
// parameters. [Kinds] are those of this package; a list with [NewKind] and [NewContainer] beside them adds kinds of
// one's own.
type Kind struct {
	name     string
	describe func(Layer) (setting any, inner []Layer, ok bool)
	build    func(setting []byte, inner []Layer) (Layer, error)
}

// Name is what files call the kind.
func (k Kind) Name() string { return k.name }

// NewKind is the kind of the layers of type L. describe returns their settings, a struct that encoding/json writes and
// reads: all that Build needs but for parameters' values, which the file has by name, so that a layer's own name is one
// of them. build makes a layer of settings that may be anything; it returns an error for those that make no layer.
//
//	scale := layers.NewKind("scale", func(l *Scale) string { return l.Name },
//		func(name string) (*Scale, error) { return &Scale{Name: name}, nil })
func NewKind[L Layer, Settings any](name string, describe func(L) Settings, build func(Settings) (L, error)) Kind {
	return NewContainer(name,
		func(l L) (Settings, []Layer) { return describe(l), nil },
		func(s Settings, inner []Layer) (L, error) {
			if len(inner) > 0 {
				var none L
				return none, errInner
			}
			return build(s)
		})
}

// NewContainer is the kind of the layers of type L that hold layers, such as a residual block.
func NewContainer[L Layer, Settings any](name string, describe func(L) (Settings, []Layer), build func(Settings, []Layer) (L, error)) Kind {
	return Kind{
		name: name,
		describe: func(l Layer) (any, []Layer, bool) {
			own, ok := l.(L)
			if !ok {
				return nil, nil, false
			}
			s, inner := describe(own)
			return s, inner, true
		},
		build: func(data []byte, inner []Layer) (Layer, error) {
			var s Settings
			if err := strictjson.Decode(data, &s); err != nil {
				return nil, err
			}
			l, err := build(s, inner)
			if err != nil {
				return nil, err
			}
			return l, nil
		},
	}
}

// none are the settings of a kind that has none: {}.
type none struct{}

// Kinds are the layers of this package. Initialisers are not described: the weights come from the file.
func Kinds() []Kind {
	return slices.Concat(basicKinds(), convolutionKinds(), poolingKinds(), normalizationKinds(), shapeKinds(), recurrentKinds())
}

func basicKinds() []Kind {
	return []Kind{
		NewContainer("sequential",
			func(s Sequential) (none, []Layer) { return none{}, s },
			func(_ none, inner []Layer) (Sequential, error) { return inner, nil }),
		NewKind("flatten",
			func(*Flatten) none { return none{} },
			func(none) (*Flatten, error) { return &Flatten{}, nil }),
		NewKind("dropout",
			func(d *Dropout) dropoutSettings { return dropoutSettings{d.Rate} },
			func(s dropoutSettings) (*Dropout, error) { return &Dropout{Rate: s.Rate}, nil }),
		NewKind("dropout2d",
			func(d *Dropout2D) dropoutSettings { return dropoutSettings{d.Rate} },
			func(s dropoutSettings) (*Dropout2D, error) { return &Dropout2D{Rate: s.Rate}, nil }),
		NewKind("activation", describeActivation, activationSettings.build),
		NewKind("dense", describeDense, denseSettings.build),
		vectorKind(),
	}
}

// Walk calls visit with l and, as kinds know them, with the layers within it, the outer
// ones first. A layer that no kind describes is visited, and what it holds is not.
func Walk(l Layer, kinds []Kind, visit func(Layer)) {
	visit(l)
	for _, k := range kinds {
		if _, inner, ok := k.describe(l); ok {
			for _, in := range inner {
				Walk(in, kinds, visit)
			}
			return
		}
	}
}

// described is a layer as JSON. A layer that a network uses twice is described once; later it is Same.
type described struct {
	Kind     string          `json:"kind,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
	Layers   []described     `json:"layers,omitempty"`
	Same     *int            `json:"same,omitempty"` // the number of a layer, counted as the text names them, from 0
}
