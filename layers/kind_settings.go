package layers

import (
	"errors"
	"fmt"
)

var errInner = errors.New("it has layers within, which this kind has no place for")

type dropoutSettings struct {
	Rate float64 `json:"rate"`
}

type activationSettings struct {
	Function string `json:"function"`
}

func (s activationSettings) build() (*Activation, error) {
	for _, a := range []*Activation{ReLU(), Tanh(), Sigmoid(), Identity()} {
		if a.name == s.Function {
			return a, nil
		}
	}
	return nil, fmt.Errorf("activation %.40q is not known", s.Function)
}

type denseSettings struct {
	Name   string `json:"name"`
	Units  int    `json:"units"`
	NoBias bool   `json:"no_bias,omitempty"`
}

func describeDense(d *Dense) denseSettings { return denseSettings{d.Name, d.Units, d.NoBias} }

func (s denseSettings) build() (*Dense, error) {
	return &Dense{Name: s.Name, Units: s.Units, NoBias: s.NoBias}, nil // Build checks the rest
}
