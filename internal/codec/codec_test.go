package codec

import (
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// sample has a field of every type.
type sample struct {
	count      int
	bits       uint64
	rate       float64
	on, off    bool
	name       string
	inner      []byte
	singles    []float32
	doubles    []float64
	matrix     *tensor.Dense
	scalar     *tensor.Dense
	generator  *rand.PCG
	empty      []float64
	emptyBytes []byte
}

// blank has the shapes of full, and values of its own.
func blank() *sample {
	return &sample{
		count: 1, off: true, name: "old", inner: []byte("old"), emptyBytes: []byte("old"),
		singles: make([]float32, 3), doubles: make([]float64, 4),
		matrix:    tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(2, 3)),
		scalar:    tensor.New(tensor.Of(tensor.Float64), tensor.WithShape()),
		generator: rand.NewPCG(0, 0),
	}
}

var (
	quietNaN     = math.Float64frombits(0x7ff8_0000_dead_beef)
	signalingNaN = math.Float64frombits(0xfff0_0000_0000_0001)
	singleNaN    = math.Float32frombits(0x7f80_0abc)
)

func full() *sample {
	s := blank()
	s.count, s.bits, s.rate, s.on, s.off = math.MinInt32, math.MaxUint64, math.Copysign(0, -1), true, false
	s.name, s.inner, s.emptyBytes = "θ\x00", []byte{0, 1, 255}, nil
	s.singles = []float32{float32(math.Copysign(0, -1)), singleNaN, math.SmallestNonzeroFloat32}
	s.doubles = []float64{quietNaN, signalingNaN, math.Inf(-1), math.Copysign(0, -1)}
	copy(s.matrix.Float32s(), []float32{1, 2, 3, 4, 5, singleNaN})
	s.scalar.Float64s()[0] = math.Pi
	s.generator = rand.NewPCG(7, 8)
	s.generator.Uint64()
	return s
}

func (s *sample) fields() []Field {
	return []Field{
		{"count", &s.count}, {"bits", &s.bits}, {"rate", &s.rate}, {"on", &s.on}, {"off", &s.off}, {"name", &s.name},
		{"inner", &s.inner}, {"empty bytes", &s.emptyBytes}, {"singles", s.singles}, {"doubles", s.doubles},
		{"matrix", s.matrix}, {"scalar", s.scalar}, {"generator", s.generator}, {"empty", s.empty},
	}
}

func encode(t testing.TB, fields []Field) []byte {
	t.Helper()
	data, err := Encode("sample", 3, fields)
	require.NoError(t, err)
	return data
}

// Encoding again compares bits, which assert.Equal on NaN and −0 does not.
func TestRoundTrip(t *testing.T) {
	data := encode(t, full().fields())
	got := blank()
	require.NotEqual(t, data, encode(t, got.fields()))
	require.NoError(t, Decode(data, "sample", 3, got.fields()))
	assert.Equal(t, data, encode(t, got.fields()))

	want := full()
	assert.Equal(t, want.count, got.count)
	assert.Equal(t, want.name, got.name)
	assert.Equal(t, want.inner, got.inner)
	assert.Equal(t, math.Float32bits(singleNaN), math.Float32bits(got.matrix.Float32s()[5]))
	assert.Equal(t, want.generator.Uint64(), got.generator.Uint64())

	clear(data)
	assert.Equal(t, want.inner, got.inner, "a part of data was kept")
}

func TestNoFields(t *testing.T) {
	data, err := Encode("", 0, nil)
	require.NoError(t, err)
	assert.Len(t, data, minSize)
	assert.NoError(t, Decode(data, "", 0, nil))
}

func TestNested(t *testing.T) {
	inner := encode(t, full().fields())
	data, err := Encode("outer", 1, []Field{{"inner", &inner}})
	require.NoError(t, err)
	var back []byte
	require.NoError(t, Decode(data, "outer", 1, []Field{{"inner", &back}}))
	got := blank()
	require.NoError(t, Decode(back, "sample", 3, got.fields()))
	assert.Equal(t, inner, encode(t, got.fields()))
}

// The format is for files: it must not change by accident.
func TestFormat(t *testing.T) {
	steps := -2
	data, err := Encode("k", 3, []Field{{"n", &steps}, {"w", []float32{1, -2}}})
	require.NoError(t, err)
	want := "676f6b6661631a0a 5100000000000000 0100 6b 03000000 02000000" +
		"0100 6e 01 00 0800000000000000 feffffffffffffff" +
		"0100 77 07 01 0200000000000000 0800000000000000 0000803f 000000c0"
	got := hex.EncodeToString(data)
	assert.Equal(t, strings.ReplaceAll(want, " ", ""), got[:len(got)-2*checksumSize])
	assert.Equal(t, got, hex.EncodeToString(seal(data)))
}

func TestEncodeRefuses(t *testing.T) {
	column := tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(3, 2))
	part, err := column.Slice(nil, tensor.S(0))
	require.NoError(t, err)
	long := strings.Repeat("x", 1<<16)
	for want, fields := range map[string][]Field{
		`"x": no field can be a float32`:                    {{"x", float32(1)}},
		`"x": no field can be a <nil>`:                      {{"x", nil}},
		`"x": no field can be a tensor of int`:              {{"x", tensor.New(tensor.Of(tensor.Int), tensor.WithShape(2))}},
		`"x": no tensor`:                                    {{"x", (*tensor.Dense)(nil)}},
		`"x": not a contiguous row-major tensor`:            {{"x", part.(*tensor.Dense)}},
		`a name of 65536 bytes: at most 65535 are possible`: {{long, new(int)}},
	} {
		_, err := Encode("sample", 3, fields)
		assert.EqualError(t, err, "sample state: "+want)
		assert.EqualError(t, Decode(encode(t, nil), "sample", 3, fields), "sample state: "+want)
	}
	_, err = Encode(long, 3, nil)
	assert.Error(t, err)
}

// No allocation but the result and the slots' own: nothing per element.
func TestEncodeAllocatesOnce(t *testing.T) {
	count := func(n int) float64 {
		fields := []Field{{"x", make([]float64, n)}}
		return testing.AllocsPerRun(20, func() { _, _ = Encode("x", 1, fields) })
	}
	assert.Equal(t, count(1), count(10000))
}
