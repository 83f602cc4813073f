package onnx_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// exampleFiles are networks of PyTorch's and of Save's.
func exampleFiles(t testing.TB) [][]byte {
	t.Helper()
	var files [][]byte
	for _, c := range fromPyTorch() {
		text, err := os.ReadFile(filepath.Join("testdata", c.name+".onnx"))
		require.NoError(t, err)
		files = append(files, text)
	}
	for i, n := range layerNetworks() {
		if i%3 == 0 {
			var b bytes.Buffer
			require.NoError(t, onnx.Export(&b, n.model(t), trainer.Preparation{}, onnx.SaveConfig{}))
			files = append(files, b.Bytes())
		}
	}
	return files
}

// tryImport reads a file that may be anything, and predicts with what it makes.
func tryImport(t *testing.T, text []byte) bool {
	im, err := onnx.Import(bytes.NewReader(text), onnx.LoadConfig{})
	if err != nil {
		assert.True(t, strings.HasPrefix(err.Error(), "onnx: "), err)
		assert.NotContains(t, err.Error(), "\n")
		assert.Less(t, len(err.Error()), 1000, err)
		return false
	}
	_ = im.Report.String()
	shape := append([]int{2}, im.Model.Config().Input...)
	if n := tensor.Shape(shape).TotalSize(); n < 1<<12 {
		x := tensor.New(tensor.WithShape(shape...), tensor.Of(im.Model.Config().DType))
		_, err = im.Model.Predict(x)
		assert.NoError(t, err)
	}
	return true
}

func FuzzImport(f *testing.F) {
	for _, text := range exampleFiles(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) { tryImport(t, text) })
}

// TestImportDamaged: files whose parts were exchanged are read or refused.
func TestImportDamaged(t *testing.T) {
	files := exampleFiles(t)
	r := rand.New(rand.NewPCG(1, 1))
	read, many := 0, 3000
	for range many {
		m, err := onnxproto.Decode(bytes.Clone(files[r.IntN(len(files))]))
		require.NoError(t, err)
		for range 1 + r.IntN(3) {
			damage(m, r)
		}
		var b bytes.Buffer
		if _, err := m.WriteTo(&b); err == nil && tryImport(t, b.Bytes()) {
			read++
		}
	}
	assert.Greater(t, read, 100, "damage that leaves some files whole is the best test of what is read")
}

// TestImportDamagedBytes: bytes are changed, taken away and copied over others.
func TestImportDamagedBytes(t *testing.T) {
	files := exampleFiles(t)
	r := rand.New(rand.NewPCG(77, 1))
	for range 3000 {
		text := bytes.Clone(files[r.IntN(len(files))])
		for range 1 + r.IntN(4) {
			i := r.IntN(len(text))
			switch r.IntN(4) {
			case 0:
				text[i] ^= 1 << r.IntN(8)
			case 1:
				text[i] = byte(r.IntN(256))
			case 2:
				text = append(text[:i], text[min(len(text)-1, i+1+r.IntN(4)):]...)
			default:
				j := r.IntN(len(text))
				copy(text[i:], text[j:min(len(text), j+r.IntN(40))])
			}
		}
		tryImport(t, text)
	}
}

