package codec

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// seal gives data, which must have room for both, the size and checksum that
// they should have.
func seal(data []byte) []byte {
	data = slices.Clone(data)
	end := len(data) - checksumSize
	binary.LittleEndian.PutUint64(data[len(magic):], uint64(len(data)))
	binary.LittleEndian.PutUint32(data[end:], crc32.Checksum(data[:end], castagnoli))
	return data
}

// refuse decodes data, which must fail and change nothing.
func refuse(t *testing.T, data []byte, kind string, version uint32) error {
	t.Helper()
	s := blank()
	err := Decode(data, kind, version, s.fields())
	require.Error(t, err)
	assert.False(t, strings.Contains(err.Error(), "\n"))
	require.Equal(t, encode(t, blank().fields()), encode(t, s.fields()), "a refused state has changed something")
	return err
}

func TestDecodeRefusesAnotherState(t *testing.T) {
	data := encode(t, full().fields())
	assert.EqualError(t, refuse(t, data, "model", 3), `model state: this is "sample" state`)
	assert.EqualError(t, refuse(t, data, "sample", 2), `sample state: of version 3, this program reads 2`)

	other := func(change func(*[]Field)) []byte {
		fields := full().fields()
		change(&fields)
		return encode(t, fields)
	}
	at := func(fields []Field, name string) *Field {
		return &fields[slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })]
	}
	dense := func(dtype tensor.Dtype, shape ...int) *tensor.Dense {
		return tensor.New(tensor.Of(dtype), tensor.WithShape(shape...))
	}
	for want, change := range map[string]func(*[]Field){
		`"matrix": 2×4 float32s saved, 2×3 float32s here`: func(f *[]Field) { at(*f, "matrix").Value = dense(tensor.Float32, 2, 4) },
		`"matrix": 3×2 float32s saved, 2×3 float32s here`: func(f *[]Field) { at(*f, "matrix").Value = dense(tensor.Float32, 3, 2) },
		`"matrix": 6 float32s saved, 2×3 float32s here`:   func(f *[]Field) { at(*f, "matrix").Value = make([]float32, 6) },
		`"matrix": 2×3 float64s saved, 2×3 float32s here`: func(f *[]Field) { at(*f, "matrix").Value = dense(tensor.Float64, 2, 3) },
		`"doubles": 5 float64s saved, 4 float64s here`:    func(f *[]Field) { at(*f, "doubles").Value = make([]float64, 5) },
		`"count": uint64 saved, int here`:                 func(f *[]Field) { at(*f, "count").Value = new(uint64) },
		`"generator": bytes saved, random generator here`: func(f *[]Field) { at(*f, "generator").Value = new([]byte) },
		`"Name" saved where "name" is here`:               func(f *[]Field) { at(*f, "name").Name = "Name" },
		`"bits" saved where "count" is here`:              func(f *[]Field) { (*f)[0], (*f)[1] = (*f)[1], (*f)[0] },
		`"empty" is not in it`:                            func(f *[]Field) { *f = (*f)[:len(*f)-1] },
		`"more" is in it, but not known here`:             func(f *[]Field) { *f = append(*f, Field{"more", new(int)}) },
	} {
		assert.EqualError(t, refuse(t, other(change), "sample", 3), "sample state: "+want)
	}
}

func TestDecodeRefusesDamage(t *testing.T) {
	data := encode(t, full().fields())
	assert.EqualError(t, refuse(t, nil, "sample", 3), "sample state: 0 bytes that are no such state")
	assert.ErrorContains(t, refuse(t, append([]byte("PK"), data...), "sample", 3), "bytes that are no such state")
	assert.EqualError(t, refuse(t, append(slices.Clone(data), 0, 0), "sample", 3), "sample state: 2 bytes too long")
	assert.ErrorContains(t, refuse(t, data[:len(data)-1], "sample", 3), fmt.Sprintf("cut short: %d bytes of %d", len(data)-1, len(data)))
	for n := range data {
		refuse(t, data[:n], "sample", 3)
	}
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 1 << (i % 8)
		refuse(t, bad, "sample", 3)
	}
}

// What has the right checksum but was not written by Encode.
func TestDecodeRefusesForgery(t *testing.T) {
	data := encode(t, full().fields())
	refuse(t, seal(data[:len(data)-1]), "sample", 3)
	assert.ErrorContains(t, refuse(t, seal(append(slices.Clone(data), 0)), "sample", 3), "malformed")
	forge := func(fields []Field, offset int, b ...byte) error {
		bad := encode(t, fields)
		copy(bad[len(bad)-checksumSize-offset:], b)
		return Decode(seal(bad), "sample", 3, fields)
	}
	on, n, x := true, 1, []float64{1, 2}
	assert.ErrorContains(t, forge([]Field{{"on", &on}}, 1, 2), `"on": 2 is no bool`)
	assert.ErrorContains(t, forge([]Field{{"generator", full().generator}}, 20, 'P'), `"generator": invalid PCG encoding`)
	huge := slices.Repeat([]byte{255}, 8)
	assert.ErrorContains(t, forge([]Field{{"n", &n}}, 16, huge...), "malformed")
	assert.ErrorContains(t, forge([]Field{{"x", x}}, 24, huge...), "malformed")
	assert.ErrorContains(t, forge([]Field{{"x", x}}, 32, huge...), "float64s saved, 2 float64s here")
	assert.ErrorContains(t, forge(nil, 4, huge[:4]...), "malformed", "more fields than there is room for")
	assert.Equal(t, []float64{1, 2}, x)
	assert.Equal(t, 1, n)
}

// Bytes as they are, and sealed so that they get past the checksum: no panic,
// and a refusal changes nothing.
func FuzzDecode(f *testing.F) {
	data := encode(f, full().fields())
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(encode(f, nil))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		before := encode(t, blank().fields())
		try := func(data []byte) {
			s := blank()
			if err := Decode(data, "sample", 3, s.fields()); err != nil {
				require.Equal(t, before, encode(t, s.fields()), err)
				return
			}
			require.Equal(t, data, encode(t, s.fields()), "one state has one encoding")
		}
		try(data)
		if len(data) >= minSize {
			try(seal(data))
		}
	})
}
