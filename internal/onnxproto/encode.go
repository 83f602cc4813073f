package onnxproto

import (
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// MaxSize is the most bytes that a protobuf message may have, and so an .onnx file without external data.
const MaxSize = math.MaxInt32

// ErrTooLarge says that a model does not fit into one file.
var ErrTooLarge = errors.New("an .onnx file cannot be larger than 2 GiB")

// WriteTo writes the model as an .onnx file: the same bytes for the same model. A model of more than [MaxSize] bytes is
// an [ErrTooLarge], and nothing is written then.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	var e encoder
	if err := m.encode(&e); err != nil {
		return 0, err
	}
	if e.size > MaxSize {
		return 0, fmt.Errorf("the model has %.2f GiB: %w", float64(e.size)/(1<<30), ErrTooLarge)
	}
	var written int64
	for _, part := range append(e.parts, e.last) {
		n, err := w.Write(part)
		if written += int64(n); err != nil {
			return written, err
		}
	}
	return written, nil
}

// encoder collects a message in pieces. Large ones are the caller's memory: the model's weights are not copied.
type encoder struct {
	parts [][]byte
	last  []byte // small fields, appended after parts
	size  int64  // bytes in parts and last
}

// borrowed is the size from which bytes are kept by reference.
const borrowed = 4096

func (e *encoder) varint(number protowire.Number, v int64) {
	if v != 0 {
		e.always(number, v)
	}
}

// always writes a number also if it is 0, for fields of which presence says something.
func (e *encoder) always(number protowire.Number, v int64) {
	before := len(e.last)
	e.last = protowire.AppendVarint(protowire.AppendTag(e.last, number, protowire.VarintType), uint64(v))
	e.size += int64(len(e.last) - before)
}

func (e *encoder) float(number protowire.Number, v float32) {
	before := len(e.last)
	e.last = protowire.AppendFixed32(protowire.AppendTag(e.last, number, protowire.Fixed32Type), math.Float32bits(v))
	e.size += int64(len(e.last) - before)
}

func (e *encoder) text(number protowire.Number, s string) {
	if s != "" {
		e.bytes(number, []byte(s))
	}
}

func (e *encoder) texts(number protowire.Number, list []string) {
	for _, s := range list {
		e.bytes(number, []byte(s)) // "" counts in a list
	}
}

func (e *encoder) bytes(number protowire.Number, b []byte) {
	before := len(e.last)
	e.last = protowire.AppendVarint(protowire.AppendTag(e.last, number, protowire.BytesType), uint64(len(b)))
	if len(b) < borrowed {
		e.last = append(e.last, b...)
		e.size += int64(len(e.last) - before)
		return
	}
	e.size += int64(len(e.last)-before) + int64(len(b))
	e.parts = append(e.parts, e.last, b)
	e.last = nil
}

// packed writes a list of numbers as one field.
func packed[T any](e *encoder, number protowire.Number, list []T, add func([]byte, T) []byte) {
	if len(list) == 0 {
		return
	}
	var b []byte
	for _, v := range list {
		b = add(b, v)
	}
	e.bytes(number, b)
}

func integers[T int32 | int64 | uint64](e *encoder, number protowire.Number, list []T) {
	packed(e, number, list, func(b []byte, v T) []byte { return protowire.AppendVarint(b, uint64(int64(v))) })
}

func floats(e *encoder, number protowire.Number, list []float32) {
	packed(e, number, list, func(b []byte, v float32) []byte { return protowire.AppendFixed32(b, math.Float32bits(v)) })
}

// message writes a message within the message.
func (e *encoder) message(number protowire.Number, encode func(*encoder) error) error {
	var inner encoder
	if err := encode(&inner); err != nil {
		return err
	}
	before := len(e.last)
	e.last = protowire.AppendVarint(protowire.AppendTag(e.last, number, protowire.BytesType), uint64(inner.size))
	e.size += int64(len(e.last)-before) + inner.size
	if len(inner.parts) == 0 {
		e.last = append(e.last, inner.last...)
		return nil
	}
	e.parts = append(append(e.parts, e.last), inner.parts...)
	e.last = inner.last
	return nil
}

// encodable is a message of this package.
type encodable interface{ encode(*encoder) error }

func messages[M encodable](e *encoder, number protowire.Number, list []M) error {
	for _, m := range list {
		if err := e.message(number, m.encode); err != nil {
			return err
		}
	}
	return nil
}
