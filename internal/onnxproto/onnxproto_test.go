package onnxproto_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"

	op "github.com/gokfac/gokfac/internal/onnxproto"
)

// every is a model that uses each field of the package.
func every() *op.Model {
	inner := &op.Graph{Name: "then", Nodes: []*op.Node{{Op: "Identity", Inputs: []string{"x"}, Outputs: []string{"y"}}}}
	tensors := []*op.Tensor{
		op.NewFloat("w", []float32{1, -2.5, float32(math.Inf(1))}, 3, 1),
		op.NewDouble("d", []float64{math.Pi}),
		op.NewInt64("i", []int64{-1, 1 << 40}, 2),
		op.NewFloat("large", make([]float32, 5000), 5000),
		{Name: "typed", Type: op.Float, Dims: []int64{2}, Floats: []float32{1, 2}, Doc: "why"},
		{Name: "ints", Type: op.Int32, Dims: []int64{2}, Int32s: []int32{-1, 2}},
		{Name: "longs", Type: op.Int64, Dims: []int64{2}, Int64s: []int64{-1, 2}},
		{Name: "doubles", Type: op.Double, Dims: []int64{1}, Doubles: []float64{0.1}},
		{Name: "unsigned", Type: op.Uint64, Dims: []int64{1}, Uint64s: []uint64{1 << 63}},
		{Name: "texts", Type: op.String, Dims: []int64{2}, Strings: []string{"", "\xff"}},
	}
	return &op.Model{
		IRVersion: 8, ProducerName: "gokfac", ProducerVersion: "1", Domain: "a.b", ModelVersion: 3, Doc: "doc",
		Opsets: []op.Opset{{Version: 17}, {Domain: "ai.onnx.ml", Version: 3}}, Metadata: []op.Entry{{Key: "classes", Value: "[\"ä\"]"}, {Key: "empty"}},
		Graph: &op.Graph{
			Name: "g", Doc: "graph", Initializers: tensors,
			Inputs:  []*op.Value{{Name: "x", Type: op.Float, HasShape: true, Shape: []op.Dim{op.Named("N"), op.Fixed(3), op.Fixed(0), {}}}},
			Outputs: []*op.Value{{Name: "y", Type: op.Float, Doc: "out"}, {Name: "scalar", Type: op.Double, HasShape: true}},
			Values:  []*op.Value{{Name: "z"}},
			Nodes: []*op.Node{{Name: "n", Op: "Conv", Domain: "d", Doc: "node", Inputs: []string{"x", "", "w"}, Outputs: []string{"y"},
				Attributes: []*op.Attribute{
					op.FloatAttribute("f", 0), op.IntAttribute("i", 0), op.StringAttribute("s", ""), op.TensorAttribute("t", tensors[3]),
					op.IntsAttribute("is", 0, -1, 300), op.StringsAttribute("ss", "a", ""),
					{Name: "fs", Type: op.AttributeFloats, Floats: []float32{1, 2}}, {Name: "g", Type: op.AttributeGraph, Graph: inner},
					{Name: "ts", Type: op.AttributeTensors, Tensors: tensors[:2]}, {Name: "gs", Type: op.AttributeGraphs, Graphs: []*op.Graph{inner}},
					{Name: "r", Type: op.AttributeInt, Ref: "outer"},
				}}},
		},
	}
}

func encode(t testing.TB, m *op.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	data := encode(t, every())
	got, err := op.Decode(data)
	require.NoError(t, err)
	assert.Equal(t, every(), got)
	assert.Equal(t, data, encode(t, got), "the same bytes of the same model")
	require.NotNil(t, got.Graph.Nodes[0].Attribute("is"))
	assert.Nil(t, got.Graph.Nodes[0].Attribute("none"))
}

