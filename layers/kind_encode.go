package layers

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/gokfac/gokfac/internal/strictjson"
)

// mostLayers and mostDepth bound what Decode builds.
const (
	mostLayers = 10_000
	mostDepth  = 100
)

// Encode describes a network as JSON, for Decode with the same kinds. A layer whose parameters several places of the
// network use stays one layer. It fails, naming the layer, if none of the kinds is that layer's, or several are.
func Encode(l Layer, kinds []Kind) ([]byte, error) {
	if err := checkKinds(kinds); err != nil {
		return nil, err
	}
	e := &encoder{kinds: kinds, known: map[Layer]int{}}
	d, err := e.describe(l, 0)
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

func checkKinds(kinds []Kind) error {
	seen := map[string]bool{}
	for _, k := range kinds {
		switch {
		case k.name == "" || k.describe == nil:
			return errors.New("layers: a kind without a name: make kinds by NewKind or NewContainer")
		case seen[k.name]:
			return fmt.Errorf("layers: two kinds are called %q: give yours another name", k.name)
		}
		seen[k.name] = true
	}
	return nil
}

type encoder struct {
	kinds []Kind
	known map[Layer]int
	count int
}

func (e *encoder) describe(l Layer, depth int) (d described, err error) {
	if l == nil {
		return d, errors.New("layers: a layer is nil")
	}
	// A slice such as Sequential is no key; its elements are found one by one. A layer without parameters may as well be two.
	shared := reflect.TypeOf(l).Comparable() && len(l.Params()) > 0
	if number, ok := 0, false; shared {
		if number, ok = e.known[l]; ok {
			return described{Same: &number}, nil
		}
		e.known[l] = e.count
	}
	if e.count++; e.count > mostLayers || depth > mostDepth {
		return d, fmt.Errorf("layers: the network has more than %d layers, or more than %d within one another: no file can have it", mostLayers, mostDepth)
	}
	var setting any
	var inner []Layer
	for _, k := range e.kinds {
		s, in, ok := k.describe(l)
		if !ok {
			continue
		}
		if d.Kind != "" {
			return d, fmt.Errorf("layers: %s (%T) is of kind %q and of kind %q", nameOf(l), l, d.Kind, k.name)
		}
		d.Kind, setting, inner = k.name, s, in
	}
	if d.Kind == "" {
		return d, fmt.Errorf("layers: no kind describes %s (%T): give a layers.NewKind for it", nameOf(l), l)
	}
	if d.Settings, err = json.Marshal(setting); err != nil {
		return d, fmt.Errorf("layers: the settings of %s: %w", nameOf(l), err)
	}
	if string(d.Settings) == "{}" {
		d.Settings = nil
	}
	for _, in := range inner {
		child, err := e.describe(in, depth+1)
		if err != nil {
			return d, err
		}
		d.Layers = append(d.Layers, child)
	}
	return d, nil
}

// Decode makes the network that Encode described. It is built nowhere yet: its parameters come into being as those of
// any new network do. text may be anything: errors are of one line, and name the kind.
func Decode(text []byte, kinds []Kind) (Layer, error) {
	if err := checkKinds(kinds); err != nil {
		return nil, err
	}
	var d described
	if err := strictjson.Decode(text, &d); err != nil {
		return nil, fmt.Errorf("layers: the description of the network: %w", err)
	}
	return (&decoder{kinds: kinds}).build(&d, 0)
}

type decoder struct {
	kinds []Kind
	built []Layer // by their numbers; nil while it is being built
}

func (b *decoder) build(d *described, depth int) (Layer, error) {
	if d.Same != nil {
		if n := *d.Same; d.Kind != "" || d.Settings != nil || d.Layers != nil || n < 0 || n >= len(b.built) || b.built[n] == nil {
			return nil, fmt.Errorf("layers: a layer is the same as layer %d, which is none before it", *d.Same)
		}
		return b.built[*d.Same], nil
	}
	number := len(b.built)
	if b.built = append(b.built, nil); number >= mostLayers || depth > mostDepth {
		return nil, fmt.Errorf("layers: more than %d layers, or more than %d within one another", mostLayers, mostDepth)
	}
	for _, k := range b.kinds {
		if k.name != d.Kind {
			continue
		}
		inner := make([]Layer, len(d.Layers))
		for i := range d.Layers {
			var err error
			if inner[i], err = b.build(&d.Layers[i], depth+1); err != nil {
				return nil, err
			}
		}
		settings := d.Settings
		if settings == nil {
			settings = json.RawMessage("{}")
		}
		l, err := k.build(settings, inner)
		if err != nil {
			return nil, fmt.Errorf("layers: layer %d, %q: %w", number, k.name, err)
		}
		b.built[number] = l
		return l, nil
	}
	return nil, fmt.Errorf("layers: kind %.40q is not known: give its layers.NewKind, if it is yours", d.Kind)
}
