package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/safetensors"
)

// file is a file of a header and of data.
func file(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+data...)
}

func open(data []byte) (*safetensors.File, error) {
	return safetensors.Open(bytes.NewReader(data), int64(len(data)))
}

// written is a file of every kind of shape, and what its tensors are.
func written(t testing.TB) []byte {
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, map[string]string{"b": "é\n\"<", "a": `"crc32c":"x`}, []safetensors.Source{
		{Name: "w", Shape: []int{2, 3}, Float32s: []float32{1, -2, 0.5, float32(math.Inf(1)), 1e-45, 7}},
		{Name: "mean \"é", Shape: []int{1}, Float64s: []float64{math.Pi}},
		{Name: "none", Shape: []int{0, 4}, Float32s: []float32{}},
		{Name: "scalar", Float64s: []float64{-0.1}},
	}))
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	data := written(t)
	assert.Equal(t, data, written(t), "the same bytes")
	f, err := open(data)
	require.NoError(t, err)
	require.True(t, f.HasChecksum())
	require.NoError(t, f.Verify())
	assert.Equal(t, "é\n\"<", f.Metadata["b"])
	assert.Equal(t, `"crc32c":"x`, f.Metadata["a"])
	var names []string
	for _, tensor := range f.Tensors {
		names = append(names, fmt.Sprint(tensor.Name, tensor.DType, tensor.Shape))
	}
	assert.Equal(t, []string{"mean \"éF64[1]", "scalarF64[]", "wF32[2 3]", "noneF32[0 4]"}, names, "8 bytes before 4")
	w := make([]float32, 6)
	require.NoError(t, f.Float32s(f.Find("w"), w))
	assert.Equal(t, []float32{1, -2, 0.5, float32(math.Inf(1)), 1e-45, 7}, w)
	v := make([]float64, 1)
	require.NoError(t, f.Float64s(f.Find("mean \"é"), v))
	assert.Equal(t, math.Pi, v[0])
	require.NoError(t, f.Float64s(f.Find("scalar"), v))
	assert.Equal(t, -0.1, v[0])
	assert.Nil(t, f.Find("b"))
	assert.ErrorContains(t, f.Float32s(f.Find("w"), w[:5]), "6 elements, not 5")
	n := binary.LittleEndian.Uint64(data)
	assert.Zero(t, n%8)
	assert.Equal(t, byte('{'), data[8])
}

// TestLongTensors: tensors longer than a piece come back.
func TestLongTensors(t *testing.T) {
	long, wide := make([]float32, 100_003), make([]float64, 20_001)
	for i := range long {
		long[i] = float32(i) / 3
	}
	for i := range wide {
		wide[i] = float64(i) / 7
	}
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, nil, []safetensors.Source{
		{Name: "long", Shape: []int{len(long)}, Float32s: long}, {Name: "wide", Shape: []int{3, len(wide) / 3}, Float64s: wide}}))
	f, err := open(b.Bytes())
	require.NoError(t, err)
	require.NoError(t, f.Verify())
	got, gotWide := make([]float32, len(long)), make([]float64, len(wide))
	require.NoError(t, f.Float32s(f.Find("long"), got))
	require.NoError(t, f.Float64s(f.Find("wide"), gotWide))
	assert.Equal(t, long, got)
	assert.Equal(t, wide, gotWide)
}

// TestReferenceFiles are those of the tests of the format's own library: bindings/python/tests/test_simple.py and
// safetensors/src/tensor.rs.
func TestReferenceFiles(t *testing.T) {
	f, err := open([]byte("@\x00\x00\x00\x00\x00\x00\x00" + `{"test":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}    ` + strings.Repeat("\x00", 16)))
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2}, f.Find("test").Shape)
	assert.False(t, f.HasChecksum())
	require.NoError(t, f.Verify())
	f, err = open([]byte("<\x00\x00\x00\x00\x00\x00\x00" + `{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}` + "\xfe\xff\xff\xff" + strings.Repeat("\x00", 12)))
	require.NoError(t, err)
	v := make([]float64, 4)
	require.NoError(t, f.Float64s(f.Find("test"), v))
	assert.Equal(t, []float64{-2, 0, 0, 0}, v)
}

