package kfac

import (
	"context"
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Preconditioned)(nil)
	_ encoding.BinaryUnmarshaler = (*Preconditioned)(nil)
)

// StepContext is Step with a context. Once ctx has ended, StepContext returns ctx's
// error before the next decomposition, or in the middle of one.
func (o *Preconditioned) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	o.pre.decomposers.ctx = ctx
	defer o.pre.decomposers.forget()
	return o.Step(obj)
}

// preconditionedVersion is the version of the encoding.
const preconditionedVersion = 1

// kind names the encoding. A state of another structure has another kind.
func (o *Preconditioned) kind() string {
	return "preconditioned optimizer, " + string(o.pre.cfg.Structure)
}

// fields lists the memory that a saved state holds. pre and inner are encoded states.
func (o *Preconditioned) fields(pre, inner *[]byte) []Field {
	return []Field{{Name: "steps", Value: &o.steps}, {Name: "preconditioner", Value: pre}, {Name: "inner rule", Value: inner}}
}

// MarshalBinary encodes averages, inverses and the inner rule's state. An inner rule
// without a method MarshalBinary is an error.
func (o *Preconditioned) MarshalBinary() ([]byte, error) {
	m, ok := o.inner.(encoding.BinaryMarshaler)
	if !ok {
		return nil, fmt.Errorf("kfac: the inner rule %T has no MarshalBinary", o.inner)
	}
	inner, err := m.MarshalBinary()
	if err != nil {
		return nil, err
	}
	pre, err := o.pre.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return codec.Encode(o.kind(), preconditionedVersion, o.fields(&pre, &inner))
}

// UnmarshalBinary restores a state that MarshalBinary wrote. An inner rule without a
// method UnmarshalBinary is an error. After an error the optimizer must not be used: the
// preconditioner may be restored while the inner rule is not.
func (o *Preconditioned) UnmarshalBinary(data []byte) error {
	u, ok := o.inner.(encoding.BinaryUnmarshaler)
	if !ok {
		return fmt.Errorf("kfac: the inner rule %T has no UnmarshalBinary", o.inner)
	}
	var pre, inner []byte
	if err := codec.Decode(data, o.kind(), preconditionedVersion, o.fields(&pre, &inner)); err != nil {
		return fmt.Errorf("kfac: restoring the state: %w", err)
	}
	if err := o.pre.UnmarshalBinary(pre); err != nil {
		return err
	}
	if err := u.UnmarshalBinary(inner); err != nil {
		return fmt.Errorf("kfac: restoring the inner rule: %w", err)
	}
	return nil
}