// damage changes a part of a file.
func damage(m *onnxproto.Model, r *rand.Rand) {
	g := m.Graph
	number := func() int64 {
		return []int64{0, 1, 2, 3, -1, -2, 5, 7, 64, 1 << 20, 1 << 31, 1 << 40, -1 << 63, 1<<63 - 1}[r.IntN(14)]
	}
	n := g.Nodes[r.IntN(len(g.Nodes))]
	name := func() string {
		o := g.Nodes[r.IntN(len(g.Nodes))]
		if all := append(append([]string{}, o.Inputs...), o.Outputs...); len(all) > 0 {
			return all[r.IntN(len(all))]
		}
		return ""
	}
	ops := []string{"Add", "Mul", "Sub", "Div", "Concat", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Gemm", "MatMul", "Conv", "ConvTranspose",
		"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "BatchNormalization", "LayerNormalization", "InstanceNormalization",
		"GroupNormalization", "Relu", "Softmax", "Sigmoid", "Identity", "Shape", "Gather", "Slice", "Pad", "Clip", "Sum", "Erf", "Sqrt", "Pow", "Cast", "Dropout", "Constant"}
	switch r.IntN(10) {
	case 0:
		n.Op = ops[r.IntN(len(ops))]
	case 1:
		if len(n.Inputs) > 0 {
			n.Inputs[r.IntN(len(n.Inputs))] = name()
		}
	case 2:
		n.Inputs = append(n.Inputs, name())
	case 3:
		if len(n.Inputs) > 0 {
			n.Inputs = n.Inputs[:len(n.Inputs)-1]
		}
	case 4:
		if len(n.Attributes) > 0 {
			a := n.Attributes[r.IntN(len(n.Attributes))]
			a.Int, a.Float = number(), float32(number())
			if len(a.Ints) > 0 {
				a.Ints[r.IntN(len(a.Ints))] = number()
			}
		}
	case 5:
		if len(g.Initializers) > 0 {
			if w := g.Initializers[r.IntN(len(g.Initializers))]; len(w.Dims) > 0 {
				w.Dims[r.IntN(len(w.Dims))] = number()
			}
		}
	case 6:
		if len(g.Initializers) > 0 { // the numbers of a list, such as a shape
			w := g.Initializers[r.IntN(len(g.Initializers))]
			if w.Raw = bytes.Clone(w.Raw); len(w.Raw) > 0 {
				w.Raw[r.IntN(len(w.Raw))] = byte(r.IntN(256))
			}
		}
	case 7:
		d := g.Inputs[0].Shape
		if len(d) > 0 {
			d[r.IntN(len(d))] = onnxproto.Fixed(number())
		}
	case 8:
		if len(g.Initializers) > 1 { // weights that lie the other way
			w := g.Initializers[r.IntN(len(g.Initializers))]
			for i, j := 0, len(w.Dims)-1; i < j; i, j = i+1, j-1 {
				w.Dims[i], w.Dims[j] = w.Dims[j], w.Dims[i]
			}
		}
	default:
		if i := r.IntN(len(g.Nodes)); len(g.Nodes) > 1 {
			g.Nodes = append(g.Nodes[:i], g.Nodes[i+1:]...)
		}
	}
}

// TestImportMemory: what a small file can ask for is bounded: one that uses a weight for thousands of layers, one that computes constants of constants, and
// pools as large as they may be.
func TestImportMemory(t *testing.T) {
	chain := func(op string, weight *onnxproto.Tensor, more ...*onnxproto.Attribute) *onnxproto.Model {
		m := smallGraph()
		g := m.Graph
		g.Initializers = []*onnxproto.Tensor{weight}
		g.Inputs[0].Shape = []onnxproto.Dim{onnxproto.Named("N"), onnxproto.Fixed(weight.Dims[0])}
		g.Nodes = nil
		last := "x"
		for range 5000 {
			next := last + "'"
			if len(next) > 20 {
				next = "x" + string(rune('a'+len(g.Nodes)%26)) + strings.Repeat("y", len(g.Nodes)%97) + string(rune(0x4e00+len(g.Nodes)))
			}
			g.Nodes = append(g.Nodes, &onnxproto.Node{Op: op, Inputs: []string{last, "w"}, Outputs: []string{next}, Attributes: more})
			last = next
		}
		g.Outputs[0].Name = last
		return m
	}
	big := onnxproto.NewFloat("w", make([]float32, 1<<18), 512, 512)
	double := chain("Concat", onnxproto.NewInt64("w", make([]int64, 1<<10), 1<<10), onnxproto.IntAttribute("axis", 0))
	for i, n := range double.Graph.Nodes {
		if n.Inputs = []string{"w", "w"}; i > 0 {
			last := double.Graph.Nodes[i-1].Outputs[0]
			n.Inputs = []string{last, last}
		}
	}
	wide := smallGraph()
	wide.Graph.Inputs[0].Shape[1], wide.Graph.Inputs[0].Shape[2], wide.Graph.Inputs[0].Shape[3] = onnxproto.Fixed(1), onnxproto.Fixed(1<<22), onnxproto.Fixed(1)
	wide.Graph.Nodes = []*onnxproto.Node{{Op: "MaxPool", Inputs: []string{"x"}, Outputs: []string{"y"}, Attributes: []*onnxproto.Attribute{
		onnxproto.IntsAttribute("kernel_shape", 1<<21, 1), onnxproto.IntsAttribute("strides", 1, 1)}}}
	for what, m := range map[string]*onnxproto.Model{"weights": chain("MatMul", big), "constants": double, "places": wide} {
		t.Run(what, func(t *testing.T) {
			var before, after runtime.MemStats
			var b bytes.Buffer
			_, err := m.WriteTo(&b)
			require.NoError(t, err)
			runtime.ReadMemStats(&before)
			_, err = onnx.Import(&b, onnx.LoadConfig{})
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			t.Log(err, (after.TotalAlloc-before.TotalAlloc)>>20, "MiB")
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<20))
		})
	}
}