// TestTypes reads every type into both floats. The bits are worked by hand.
func TestTypes(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		dtype, data string
		want        []float64
	}{
		{"F16", "\x00\x3c\x00\xc0\xff\x7b\x01\x00\x00\x7c\x00\x80\x55\x35", []float64{1, -2, 65504, 0x1p-24, inf, 0, 0.333251953125}},
		{"BF16", "\x80\x3f\x00\xc0\x80\x7f\x49\x40", []float64{1, -2, inf, 3.140625}},
		{"F32", "\x00\x00\x80\x3f\x01\x00\x00\x00", []float64{1, 0x1p-149}},
		{"F64", "\x00\x00\x00\x00\x00\x00\xf0\x3f", []float64{1}},
		{"I64", "\xff\xff\xff\xff\xff\xff\xff\xff\x00\x01\x00\x00\x00\x00\x00\x00", []float64{-1, 256}},
		{"I32", "\x00\x00\x00\x80\x02\x00\x00\x00", []float64{-1 << 31, 2}},
		{"I16", "\x00\x80\x02\x00", []float64{-1 << 15, 2}},
		{"I8", "\x80\x7f", []float64{-128, 127}},
		{"U8", "\x80\xff", []float64{128, 255}},
	} {
		data := file(fmt.Sprintf(`{"x":{"dtype":%q,"shape":[%d],"data_offsets":[0,%d]}}`, c.dtype, len(c.want), len(c.data)), c.data)
		f, err := open(data)
		require.NoError(t, err, c.dtype)
		wide, narrow := make([]float64, len(c.want)), make([]float32, len(c.want))
		require.NoError(t, f.Float64s(f.Find("x"), wide), c.dtype)
		require.NoError(t, f.Float32s(f.Find("x"), narrow), c.dtype)
		for i, want := range c.want {
			assert.Equal(t, want, wide[i], "%s %d", c.dtype, i)
			assert.Equal(t, float32(want), narrow[i], "%s %d", c.dtype, i)
		}
	}
	for _, c := range []struct{ dtype, data, wide, narrow string }{
		{"I64", "\x01\x00\x00\x00\x00\x00\x20\x00", "beyond 2⁵³", "beyond 2⁵³"},
		{"I32", "\x01\x00\x00\x01", "", "1.6777217e+07 is no float32"},
		{"F64", "\x00\x00\x00\x00\x00\x00\xf0\x47", "", "is no float32"}, // 2¹²⁸
		{"F64", "\x9a\x99\x99\x99\x99\x99\xb9\x3f", "", ""},              // 0.1 is rounded
		{"F64", "\x00\x00\x00\x00\x00\x00\xf8\x7f", "", ""},              // NaN
	} {
		f, err := open(file(fmt.Sprintf(`{"x":{"dtype":%q,"shape":[],"data_offsets":[0,%d]}}`, c.dtype, len(c.data)), c.data))
		require.NoError(t, err)
		says(t, c.wide, f.Float64s(f.Find("x"), make([]float64, 1)))
		says(t, c.narrow, f.Float32s(f.Find("x"), make([]float32, 1)))
	}
}

func says(t *testing.T, want string, err error) {
	t.Helper()
	if want == "" {
		assert.NoError(t, err)
		return
	}
	assert.ErrorContains(t, err, want)
	if err != nil {
		assert.NotContains(t, err.Error(), "\n")
	}
}

