package codec

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
)

// Field is one named value: where Encode reads it and Decode writes it.
//
// Value is a pointer to an int, uint64, float64, bool, string or []byte; a
// []float32 or []float64; a *Rows of one of these two types, whose length may change; a
// contiguous row-major *tensor.Dense of one of them; or a *rand.PCG of math/rand/v2. None may be nil but a slice of
// no elements.
type Field struct {
	Name  string
	Value any
}

const magic = "gokfac\x1a\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumSize = 4

// Encode returns the fields' values as the state of a kind of thing, such as "model", in the given version of its list
// of fields. It fails if a value has a type that no field can have.
func Encode(kind string, version uint32, fields []Field) ([]byte, error) {
	fail := func(err error) ([]byte, error) { return nil, fmt.Errorf("%s state: %w", kind, err) }
	if err := checkText(kind); err != nil {
		return fail(err)
	}
	slots := make([]slot, len(fields))
	size := minSize + len(kind)
	for i, f := range fields {
		var err error
		if slots[i], err = f.slot(); err != nil {
			return fail(err)
		}
		size += 2 + len(f.Name) + 2 + 8*len(slots[i].shape) + 8 + slots[i].size
	}
	data := append(make([]byte, 0, size), magic...)
	data = binary.LittleEndian.AppendUint64(data, uint64(size))
	data = appendText(data, kind)
	data = binary.LittleEndian.AppendUint32(data, version)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(fields)))
	for i, f := range fields {
		data = slots[i].encode(appendText(data, f.Name))
	}
	return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli)), nil
}

func appendText(data []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint16(data, uint16(len(s))), s...)
}

func checkText(s string) error {
	if len(s) > math.MaxUint16 {
		return fmt.Errorf("a name of %d bytes: at most %d are possible", len(s), math.MaxUint16)
	}
	return nil
}

// Decode sets the fields to the values that Encode was given for this kind, version and list of fields. If data are
// malformed or do not fit, it fails and changes no field; the error is one line that says where. It keeps no part of
// data.
func Decode(data []byte, kind string, version uint32, fields []Field) error {
	if err := decode(data, kind, version, fields); err != nil {
		return fmt.Errorf("%s state: %w", kind, err)
	}
	return nil
}

func decode(data []byte, kind string, version uint32, fields []Field) error {
	r, saved, err := open(data, kind, version)
	if err != nil {
		return err
	}
	slots, values := make([]slot, len(fields)), make([][]byte, len(fields))
	for i, f := range fields {
		if slots[i], err = f.slot(); err != nil {
			return err
		}
		if i >= saved {
			return fmt.Errorf("%q is not in it", f.Name)
		}
		if values[i], err = r.value(f.Name, &slots[i]); err != nil {
			return err
		}
	}
	if saved > len(fields) {
		if name := r.text(); !r.failed {
			return fmt.Errorf("%q is in it, but not known here", name)
		}
	}
	if r.failed || len(r.rest) > 0 {
		return errMalformed
	}
	for i := range slots {
		slots[i].read(values[i])
	}
	return nil
}

// Check reports whether data are the whole, undamaged state of a kind of thing in the
// given version. It does not look at the fields.
func Check(data []byte, kind string, version uint32) error {
	if _, _, err := open(data, kind, version); err != nil {
		return fmt.Errorf("%s state: %w", kind, err)
	}
	return nil
}

// HeadSize is the length of a state's beginning, which says how long it is.
const HeadSize = len(magic) + 8

// CheckHead reports whether a file of so many bytes that begins with head can be a
// state, before the rest of it is read.
func CheckHead(head []byte, size int64) error {
	if len(head) < HeadSize || string(head[:len(magic)]) != magic {
		return fmt.Errorf("%d bytes that are no saved state", size)
	}
	return checkSize(binary.LittleEndian.Uint64(head[len(magic):]), uint64(size))
}

func checkSize(size, have uint64) error {
	switch {
	case size > have:
		return fmt.Errorf("cut short: %d bytes of %d", have, size)
	case size < have:
		return fmt.Errorf("%d bytes too long", have-size)
	}
	return nil
}
