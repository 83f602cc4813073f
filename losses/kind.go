package losses

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/internal/strictjson"
)

// Kind is a kind of loss, or of one half of a loss, that a file can describe. [Kinds] are those of this package; a list
// with [NewKind] beside them adds kinds of one's own.
type Kind struct {
	name     string
	describe func(part any) (settings any, ok bool)
	build    func(settings []byte) (any, error)
}

// Name is what files call the kind.
func (k Kind) Name() string { return k.name }

// NewKind is the kind of the losses of type L, which is a [Loss], a [Cost] or a [Distribution]. describe returns their
// settings, a value that encoding/json writes and reads. build makes a loss of settings that may be anything; it returns
// an error for those that make none.
func NewKind[L, Settings any](name string, describe func(L) Settings, build func(Settings) (L, error)) Kind {
	return Kind{
		name: name,
		describe: func(part any) (any, bool) {
			l, ok := part.(L)
			if !ok {
				return nil, false
			}
			return describe(l), true
		},
		build: func(data []byte) (any, error) {
			var s Settings
			if err := strictjson.Decode(data, &s); err != nil {
				return nil, err
			}
			return build(s)
		},
	}
}

type none struct{}

// plain is the kind of a loss without settings.
func plain[L any](name string) Kind {
	return NewKind(name, func(L) none { return none{} }, func(none) (l L, err error) { return l, nil })
}

type classCostSettings struct {
	Weights   []float64 `json:"weights,omitempty"`
	Smoothing float64   `json:"smoothing,omitempty"`
}

type weightedSettings struct {
	Of string `json:"of"`
}

// Kinds are the losses of this package. A loss that [With] has put together is described by its halves, and a [Joint] by
// its heads: their losses may be of kinds of one's own.
func Kinds() []Kind {
	canonical := []Kind{
		plain[SoftmaxCrossEntropy]("softmax-cross-entropy"),
		plain[SquaredError]("squared-error"),
		plain[SigmoidCrossEntropy]("sigmoid-cross-entropy"),
		plain[DiagonalGaussian]("diagonal-gaussian"),
	}
	return append(canonical,
		NewKind("class-cost",
			func(l *ClassCost) classCostSettings { return classCostSettings{l.Weights, l.Smoothing} },
			func(s classCostSettings) (*ClassCost, error) {
				return &ClassCost{Weights: s.Weights, Smoothing: s.Smoothing}, nil // TargetShape checks them
			}),
		NewKind("weighted",
			func(l Weighted) (s weightedSettings) {
				for _, k := range canonical {
					if _, ok := k.describe(l.Canonical); ok {
						s.Of = k.name
					}
				}
				return s
			},
			func(s weightedSettings) (Weighted, error) {
				for _, k := range canonical {
					if k.name == s.Of {
						part, err := k.build([]byte("{}"))
						return Weighted{part.(Canonical)}, err
					}
				}
				return Weighted{}, fmt.Errorf("no weights are for %.40q", s.Of)
			}))
}

// described is a loss as JSON: of a kind, with two halves, or with heads.
type described struct {
	Kind         string          `json:"kind,omitempty"`
	Settings     json.RawMessage `json:"settings,omitempty"`
	Cost         *described      `json:"cost,omitempty"`
	Distribution *described      `json:"distribution,omitempty"`
	Heads        []describedHead `json:"heads,omitempty"`
}

// Encode describes a loss as JSON, for Decode with the same kinds. It fails, naming the loss, if none of the kinds is
// that loss's, or several are.
func Encode(l Loss, kinds []Kind) ([]byte, error) {
	if err := checkKinds(kinds); err != nil {
		return nil, err
	}
	d, err := describeLoss(l, kinds, 0)
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

// describeLoss describes a loss that may have halves.
func describeLoss(l Loss, kinds []Kind, depth int) (d described, err error) {
	p, ok := l.(pair)
	if !ok {
		return describe(l, kinds, depth)
	}
	cost, err := describe(p.Cost, kinds, depth)
	if err != nil {
		return d, err
	}
	distribution, err := describe(p.Distribution, kinds, depth)
	if err != nil {
		return d, err
	}
	return described{Cost: &cost, Distribution: &distribution}, nil
}

func checkKinds(kinds []Kind) error {
	seen := map[string]bool{}
	for _, k := range kinds {
		switch {
		case k.name == "" || k.describe == nil:
			return errors.New("losses: a kind without a name: make kinds by NewKind")
		case seen[k.name]:
			return fmt.Errorf("losses: two kinds are called %q: give yours another name", k.name)
		}
		seen[k.name] = true
	}
	return nil
}

func describe(part any, kinds []Kind, depth int) (d described, err error) {
	if joint, ok := part.(*Joint); ok && joint != nil {
		return joint.describe(kinds, depth)
	}
	for _, k := range kinds {
		settings, ok := k.describe(part)
		if !ok {
			continue
		}
		if d.Kind != "" {
			return d, fmt.Errorf("losses: %T is of kind %q and of kind %q", part, d.Kind, k.name)
		}
		d.Kind = k.name
		if d.Settings, err = json.Marshal(settings); err != nil {
			return d, fmt.Errorf("losses: the settings of %T: %w", part, err)
		}
	}
	if d.Kind == "" {
		return d, fmt.Errorf("losses: no kind describes %T: give a losses.NewKind for it", part)
	}
	if string(d.Settings) == "{}" {
		d.Settings = nil
	}
	return d, nil
}

// Decode makes the loss that Encode described. text may be anything: errors are of one line, and name the kind.
func Decode(text []byte, kinds []Kind) (Loss, error) {
	if err := checkKinds(kinds); err != nil {
		return nil, err
	}
	var d described
	if err := strictjson.Decode(text, &d); err != nil {
		return nil, fmt.Errorf("losses: the description of the loss: %w", err)
	}
	return d.loss(kinds, 0)
}

// loss makes the loss that d describes.
func (d *described) loss(kinds []Kind, depth int) (Loss, error) {
	if d.Cost == nil && d.Distribution == nil {
		return half[Loss](d, kinds, "a loss", depth)
	}
	if d.Cost == nil || d.Distribution == nil || d.Kind != "" || d.Settings != nil || d.Heads != nil {
		return nil, errors.New("losses: a loss is of a kind, or has a cost and a distribution, or heads")
	}
	cost, err := half[Cost](d.Cost, kinds, "a cost", depth)
	if err != nil {
		return nil, err
	}
	distribution, err := half[Distribution](d.Distribution, kinds, "a distribution", depth)
	if err != nil {
		return nil, err
	}
	return With(cost, distribution), nil
}

// half makes what d describes, which must be a P.
func half[P any](d *described, kinds []Kind, what string, depth int) (none P, err error) {
	if d.Cost != nil || d.Distribution != nil {
		return none, errors.New("losses: a half of a loss has halves of its own")
	}
	if d.Heads != nil {
		joint, err := d.joint(kinds, depth)
		if err != nil {
			return none, err
		}
		return any(joint).(P), nil // a *Joint is a Loss, and so each half of one
	}
	for _, k := range kinds {
		if k.name != d.Kind {
			continue
		}
		settings := d.Settings
		if settings == nil {
			settings = json.RawMessage("{}")
		}
		part, err := k.build(settings)
		if err != nil {
			return none, fmt.Errorf("losses: %q: %w", k.name, err)
		}
		if p, ok := part.(P); ok {
			return p, nil
		}
		return none, fmt.Errorf("losses: %q is not %s", k.name, what)
	}
	return none, fmt.Errorf("losses: kind %.40q is not known: give its losses.NewKind, if it is yours", d.Kind)
}