// TestBadFiles are refused by one line that says why.
func TestBadFiles(t *testing.T) {
	const eight = "12345678"
	tensor := func(shape, offsets string) string {
		return `{"x":{"dtype":"F32","shape":` + shape + `,"data_offsets":` + offsets + `}}`
	}
	two := func(first, second string) string {
		return `{"x":{"dtype":"U8","shape":[4],"data_offsets":` + first + `},"y":{"dtype":"U8","shape":[4],"data_offsets":` + second + `}}`
	}
	for _, c := range []struct{ want, data string }{
		{"cut off", ""},
		{"cut off", "\x01\x00\x00"},
		{"cut off", "\x10\x00\x00\x00\x00\x00\x00\x00{}"},
		{"at most 16777216", "\x00\x00\x00\x00\x00\x00\x00\x80{}"},
		{"at most 16777216", "\x01\x00\x00\x01\x00\x00\x00\x00{}"},
		{"no JSON object", string(file("", ""))},
		{"no JSON object", string(file(" {}", ""))},
		{"no JSON object", string(file("[]", ""))},
		{"no JSON object", string(file("{\"\xff\":1}", ""))},
		{"no JSON", string(file("{", ""))},
		{"no JSON", string(file(`{"x":`, ""))},
		{"no JSON", string(file(`{"x" 1}`, ""))},
		{"more after", string(file("{} {}", ""))},
		{"more after", string(file("{}x", ""))},
		{"want {", string(file(`{"x":1}`, ""))},
		{"want {", string(file(`{"x":`+strings.Repeat("[", 100_000)+`}`, ""))},
		{"want {", string(file(`{"x":"`+strings.Repeat("long\\n", 10_000)+`"}`, ""))},
		{"want a string", string(file(`{"__metadata__":{"a":1}}`, ""))},
		{"want {", string(file(`{"__metadata__":[]}`, ""))},
		{`"a" occurs twice`, string(file(`{"__metadata__":{"a":"1","a":"1"}}`, ""))},
		{`"__metadata__" occurs twice`, string(file(`{"__metadata__":{},"__metadata__":{}}`, ""))},
		{"want 8 digits", string(file(`{"__metadata__":{"crc32c":"1234567"}}`, ""))},
		{"want 8 digits", string(file(`{"__metadata__":{"crc32c":"0000000\u0031"}}`, ""))},
		{`"x" occurs twice`, string(file(strings.Replace(two("[0,4]", "[4,8]"), `"y"`, `"x"`, 1), eight))},
		{`"x" occurs twice`, string(file(strings.Replace(two("[0,4]", "[4,8]"), `"y"`, `"\u0078"`, 1), eight))},
		{"want dtype, shape and data_offsets", string(file(`{"x":{}}`, ""))},
		{"want dtype, shape and data_offsets", string(file(`{"x":{"dtype":"F32","shape":[1]}}`, ""))},
		{`"shape" occurs twice`, string(file(`{"x":{"dtype":"F32","shape":[1],"shape":[1]}}`, ""))},
		{`"Shape" is not known`, string(file(`{"x":{"dtype":"F32","Shape":[1],"data_offsets":[0,8]}}`, ""))},
		{`type "F8_E4M3" cannot be read`, string(file(`{"x":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}`, eight))},
		{`type "" cannot be read`, string(file(`{"x":{"dtype":4,"shape":[8],"data_offsets":[0,8]}}`, eight))},
		{"no whole number", string(file(tensor("[-1]", "[0,8]"), eight))},
		{"no whole number", string(file(tensor("[2.0]", "[0,8]"), eight))},
		{"no whole number", string(file(tensor(`["2"]`, "[0,8]"), eight))},
		{"no whole number", string(file(tensor(`["a\nb"]`, "[0,8]"), eight))},
		{"no whole number", string(file(tensor("[99999999999999999999]", "[0,8]"), eight))},
		{"want [", string(file(tensor("2", "[0,8]"), eight))},
		{"more than 64", string(file(tensor("[1"+strings.Repeat(",1", 100)+"]", "[0,8]"), eight))},
		{"want 2 numbers, not 3", string(file(tensor("[2]", "[0,8,8]"), eight))},
		{"too large", string(file(tensor("[4294967296,4294967296]", "[0,0]"), eight))}, // 2⁶⁴ is 0 in 64 bits
		{"do not fit", string(file(tensor("[4611686018427387904]", "[0,0]"), eight))},  // 2⁶² times 4 bytes, too
		{"do not fit", string(file(tensor("[2]", "[0,7]"), eight))},
		{"do not fit", string(file(tensor("[2]", "[8,0]"), eight))},
		{"do not fit", string(file(tensor("[3]", "[0,8]"), eight))},
		{"cut off", string(file(tensor("[2]", "[0,8]"), eight[:7]))},
		{"cut off", string(file(tensor("[2]", "[9223372036854775799,9223372036854775807]"), eight))},
		{"no tensor's", string(file(tensor("[1]", "[0,4]"), eight))},
		{"the 4 bytes before it", string(file(tensor("[1]", "[4,8]"), eight))},
		{"within the tensor before", string(file(two("[0,4]", "[0,4]"), eight))},
		{"within the tensor before", string(file(two("[0,4]", "[3,7]"), eight))},
	} {
		_, err := open([]byte(c.data))
		require.ErrorContains(t, err, c.want, "%.100q", c.data)
		assert.NotContains(t, err.Error(), "\n")
		assert.Less(t, len(err.Error()), 400)
	}
}