// TestBytes compares with bytes worked by hand from the protobuf encoding and onnx.proto3's field numbers.
func TestBytes(t *testing.T) {
	m := &op.Model{IRVersion: 8, Opsets: []op.Opset{{Version: 17}}, Graph: &op.Graph{
		Name: "g", Nodes: []*op.Node{{Op: "Relu", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []*op.Attribute{op.IntAttribute("k", 1)}}},
		Inputs: []*op.Value{{Name: "x", Type: op.Float, HasShape: true, Shape: []op.Dim{op.Named("N"), op.Fixed(2)}}},
	}}
	want := "0808" + // ir_version 8
		"3a31" + // graph, 49 bytes
		"0a16" + "0a0178" + "120179" + "220452656c75" + // its node, 22 bytes: input, output, op_type
		"2a08" + "0a016b" + "1801" + "a00102" + // the node's attribute, 8 bytes: name, i, type INT
		"120167" + // name
		"5a14" + "0a0178" + // input x, 20 bytes
		"120f" + "0a0d" + "0801" + // its type, 15 bytes: tensor_type, 13 bytes: FLOAT
		"1209" + "0a03" + "12014e" + "0a02" + "0802" // its shape, 9 bytes: N and 2
	want += "4202" + "1011" // opset_import, version 17
	assert.Equal(t, want, hex.EncodeToString(encode(t, m)))
}

func TestNumbers(t *testing.T) {
	raw := func(kind op.DataType, b ...byte) *op.Tensor { return &op.Tensor{Type: kind, Dims: []int64{1}, Raw: b} }
	for name, c := range map[string]struct {
		tensor *op.Tensor
		want   float64
	}{
		"float":          {raw(op.Float, 0, 0, 0xc0, 0x3f), 1.5},
		"double":         {raw(op.Double, 0, 0, 0, 0, 0, 0, 0xf8, 0xbf), -1.5},
		"float16":        {raw(op.Float16, 0, 0x3e), 1.5},
		"float16 listed": {&op.Tensor{Type: op.Float16, Dims: []int64{1}, Int32s: []int32{0xbe00}}, -1.5},
		"float16 least":  {raw(op.Float16, 1, 0), 0x1p-24},
		"float16 inf":    {raw(op.Float16, 0, 0xfc), math.Inf(-1)},
		"bfloat16":       {raw(op.BFloat16, 0xc0, 0xbf), -1.5},
		"int64":          {raw(op.Int64, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), -2},
		"int32":          {raw(op.Int32, 0xfe, 0xff, 0xff, 0xff), -2},
		"int16":          {raw(op.Int16, 0xfe, 0xff), -2},
		"int8":           {raw(op.Int8, 0xfe), -2},
		"uint8":          {raw(op.Uint8, 0xfe), 254},
		"bool":           {raw(op.Bool, 1), 1},
		"uint16":         {raw(op.Uint16, 0xfe, 0xff), 65534},
		"uint32":         {raw(op.Uint32, 0xfe, 0xff, 0xff, 0xff), 1<<32 - 2},
		"uint64":         {raw(op.Uint64, 7, 0, 0, 0, 0, 0, 0, 0), 7},
		"listed floats":  {&op.Tensor{Type: op.Float, Dims: []int64{1}, Floats: []float32{3}}, 3},
		"listed doubles": {&op.Tensor{Type: op.Double, Dims: []int64{1}, Doubles: []float64{0.1}}, 0.1},
		"listed int64s":  {&op.Tensor{Type: op.Int64, Dims: []int64{1}, Int64s: []int64{-3}}, -3},
		"listed uint32s": {&op.Tensor{Type: op.Uint32, Dims: []int64{1}, Uint64s: []uint64{3}}, 3},
		"listed int8s":   {&op.Tensor{Type: op.Int8, Dims: []int64{1}, Int32s: []int32{-3}}, -3},
	} {
		got, err := c.tensor.Float64s()
		require.NoError(t, err, name)
		assert.Equal(t, []float64{c.want}, got, name)
		ints, err := c.tensor.Integers()
		if c.want == math.Trunc(c.want) && !strings.Contains(name, "float") && !strings.Contains(name, "double") {
			require.NoError(t, err, name)
			assert.Equal(t, []int64{int64(c.want)}, ints, name)
		} else {
			assert.ErrorContains(t, err, "integers are needed", name)
		}
	}
	nan, err := raw(op.Float16, 1, 0x7e).Float64s()
	require.NoError(t, err)
	assert.True(t, math.IsNaN(nan[0]))
}

