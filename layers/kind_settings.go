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
	Function string   `json:"function"`
	Slope    *float64 `json:"slope,omitempty"` // of LeakyReLU
	Alpha    *float64 `json:"alpha,omitempty"` // of ELU
}

func describeActivation(a *Activation) activationSettings {
	s := activationSettings{Function: a.name}
	switch a.setting {
	case "slope":
		s.Slope = &a.parameter
	case "alpha":
		s.Alpha = &a.parameter
	}
	return s
}

func (s activationSettings) build() (*Activation, error) {
	for _, a := range []*Activation{ReLU(), Tanh(), Sigmoid(), Identity(), Softplus(), SiLU(), GELU(), GELUTanh()} {
		if a.name == s.Function && s.Slope == nil && s.Alpha == nil {
			return a, nil
		}
	}
	switch {
	case s.Function == "LeakyReLU" && s.Slope != nil && s.Alpha == nil:
		return LeakyReLU(*s.Slope), nil
	case s.Function == "ELU" && s.Alpha != nil && s.Slope == nil:
		return ELU(*s.Alpha), nil
	}
	return nil, fmt.Errorf("activation %.40q is not known, or not with these settings", s.Function)
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
