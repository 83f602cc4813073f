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

// StepContext is Step, but ends early, with ctx's error, between and within
// decompositions once ctx has ended.
func (o *Preconditioned) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	o.pre.decomposers.ctx = ctx
	defer o.pre.decomposers.forget()
	return o.Step(obj)
}

const preconditionedVersion = 1

func (o *Preconditioned) kind() string {
	return "preconditioned optimizer, " + string(o.pre.cfg.Structure)
}

func (o *Preconditioned) fields(pre, inner *[]byte) []Field {
	return []Field{{Name: "steps", Value: &o.steps}, {Name: "preconditioner", Value: pre}, {Name: "inner rule", Value: inner}}
}

// MarshalBinary encodes averages, inverses and the inner rule's state. A rule that
// cannot be encoded is an error.
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

// UnmarshalBinary continues from a state that MarshalBinary wrote. After an error
// the optimizer is of no use: the preconditioner may be restored, and the inner
// rule not.
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