func TestNumbersRefused(t *testing.T) {
	for want, tensor := range map[string]*op.Tensor{
		"has a size below 0":              {Type: op.Float, Dims: []int64{2, -1}},
		"more elements than can be":       {Type: op.Float, Dims: []int64{1 << 40, 1 << 40, 1}},
		"has 4 elements, the data 1":      {Type: op.Float, Dims: []int64{4}, Raw: make([]byte, 4)},
		"has 0 elements, the data 1":      {Type: op.Float, Dims: []int64{4, 0}, Raw: make([]byte, 4)},
		"no whole number of elements":     {Type: op.Double, Dims: []int64{1}, Raw: make([]byte, 9)},
		"type string cannot be read":      {Type: op.String, Dims: []int64{1}, Strings: []string{"a"}},
		"type undefined cannot be read":   {Dims: []int64{1}},
		"type type 99 cannot be read":     {Type: 99},
		"lie in another file":             {Type: op.Float, External: true},
		"element 0 is no float64":         {Type: op.Int64, Int64s: []int64{1<<53 + 1}},
		"has 1 elements, the data 0":      {Type: op.Float},
		"\"w\": the shape [1] has 1 elem": {Name: "w", Dims: []int64{1}, Type: op.Bool},
	} {
		_, err := tensor.Float64s()
		assert.ErrorContains(t, err, want)
	}
	_, err := (&op.Tensor{Type: op.Uint64, Uint64s: []uint64{1 << 63}}).Integers()
	assert.ErrorContains(t, err, "beyond 2⁶³")
}

func field(number protowire.Number, inner ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), bytes.Join(inner, nil))
}

func TestDecodeRefuses(t *testing.T) {
	deep := field(1)
	for range 20 {
		deep = field(1, field(5, field(6, deep))) // node, attribute, graph
	}
	graph := func(inner ...[]byte) []byte { return field(7, inner...) }
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":         {nil, "the file is empty: no ONNX model"},
		"a text":          {[]byte("hello"), "field 13 does not end within its message"},
		"a picture":       {[]byte("\x89PNG\r\n\x1a\n"), "ModelProto at byte 0: field 1281 does not end within its message"},
		"cut off":         {encode(t, every())[:50], "damaged or cut off"},
		"tag too long":    {bytes.Repeat([]byte{0xff}, 12), "no field begins there"},
		"field 0":         {[]byte{0, 0}, "no field begins there"},
		"graph a number":  {[]byte{0x38, 1}, "ModelProto.graph at byte 0: wire type 0 is not the field's"},
		"version a text":  {field(1, []byte("8")), "ModelProto.ir_version at byte 2: wire type 2 is not the field's"},
		"two graphs":      {append(graph(), graph()...), "ModelProto.graph at byte 4: the field is there twice"},
		"bad UTF-8":       {graph(field(2, []byte{0xff})), "GraphProto.name at byte 4: the text \"\\xff\" is not UTF-8"},
		"nested graphs":   {graph(deep), "nested more than 16 deep"},
		"segment":         {graph(field(5, field(3))), "TensorProto.segment at byte 6: tensors in segments are not read"},
		"floats cut":      {graph(field(5, field(4, []byte{1, 2, 3}))), "TensorProto.float_data at byte 6: the list ends within a number"},
		"floats doubles":  {graph(field(5, []byte{4<<3 | 1, 0, 0, 0, 0, 0, 0, 0, 0})), "TensorProto.float_data at byte 4: wire type 1"},
		"type beyond":     {graph(field(5, protowire.AppendVarint([]byte{2 << 3}, 1<<40))), "TensorProto.data_type at byte 4: 1099511627776 is beyond 32 bits"},
		"inner too long":  {graph([]byte{0x0a, 9, 1}), "GraphProto at byte 2: field 1 does not end within its message"},
		"too many nodes":  {graph(bytes.Repeat([]byte{0x0a, 0}, op.MaxParts+1)), "the file has more than 524288 nodes"},
		"too many names":  {graph(field(1, bytes.Repeat([]byte{0x0a, 0}, op.MaxParts+1))), "the file has more than 524288 nodes"},
		"shape twice":     {graph(field(11, field(2, field(1, field(2), field(2))))), "TypeProto.Tensor.shape at byte 12: the field is there twice"},
		"group unclosed":  {[]byte{3<<3 | 3, 1}, "field 3 does not end within its message"},
		"float a text":    {graph(field(1, field(5, field(2)))), "AttributeProto.f at byte 8: wire type 2"},
		"dimension texts": {graph(field(11, field(2, field(1, field(2, field(1, field(1))))))), "Dimension.dim_value"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := op.Decode(c.data)
		runtime.ReadMemStats(&after)
		assert.Nil(t, m, name)
		if assert.ErrorContains(t, err, c.want, name) {
			assert.NotContains(t, err.Error(), "\n", name)
		}
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<20), name)
	}
}

