package kfac

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Preconditioner)(nil)
	_ encoding.BinaryUnmarshaler = (*Preconditioner)(nil)
)

const preconditionerVersion = 1

// MarshalBinary encodes averages and inverses. The settings are not part of it.
// An Optimizer's state has its preconditioner's in it.
func (p *Preconditioner) MarshalBinary() ([]byte, error) {
	if p.params == nil {
		return p.pending, nil
	}
	data, err := codec.Encode(p.kind(), preconditionerVersion, p.fields())
	if err != nil {
		return nil, fmt.Errorf("kfac: saving the preconditioner's state: %w", err)
	}
	return data, nil
}

// UnmarshalBinary continues from a state that MarshalBinary wrote. A
// preconditioner that has measured nothing keeps it until it knows the model, and
// refuses one that it does not fit. On an error nothing has changed.
func (p *Preconditioner) UnmarshalBinary(data []byte) error {
	if p.params == nil {
		p.pending = data
		return nil
	}
	return p.restore(data)
}

func (p *Preconditioner) restore(data []byte) error {
	if err := codec.Decode(data, p.kind(), preconditionerVersion, p.fields()); err != nil {
		return fmt.Errorf("kfac: restoring the preconditioner's state: %w", err)
	}
	p.established = p.folds > 0
	return nil
}

// restorePending is called when the blocks are there.
func (p *Preconditioner) restorePending() error {
	if len(p.pending) == 0 {
		return nil
	}
	if err := p.restore(p.pending); err != nil {
		p.params = nil // not built: the next call says so again
		return err
	}
	p.pending = nil
	return nil
}

func (p *Preconditioner) kind() string {
	return fmt.Sprintf("kfac preconditioner, %s", p.cfg.Structure)
}

func (p *Preconditioner) fields() []Field {
	list := []Field{
		{Name: "factor updates", Value: &p.folds},
		{Name: "inverse age", Value: &p.report.Age},
		{Name: "failed inverses", Value: &p.report.Failed},
		{Name: "condition", Value: &p.report.Condition},
	}
	for i, b := range p.blocks {
		list = append(append(list, b.State()...), p.inverses[i].State()...)
	}
	return list
}
