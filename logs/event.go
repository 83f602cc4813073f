package logs

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
)

// fileVersion is what an event file begins with.
const fileVersion = "brain.Event:2"

// Wire types of protocol buffers.
const (
	varint  = 0
	fixed64 = 1
	bytesOf = 2
	fixed32 = 5
)

// eventWriter encodes one tensorflow.Event after another. The fields are those of
// event.proto, summary.proto and histogram.proto:
//
//	Event          wall_time = 1 (double), step = 2, file_version = 3, summary = 5
//	Summary        value = 1, repeated
//	Summary.Value  tag = 1, simple_value = 2 (float), histo = 5
//	HistogramProto min = 1, max = 2, num = 3, sum = 4, sum_squares = 5 (double),
//	               bucket_limit = 6, bucket = 7 (packed doubles)
type eventWriter struct {
	summary, value, histo, record []byte // kept, so that a step allocates nothing
}

// version is the record that a file begins with.
func (w *eventWriter) version(wall float64) []byte {
	w.head(wall)
	w.record = appendField(w.record, 3, fileVersion)
	return frame(w.record)
}

// scalar adds a value to the next event. Its tag is group + name.
func (w *eventWriter) scalar(group, name string, v float64) {
	w.tag(group, name)
	w.value = append(w.value, 2<<3|fixed32)
	w.value = binary.LittleEndian.AppendUint32(w.value, math.Float32bits(float32(v)))
	w.summary = appendField(w.summary, 1, w.value)
}

// histogram adds a histogram to the next event.
func (w *eventWriter) histogram(group, name string, h *histogram) {
	b := w.histo[:0]
	for i, v := range [...]float64{h.min, h.max, h.n, h.sum, h.squares} {
		b = appendDouble(append(b, byte(i+1)<<3|fixed64), v)
	}
	limits := h.limits()
	b = binary.AppendUvarint(append(b, 6<<3|bytesOf), uint64(8*limits))
	for i := range limits {
		b = appendDouble(b, h.limit(i))
	}
	b = binary.AppendUvarint(append(b, 7<<3|bytesOf), uint64(8*limits))
	for _, count := range h.counts[:limits] {
		b = appendDouble(b, count)
	}
	w.tag(group, name)
	w.histo = b
	w.value = appendField(w.value, 5, b)
	w.summary = appendField(w.summary, 1, w.value)
}

// finish is the record of what was added; nil if nothing was.
func (w *eventWriter) finish(wall float64, step int) []byte {
	if len(w.summary) == 0 {
		return nil
	}
	w.head(wall)
	w.record = binary.AppendUvarint(append(w.record, 2<<3|varint), uint64(step))
	w.record = appendField(w.record, 5, w.summary)
	w.summary = w.summary[:0]
	w.record = frame(w.record)
	return w.record
}

func (w *eventWriter) head(wall float64) {
	w.record = append(w.record[:0], make([]byte, recordHead)...)
	w.record = appendDouble(append(w.record, 1<<3|fixed64), wall)
}

func (w *eventWriter) tag(group, name string) {
	w.value = append(w.value[:0], 1<<3|bytesOf)
	w.value = binary.AppendUvarint(w.value, uint64(len(group)+len(name)))
	w.value = append(append(w.value, group...), name...)
}

func appendDouble(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// appendField adds a field of bytes.
func appendField[B []byte | string](b []byte, number byte, v B) []byte {
	b = binary.AppendUvarint(append(b, number<<3|bytesOf), uint64(len(v)))
	return append(b, v...)
}

// errMessage is of data that are no protocol buffer.
var errMessage = errors.New("it is no protocol buffer")

// fields calls f with each field of a message: its number and its integer or bytes.
func fields(message []byte, f func(number, v uint64, b []byte) error) error {
	for len(message) > 0 {
		key, n := binary.Uvarint(message)
		if n <= 0 {
			return errMessage
		}
		message = message[n:]
		var v uint64
		size := 0
		switch key & 7 {
		case varint:
			v, size = binary.Uvarint(message)
			if size <= 0 {
				return errMessage
			}
		case fixed64:
			size = 8
		case fixed32:
			size = 4
		case bytesOf:
			length, n := binary.Uvarint(message)
			if n <= 0 || length > uint64(len(message)-n) {
				return errMessage
			}
			message, size = message[n:], int(length)
		default:
			return errMessage
		}
		if size > len(message) {
			return errMessage
		}
		if err := f(key>>3, v, message[:size]); err != nil {
			return err
		}
		message = message[size:]
	}
	return nil
}

// seen is what the resume of a file needs to know of an event.
type seen struct {
	version         string
	step            int
	evaluated, taps bool // it has an evaluation's scalars; activations or gradients
}

func readEvent(data []byte) (s seen, err error) {
	err = fields(data, func(number, v uint64, b []byte) error {
		switch number {
		case 2:
			if v > math.MaxInt {
				return errors.New("its step is negative")
			}
			s.step = int(v)
		case 3:
			s.version = string(b[:min(len(b), 40)])
		case 5:
			return fields(b, func(number, _ uint64, value []byte) error {
				return fields(value, func(number, _ uint64, tag []byte) error {
					if number == 1 {
						s.evaluated = s.evaluated || strings.HasPrefix(string(tag), evaluationGroup)
						s.taps = s.taps || strings.HasPrefix(string(tag), activationGroup) || strings.HasPrefix(string(tag), gradientGroup)
					}
					return nil
				})
			})
		}
		return nil
	})
	return s, err
}