func TestUnknownIsCounted(t *testing.T) {
	data := append(field(7, field(15), field(5, field(13)), field(5, []byte{14 << 3, 1}), field(99, []byte("new"))), field(25)...)
	_, err := op.Decode(append(data, 3<<3|3, 3<<3|4))
	assert.ErrorContains(t, err, "ModelProto.producer_version", "a group in the place of a text")
	m, err := op.Decode(append(data, 0x93, 0x06, 0x94, 0x06)) // the unknown group 98 is passed over
	require.NoError(t, err)
	assert.Equal(t, 1, m.Functions)
	assert.Equal(t, 1, m.Graph.SparseInitializers)
	assert.True(t, m.Graph.Initializers[0].External)
	assert.True(t, m.Graph.Initializers[1].External)
	_, err = m.WriteTo(new(bytes.Buffer))
	assert.ErrorContains(t, err, "ModelProto.functions cannot be written")
}

func TestWriteRefuses(t *testing.T) {
	node := func(a *op.Attribute) *op.Model {
		return &op.Model{Graph: &op.Graph{Nodes: []*op.Node{{Name: "n", Attributes: []*op.Attribute{a}}}}}
	}
	for want, m := range map[string]*op.Model{
		"sparse_initializer cannot be written":               {Graph: &op.Graph{SparseInitializers: 1}},
		"tensor \"w\": external data cannot be written":      {Graph: &op.Graph{Initializers: []*op.Tensor{{Name: "w", External: true}}}},
		"node \"n\": attribute \"a\" has no tensor":          node(&op.Attribute{Name: "a", Type: op.AttributeTensor}),
		"node \"n\": attribute \"a\" has no graph":           node(&op.Attribute{Name: "a", Type: op.AttributeGraph}),
		"attribute \"a\": the type 0 cannot be written":      node(&op.Attribute{Name: "a"}),
		"attribute \"a\": the type 13 cannot be written":     node(&op.Attribute{Name: "a", Type: 13}),
		op.ErrTooLarge.Error():                               tooLarge(),
		"the model has 2.25 GiB: an .onnx file cannot be la": tooLarge(),
	} {
		var b bytes.Buffer
		_, err := m.WriteTo(&b)
		assert.ErrorContains(t, err, want)
		assert.Zero(t, b.Len(), "nothing is written")
	}
}

// tooLarge shares one piece of memory: raw data are kept by reference.
func tooLarge() *op.Model {
	g := &op.Graph{}
	raw := make([]byte, 256<<20)
	for i := range 9 {
		g.Initializers = append(g.Initializers, &op.Tensor{Name: fmt.Sprint(i), Type: op.Float, Dims: []int64{64 << 20}, Raw: raw})
	}
	return &op.Model{Graph: g}
}

func FuzzDecode(f *testing.F) {
	seed := every()
	seed.Graph.Initializers[3], seed.Graph.Nodes[0].Attributes[3].Tensor = op.NewInt64("short", nil, 0), op.NewInt64("short", nil, 0) // the fuzzer shortens a long seed for minutes
	f.Add(encode(f, seed))
	f.Add([]byte("\x08\x08\x3a\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := op.Decode(data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		if m.Graph == nil {
			return
		}
		for _, tensor := range m.Graph.Initializers {
			_, _ = tensor.Float64s()
			_, _ = tensor.Integers()
		}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err == nil { // what can be written comes back as it was
			again, err := op.Decode(b.Bytes())
			require.NoError(t, err)
			var c bytes.Buffer
			_, err = again.WriteTo(&c)
			require.NoError(t, err)
			assert.Equal(t, b.Bytes(), c.Bytes())
		}
	})
}
