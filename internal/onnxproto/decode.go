package onnxproto

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// MaxParts is the most messages and texts that a file may hold: nodes, attributes, names, tensors. The largest networks
// in public collections have some 100,000.
const MaxParts = 1 << 19

// maxDepth bounds graphs within attributes within graphs.
const maxDepth = 16

// Decode reads an .onnx file's bytes. The model's tensors keep parts of data, which must not change afterwards. Fields
// that the package does not know are passed over, as protobuf wants.
func Decode(data []byte) (*Model, error) {
	d := decoder{}
	m := new(Model)
	if len(data) == 0 {
		return nil, errors.New("the file is empty: no ONNX model")
	}
	if err := d.model(m, data); err != nil {
		return nil, err
	}
	return m, nil
}

// decoder counts what it has made of a file.
type decoder struct{ parts, depth int }

// part is called for each message and text.
func (d *decoder) part() error {
	if d.parts++; d.parts > MaxParts {
		return fmt.Errorf("the file has more than %d nodes, names, attributes and tensors", MaxParts)
	}
	return nil
}

// field is one field of a message. Numbers of each wire type lie in value, the rest in bytes.
type field struct {
	message string
	number  protowire.Number
	wire    protowire.Type
	value   uint64
	bytes   []byte
	at      int // the byte of the file where bytes begin, or of the field's tag if it is a number
}

// errorf names the field: "NodeProto.op_type at byte 12: …".
func (f field) errorf(name, format string, args ...any) error {
	return fmt.Errorf("%s.%s at byte %d: %s", f.message, name, f.at, fmt.Sprintf(format, args...))
}

func (f field) wrong(name string) error {
	return f.errorf(name, "wire type %d is not the field's: the file is damaged or no ONNX model", f.wire)
}

// walk visits a message's fields in turn. at is the byte of the file where b begins.
func (d *decoder) walk(message string, b []byte, at int, visit func(field) error) error {
	if err := d.part(); err != nil {
		return err
	}
	for len(b) > 0 {
		f := field{message: message, at: at}
		var n, m int
		if f.number, f.wire, n = protowire.ConsumeTag(b); n < 0 {
			return fmt.Errorf("%s at byte %d: no field begins there: the file is damaged or no ONNX model", message, at)
		}
		var v32 uint32
		switch f.wire {
		case protowire.VarintType:
			f.value, m = protowire.ConsumeVarint(b[n:])
		case protowire.Fixed32Type:
			v32, m = protowire.ConsumeFixed32(b[n:])
			f.value = uint64(v32)
		case protowire.Fixed64Type:
			f.value, m = protowire.ConsumeFixed64(b[n:])
		case protowire.BytesType:
			if f.bytes, m = protowire.ConsumeBytes(b[n:]); m >= 0 {
				f.at += n + m - len(f.bytes)
			}
		default: // a group, which ONNX has none of
			m = protowire.ConsumeFieldValue(f.number, f.wire, b[n:])
		}
		if m < 0 {
			return fmt.Errorf("%s at byte %d: field %d does not end within its message: the file is damaged or cut off", message, at, f.number)
		}
		if err := visit(f); err != nil {
			return err
		}
		b, at = b[n+m:], at+n+m
	}
	return nil
}

func (f field) integer(name string, to *int64) error {
	if f.wire != protowire.VarintType {
		return f.wrong(name)
	}
	*to = int64(f.value)
	return nil
}

// enum reads a number that an enumeration has: 32 bits.
func enum[T ~int32](f field, name string, to *T) error {
	if f.wire != protowire.VarintType {
		return f.wrong(name)
	}
	if int64(f.value) > math.MaxInt32 || int64(f.value) < math.MinInt32 {
		return f.errorf(name, "%d is beyond 32 bits", int64(f.value))
	}
	*to = T(f.value)
	return nil
}

func (f field) float(name string, to *float32) error {
	if f.wire != protowire.Fixed32Type {
		return f.wrong(name)
	}
	*to = math.Float32frombits(uint32(f.value))
	return nil
}

// octets reads a text of any bytes.
func (f field) octets(name string, to *string) error {
	if f.wire != protowire.BytesType {
		return f.wrong(name)
	}
	*to = string(f.bytes)
	return nil
}

func (f field) text(name string, to *string) error {
	if err := f.octets(name, to); err != nil {
		return err
	}
	if !utf8.ValidString(*to) {
		return f.errorf(name, "the text %.40q is not UTF-8", *to)
	}
	return nil
}

func (d *decoder) texts(f field, name string, to *[]string, read func(field, string, *string) error) error {
	var s string
	if err := errors.Join(d.part(), read(f, name, &s)); err != nil {
		return err
	}
	*to = append(*to, s)
	return nil
}

// numbers reads a list of numbers, packed into one field or one number a field.
func numbers[T any](f field, name string, wire protowire.Type, to *[]T, convert func(uint64) T) error {
	switch f.wire {
	case wire:
		*to = append(*to, convert(f.value))
		return nil
	case protowire.BytesType:
	default:
		return f.wrong(name)
	}
	size := 1
	switch wire {
	case protowire.Fixed32Type:
		size = 4
	case protowire.Fixed64Type:
		size = 8
	}
	if size > 1 && *to == nil {
		*to = make([]T, 0, len(f.bytes)/size)
	}
	for b := f.bytes; len(b) > 0; {
		var v uint64
		var v32 uint32
		var n int
		switch wire {
		case protowire.Fixed32Type:
			v32, n = protowire.ConsumeFixed32(b)
			v = uint64(v32)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(b)
		default:
			v, n = protowire.ConsumeVarint(b)
		}
		if n < 0 {
			return f.errorf(name, "the list ends within a number")
		}
		*to = append(*to, convert(v))
		b = b[n:]
	}
	return nil
}

// one decodes a message that a field holds, which may stand in its parent only once.
func one[M any](d *decoder, f field, name string, to **M, decode func(*M, []byte, int) error) error {
	if f.wire != protowire.BytesType {
		return f.wrong(name)
	}
	if *to != nil {
		return f.errorf(name, "the field is there twice")
	}
	*to = new(M)
	return decode(*to, f.bytes, f.at)
}

// many decodes a message that a field holds and appends it.
func many[M any](d *decoder, f field, name string, to *[]*M, decode func(*M, []byte, int) error) error {
	var m *M
	if err := one(d, f, name, &m, decode); err != nil {
		return err
	}
	*to = append(*to, m)
	return nil
}