// TestFlippedBits: no bit of a file may change unseen.
func TestFlippedBits(t *testing.T) {
	data := written(t)
	for i := range 8 * len(data) {
		flipped := bytes.Clone(data)
		flipped[i/8] ^= 1 << (i % 8)
		f, err := open(flipped)
		if err == nil && f.HasChecksum() {
			err = f.Verify()
			assert.Error(t, err, "bit %d", i)
			continue
		}
		// A flip in the checksum's own key: whoever knows that Write made the file asks for one.
		assert.True(t, err != nil || !f.HasChecksum(), "bit %d", i)
	}
	for n := range data {
		_, err := open(data[:n])
		assert.Error(t, err, "%d bytes", n)
	}
	_, err := open(append(data, 0))
	assert.Error(t, err)
}

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	for want, sources := range map[string][]safetensors.Source{
		"another tensor's":  {{Name: "x", Shape: []int{1}, Float32s: one}, {Name: "x", Shape: []int{1}, Float64s: []float64{1}}},
		"__metadata__":      {{Name: "__metadata__", Shape: []int{1}, Float32s: one}},
		"none that a file":  {{Name: "\xff", Shape: []int{1}, Float32s: one}},
		"is of 2 elements":  {{Name: "x", Shape: []int{2}, Float32s: one}},
		"elements of two":   {{Name: "x", Shape: []int{1}, Float32s: one, Float64s: []float64{1}}},
		"no number of elem": {{Name: "x", Shape: []int{-1}, Float32s: one}},
		"names and metadat": {{Name: strings.Repeat("x", safetensors.MaxHeader), Shape: []int{1}, Float32s: one}},
	} {
		var b bytes.Buffer
		assert.ErrorContains(t, safetensors.Write(&b, nil, sources), want)
		assert.Zero(t, b.Len(), want)
	}
	assert.ErrorContains(t, safetensors.Write(&bytes.Buffer{}, map[string]string{"crc32c": "0"}, nil), "crc32c of their own")
}

// TestHugeHeaderTakesLittle: a header of the greatest length in a short file is refused before memory is taken for it.
func TestHugeHeaderTakesLittle(t *testing.T) {
	data := binary.LittleEndian.AppendUint64(nil, safetensors.MaxHeader)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		_, err := open(data)
		require.Error(t, err)
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

// FuzzRead: whatever the bytes are, reading ends in an error or in tensors that fill the file.
func FuzzRead(f *testing.F) {
	f.Add(written(f))
	f.Add(file(`{"test":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}    `, strings.Repeat("\x01", 16)))
	f.Add(file(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, "12345678"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := open(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		_ = file.Verify()
		bytes := int64(8) + int64(binary.LittleEndian.Uint64(data))
		for i := range file.Tensors {
			x := &file.Tensors[i]
			require.LessOrEqual(t, x.Size(), len(data))
			wide, narrow := make([]float64, x.Size()), make([]float32, x.Size())
			_ = file.Float64s(x, wide)
			_ = file.Float32s(x, narrow)
			bytes += map[safetensors.DType]int64{"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1}[x.DType] * int64(x.Size())
			assert.Same(t, x, file.Find(x.Name))
		}
		assert.Equal(t, int64(len(data)), bytes)
	})
}
