package kfac

import (
	"errors"
	"slices"

	"github.com/gokfac/gokfac/internal/codec"
)

// The state of a group's preconditioner is scattered: averages are everybody's, and inverses
// are with those that hold them (see holders). Part is what a process gives to one that saves,
// and Join what that one does with it.

// partVersion is the version of the encoding of a part.
const partVersion = 1

var errOtherParts = errors.New("kfac: the parts of the other processes are not those of this group's preconditioner")

// Part returns the inverses that other processes do not hold, for one that saves the state of
// all. It is empty of a process whose inverses everybody has, or of which another one has the
// same.
func (p *Preconditioner) Part() ([]byte, error) {
	h := &p.holders
	if p.params == nil || !h.some() || p.group.Rank() >= h.row.Size() {
		return nil, nil
	}
	return codec.Encode("kfac part", partVersion, p.heldBy(h.own, p.inverses))
}

// Join takes the parts of all processes of the group, in the order of ranks. The next
// MarshalBinary, before another step, has all inverses in it.
func (p *Preconditioner) Join(parts [][]byte) error {
	if p.params == nil || !p.holders.some() {
		return nil
	}
	if len(parts) != p.group.Size() {
		return errOtherParts
	}
	p.joined = parts
	return nil
}

// heldBy lists the memory of the blocks of one column, and of their inverses.
func (p *Preconditioner) heldBy(column int, inverses []Inverse) (list []Field) {
	for i, b := range p.blocks {
		if p.holders.placed(i) && p.holders.at[i] == column {
			list = append(append(list, b.State()...), inverses[i].State()...)
		}
	}
	return list
}

// encodeJoined is encode with the other processes' parts, whose memory it gives back.
func (p *Preconditioner) encodeJoined(kind string, version uint32, head []Field) ([]byte, error) {
	inverses := slices.Clone(p.inverses)
	for i, b := range p.blocks {
		if !p.holders.has(i) {
			inverses[i] = b.NewInverse()
		}
	}
	defer p.drop()
	for column := range p.holders.row.Size() {
		if column == p.holders.own {
			continue
		}
		if err := codec.Decode(p.joined[column], "kfac part", partVersion, p.heldBy(column, inverses)); err != nil {
			return nil, errors.Join(errOtherParts, err)
		}
	}
	p.joined = nil
	return codec.Encode(kind, version, append(head, p.fields(inverses)...))
}

// Part returns what this process alone holds of the state: see [Preconditioner.Part].
func (o *Optimizer) Part() ([]byte, error) { return o.pre.Part() }

// Join takes the parts of all processes: see [Preconditioner.Join].
func (o *Optimizer) Join(parts [][]byte) error { return o.pre.Join(parts) }

// Part returns what this process alone holds of the state: see [Preconditioner.Part].
func (o *Preconditioned) Part() ([]byte, error) { return o.pre.Part() }

// Join takes the parts of all processes: see [Preconditioner.Join].
func (o *Preconditioned) Join(parts [][]byte) error { return o.pre.Join(parts) }
