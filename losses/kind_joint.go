package losses

import (
	"errors"
	"fmt"
)

// describedHead is a head of a Joint as JSON.
type describedHead struct {
	Loss   *described `json:"loss"`
	Units  int        `json:"units"`
	Weight float64    `json:"weight,omitempty"`
}

// mostDepth bounds how many Joints a description may have within one another.
const mostDepth = 100

var errDepth = fmt.Errorf("losses: more than %d Joints within one another", mostDepth)

// describe describes the heads by the kinds of their losses.
func (l *Joint) describe(kinds []Kind, depth int) (d described, err error) {
	if depth >= mostDepth {
		return d, errDepth
	}
	if len(l.Heads) == 0 {
		return d, errors.New("losses: joint: no heads: want one or more")
	}
	for i, h := range l.Heads {
		if err := h.check(); err != nil {
			return d, fmt.Errorf("losses: joint: head %d: %w", i+1, err)
		}
		own, err := describeLoss(h.Loss, kinds, depth+1)
		if err != nil {
			return d, err
		}
		d.Heads = append(d.Heads, describedHead{&own, h.Units, h.Weight})
	}
	return d, nil
}

// joint makes the Joint of heads.
func (d *described) joint(kinds []Kind, depth int) (*Joint, error) {
	switch {
	case depth >= mostDepth:
		return nil, errDepth
	case d.Kind != "" || d.Settings != nil:
		return nil, errors.New("losses: a loss is of a kind, or has a cost and a distribution, or heads")
	case len(d.Heads) == 0:
		return nil, errors.New("losses: joint: no heads: want one or more")
	}
	l := &Joint{Heads: make([]Head, len(d.Heads))}
	for i, h := range d.Heads {
		if h.Loss == nil {
			return nil, fmt.Errorf("losses: joint: head %d: no loss", i+1)
		}
		own, err := h.Loss.loss(kinds, depth+1)
		if err != nil {
			return nil, err
		}
		l.Heads[i] = Head{own, h.Units, h.Weight}
		if err := l.Heads[i].check(); err != nil {
			return nil, fmt.Errorf("losses: joint: head %d: %w", i+1, err)
		}
	}
	return l, nil
}
