package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// minSize is the size in bytes of a state without fields whose kind has no name.
const minSize = len(magic) + 8 + 2 + 4 + 4 + checksumSize

// errMalformed reports bytes with the right checksum that Encode cannot have written.
var errMalformed = errors.New("malformed")

// reader takes values off the front of bytes. Once it has run out of bytes, all further values are zero. It allocates no
// more memory than there are bytes left, whatever sizes it reads.
type reader struct {
	rest   []byte
	failed bool
}

// open checks everything but the fields. It returns a reader of the fields, and their number.
func open(data []byte, kind string, version uint32) (r *reader, fields int, err error) {
	if len(data) < minSize || string(data[:len(magic)]) != magic {
		return nil, 0, fmt.Errorf("%d bytes that are no such state", len(data))
	}
	r = &reader{rest: data[len(magic):]}
	if err := checkSize(r.uint64(), uint64(len(data))); err != nil {
		return nil, 0, err
	}
	end := len(data) - checksumSize
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, 0, errors.New("damaged: the checksum is wrong")
	}
	r.rest = r.rest[:len(r.rest)-checksumSize]
	if saved := r.text(); saved != kind {
		return nil, 0, fmt.Errorf("this is %.40q state", saved)
	}
	if saved := r.uint32(); saved != version {
		return nil, 0, fmt.Errorf("of version %d, this program reads %d", saved, version)
	}
	fields = int(min(r.uint32(), 1<<30)) // an int may have 32 bits
	if r.failed {
		return nil, 0, errMalformed
	}
	return r, fields, nil
}

// value returns the bytes of the next field, whose name must be name and whose type and shape must fit s.
func (r *reader) value(name string, s *slot) ([]byte, error) {
	saved := r.text()
	typ, shape := valueType(r.uint8()), make([]int, 0, 4)
	for range r.uint8() {
		shape = append(shape, int(r.uint64()))
	}
	value := r.take(r.uint64())
	switch {
	case r.failed:
		return nil, errMalformed
	case saved != name:
		return nil, fmt.Errorf("%.200q saved where %q is here", saved, name)
	case typ != s.typ || !s.fits(shape):
		return nil, fmt.Errorf("%q: %s saved, %s here", name, describe(typ, shape), describe(s.typ, s.shape))
	case !s.typ.anySize() && uint64(len(value)) != s.sizeOf(shape):
		return nil, errMalformed
	case s.check != nil:
		if err := s.check(value); err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
	}
	return value, nil
}

// fits reports whether a saved value of this shape can be restored.
func (s *slot) fits(shape []int) bool {
	if s.most > 0 && len(shape) == len(s.shape) {
		return shape[0] >= 0 && shape[0] <= s.most && slices.Equal(shape[1:], s.shape[1:])
	}
	return slices.Equal(shape, s.shape)
}

// sizeOf returns the bytes of a saved value of a shape that fits.
func (s *slot) sizeOf(shape []int) uint64 {
	if s.most == 0 {
		return uint64(s.size)
	}
	size := uint64(s.typ.wordSize())
	for _, d := range shape {
		size *= uint64(d)
	}
	return size
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.rest, r.failed = nil, true
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) text() string { return string(r.take(uint64(r.uint16()))) }

func (r *reader) uint8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}
