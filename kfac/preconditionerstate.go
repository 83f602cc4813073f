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

// preconditionerVersion is the version of the encoding.
const preconditionerVersion = 2

// MarshalBinary encodes averages and inverses, but not the settings. The state of an
// Optimizer contains the state of its preconditioner.
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

// UnmarshalBinary restores a state that MarshalBinary wrote. A preconditioner that has
// measured nothing keeps the state until the first Measure, which returns an error if the
// state does not fit the model. On an error nothing has changed.
func (p *Preconditioner) UnmarshalBinary(data []byte) error {
	if p.params == nil {
		p.pending = data
		return nil
	}
	return p.restore(data)
}

// restore fills the blocks and the inverses from a state.
func (p *Preconditioner) restore(data []byte) error {
	if err := codec.Decode(data, p.kind(), preconditionerVersion, p.fields()); err != nil {
		return fmt.Errorf("kfac: restoring the preconditioner's state: %w", err)
	}
	p.established = p.folds > 0
	return nil
}

// restorePending restores a state that was kept, once the blocks exist.
func (p *Preconditioner) restorePending() error {
	if len(p.pending) == 0 {
		return nil
	}
	if err := p.restore(p.pending); err != nil {
		p.params = nil // not built, so that the next call returns the error again
		return err
	}
	p.pending = nil
	return nil
}

// kind names the encoding. A state of another structure, or setting of weight sharing, has
// another kind.
func (p *Preconditioner) kind() string {
	return fmt.Sprintf("kfac preconditioner, %s%s", p.cfg.Structure, shared(p.cfg.Sharing))
}

// shared is the part of a kind of state that tells settings of weight sharing apart.
func shared(s Sharing) string {
	if s == Reduce {
		return ", " + string(s)
	}
	return ""
}

// fields lists the memory that a saved state holds.
func (p *Preconditioner) fields() []Field {
	list := []Field{
		{Name: "factor updates", Value: &p.folds},
		{Name: "factor updates inverted", Value: &p.inverted},
		{Name: "inverse age", Value: &p.report.Age},
		{Name: "failed inverses", Value: &p.report.Failed},
		{Name: "condition", Value: &p.report.Condition},
	}
	for i, b := range p.blocks {
		list = append(append(list, b.State()...), p.inverses[i].State()...)
	}
	return list
}
