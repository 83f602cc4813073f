package onnxproto_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	op "github.com/gokfac/gokfac/internal/onnxproto"
)

// again reads a file by ONNX's own package, prints what the fields are called there, and writes it again.
const again = `
import sys, onnx
m = onnx.load(sys.argv[1])
open(sys.argv[2], "wb").write(m.SerializeToString(deterministic=True))
g, n = m.graph, m.graph.node[0]
print(m.ir_version, m.producer_name, m.producer_version, m.domain, m.model_version, m.doc_string, sep="|")
print([(o.domain, o.version) for o in m.opset_import], [(e.key, e.value) for e in m.metadata_props], sep="|")
print(g.name, g.doc_string, n.name, n.op_type, n.domain, n.doc_string, list(n.input), list(n.output), sep="|")
for a in n.attribute:
    print(a.name, onnx.AttributeProto.AttributeType.Name(a.type), a.f, a.i, a.s, list(a.floats), list(a.ints), list(a.strings), a.t.name, a.g.name, len(a.tensors), len(a.graphs), a.ref_attr_name, sep="|")
for t in g.initializer:
    print(t.name, onnx.TensorProto.DataType.Name(t.data_type), list(t.dims), len(t.raw_data), list(t.float_data), list(t.int32_data), list(t.int64_data), list(t.double_data), list(t.uint64_data), list(t.string_data), t.doc_string, sep="|")
for v in list(g.input) + list(g.output) + list(g.value_info):
    s = v.type.tensor_type
    print(v.name, v.doc_string, s.elem_type, s.HasField("shape"), [(d.WhichOneof("value"), d.dim_param or d.dim_value) for d in s.shape.dim], sep="|")
`

// TestAsInPython holds field numbers and types against the onnx package of Python, which protoc made of onnx.proto.
func TestAsInPython(t *testing.T) {
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if python == "" && exec.Command(p, "-c", "import onnx").Run() == nil {
			python = p
		}
	}
	if python == "" {
		t.Skip("Python's package onnx is not installed (Debian: python3-onnx)")
	}
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours.onnx"), filepath.Join(dir, "theirs.onnx")
	require.NoError(t, os.WriteFile(ours, encode(t, every()), 0o644))
	out, err := exec.Command(python, "-c", again, ours, theirs).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, pythonSays, string(out))
	data, err := os.ReadFile(theirs)
	require.NoError(t, err)
	m, err := op.Decode(data)
	require.NoError(t, err)
	assert.Equal(t, every(), m)
}

// pythonSays was compared with every by eye.
const pythonSays = `8|gokfac|1|a.b|3|doc
[('', 17), ('ai.onnx.ml', 3)]|[('classes', '["ä"]'), ('empty', '')]
g|graph|n|Conv|d|node|['x', '', 'w']|['y']
f|FLOAT|0.0|0|b''|[]|[]|[]|||0|0|
i|INT|0.0|0|b''|[]|[]|[]|||0|0|
s|STRING|0.0|0|b''|[]|[]|[]|||0|0|
t|TENSOR|0.0|0|b''|[]|[]|[]|large||0|0|
is|INTS|0.0|0|b''|[]|[0, -1, 300]|[]|||0|0|
ss|STRINGS|0.0|0|b''|[]|[]|[b'a', b'']|||0|0|
fs|FLOATS|0.0|0|b''|[1.0, 2.0]|[]|[]|||0|0|
g|GRAPH|0.0|0|b''|[]|[]|[]||then|0|0|
ts|TENSORS|0.0|0|b''|[]|[]|[]|||2|0|
gs|GRAPHS|0.0|0|b''|[]|[]|[]|||0|1|
r|INT|0.0|0|b''|[]|[]|[]|||0|0|outer
w|FLOAT|[3, 1]|12|[]|[]|[]|[]|[]|[]|
d|DOUBLE|[]|8|[]|[]|[]|[]|[]|[]|
i|INT64|[2]|16|[]|[]|[]|[]|[]|[]|
large|FLOAT|[5000]|20000|[]|[]|[]|[]|[]|[]|
typed|FLOAT|[2]|0|[1.0, 2.0]|[]|[]|[]|[]|[]|why
ints|INT32|[2]|0|[]|[-1, 2]|[]|[]|[]|[]|
longs|INT64|[2]|0|[]|[]|[-1, 2]|[]|[]|[]|
doubles|DOUBLE|[1]|0|[]|[]|[]|[0.1]|[]|[]|
unsigned|UINT64|[1]|0|[]|[]|[]|[]|[9223372036854775808]|[]|
texts|STRING|[2]|0|[]|[]|[]|[]|[]|[b'', b'\xff']|
x||1|True|[('dim_param', 'N'), ('dim_value', 3), ('dim_value', 0), (None, 0)]
y|out|1|False|[]
scalar||11|True|[]
z||0|False|[]
`
