package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// slot is a field's value as bytes. Field.slot has both directions of each type side by side.
type slot struct {
	typ   valueType
	shape []int
	most  int                 // the first axis may have up to so many elements in another state; 0: as many as here
	size  int                 // bytes of the present value
	write func([]byte) []byte // appends size bytes
	check func([]byte) error  // further checks of bytes that have the right size; nil: none
	read  func([]byte)        // its bytes have passed check
}

// encode appends the whole field except its name to data.
func (s *slot) encode(data []byte) []byte {
	data = append(data, byte(s.typ), byte(len(s.shape)))
	for _, d := range s.shape {
		data = binary.LittleEndian.AppendUint64(data, uint64(d))
	}
	return s.write(binary.LittleEndian.AppendUint64(data, uint64(s.size)))
}

func (f Field) slot() (slot, error) {
	if err := checkText(f.Name); err != nil {
		return slot{}, err
	}
	switch v := f.Value.(type) {
	case *int:
		s := word(typeInt, uint64(*v), func(bits uint64) { *v = int(bits) })
		s.check = func(b []byte) error {
			if i := int64(binary.LittleEndian.Uint64(b)); int64(int(i)) != i {
				return fmt.Errorf("%d is too large for an int here", i)
			}
			return nil
		}
		return s, nil
	case *uint64:
		return word(typeUint64, *v, func(bits uint64) { *v = bits }), nil
	case *float64:
		return word(typeFloat64, math.Float64bits(*v), func(bits uint64) { *v = math.Float64frombits(bits) }), nil
	case *bool:
		return truth(v), nil
	case *string:
		return slot{
			typ: typeString, size: len(*v),
			write: func(b []byte) []byte { return append(b, *v...) },
			read:  func(b []byte) { *v = string(b) },
		}, nil
	case *[]byte:
		return slot{
			typ: typeBytes, size: len(*v),
			write: func(b []byte) []byte { return append(b, *v...) },
			read:  func(b []byte) { *v = append([]byte(nil), b...) },
		}, nil
	case []float32:
		return floats(typeFloat32s, v, len(v)), nil
	case []float64:
		return floats(typeFloat64s, v, len(v)), nil
	case *Rows[float32]:
		return rows(typeFloat32s, v), nil
	case *Rows[float64]:
		return rows(typeFloat64s, v), nil
	case *tensor.Dense:
		return dense(f.Name, v)
	case *rand.PCG:
		return generator(v)
	}
	return slot{}, fmt.Errorf("%q: no field can be a %T", f.Name, f.Value)
}

func word(typ valueType, bits uint64, set func(uint64)) slot {
	return slot{
		typ: typ, size: 8,
		write: func(b []byte) []byte { return binary.LittleEndian.AppendUint64(b, bits) },
		read:  func(b []byte) { set(binary.LittleEndian.Uint64(b)) },
	}
}

func truth(v *bool) slot {
	return slot{
		typ: typeBool, size: 1,
		write: func(b []byte) []byte {
			if *v {
				return append(b, 1)
			}
			return append(b, 0)
		},
		check: func(b []byte) error {
			if b[0] > 1 {
				return fmt.Errorf("%d is no bool", b[0])
			}
			return nil
		},
		read: func(b []byte) { *v = b[0] == 1 },
	}
}

func generator(v *rand.PCG) (slot, error) {
	bits, err := v.MarshalBinary()
	return slot{
		typ: typeGenerator, size: len(bits),
		write: func(b []byte) []byte { return append(b, bits...) },
		check: func(b []byte) error { return new(rand.PCG).UnmarshalBinary(b) },
		read:  func(b []byte) { _ = v.UnmarshalBinary(b) }, // cannot fail after check
	}, err
}

func dense(name string, v *tensor.Dense) (slot, error) {
	switch {
	case v == nil:
		return slot{}, fmt.Errorf("%q: no tensor", name)
	case v.RequiresIterator() || v.DataOrder().IsColMajor():
		return slot{}, fmt.Errorf("%q: not a contiguous row-major tensor", name)
	case v.Dims() > math.MaxUint8:
		return slot{}, fmt.Errorf("%q: %d axes: at most %d are possible", name, v.Dims(), math.MaxUint8)
	}
	switch v.Dtype() {
	case tensor.Float32:
		return floats(typeFloat32s, v.Float32s(), v.Shape()...), nil
	case tensor.Float64:
		return floats(typeFloat64s, v.Float64s(), v.Shape()...), nil
	}
	return slot{}, fmt.Errorf("%q: no field can be a tensor of %v", name, v.Dtype())
}
