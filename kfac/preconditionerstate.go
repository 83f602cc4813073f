package kfac

import (
	"encoding"
	"fmt"
	"slices"

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
	data, err := p.encode(p.kind(), preconditionerVersion, nil)
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
	if err := p.decode(data, p.kind(), preconditionerVersion, nil); err != nil {
		return fmt.Errorf("kfac: restoring the preconditioner's state: %w", err)
	}
	p.established = p.folds > 0 && !p.report.Missing
	return nil
}

// withoutInverses is the end of the kind of a state without inverses: that of a process
// which holds some of them only, and was not given the others' (Join). Who restores it inverts
// in the next step. A state with all of them knows nothing of processes.
const withoutInverses = ", without inverses"

// encode is the state of a kind that has these fields before the preconditioner's own.
func (p *Preconditioner) encode(kind string, version uint32, head []Field) ([]byte, error) {
	if p.holders.some() && p.joined != nil {
		return p.encodeJoined(kind, version, head)
	}
	if p.holders.some() {
		return codec.Encode(kind+withoutInverses, version, append(head, p.fields(nil)...))
	}
	return codec.Encode(kind, version, append(head, p.fields(p.inverses)...))
}

// decode restores what encode wrote, with inverses or without, in this process or in one
// with other inverses.
func (p *Preconditioner) decode(data []byte, kind string, version uint32, head []Field) error {
	if codec.Check(data, kind+withoutInverses, version) == nil {
		if err := codec.Decode(data, kind+withoutInverses, version, append(head, p.fields(nil)...)); err != nil {
			return err
		}
		p.report.Missing = true
		p.drop()
		return nil
	}
	inverses := slices.Clone(p.inverses)
	for i, b := range p.blocks {
		if !p.holders.has(i) { // memory to read them to, which drop gives back
			inverses[i] = b.NewInverse()
		}
	}
	if err := codec.Decode(data, kind, version, append(head, p.fields(inverses)...)); err != nil {
		return err
	}
	p.report.Missing, p.inverses = false, inverses
	p.drop()
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

// fields lists the memory that a saved state holds, with that of the inverses unless they
// are nil.
func (p *Preconditioner) fields(inverses []Inverse) []Field {
	list := []Field{
		{Name: "factor updates", Value: &p.folds},
		{Name: "factor updates inverted", Value: &p.inverted},
		{Name: "inverse age", Value: &p.report.Age},
		{Name: "failed inverses", Value: &p.report.Failed},
		{Name: "condition", Value: &p.report.Condition},
	}
	for i, b := range p.blocks {
		list = append(list, b.State()...)
		if inverses != nil {
			list = append(list, inverses[i].State()...)
		}
	}
	return list
}
