package onnx_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// graph is a small network that tests change: images 2×4×4, a convolution, a Flatten and a Gemm.
func smallGraph() *onnxproto.Model {
	ones := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(i+1) / 8
		}
		return v
	}
	return &onnxproto.Model{
		IRVersion: 8, ProducerName: "test", Opsets: []onnxproto.Opset{{Version: 17}},
		Graph: &onnxproto.Graph{
			Name: "g",
			Nodes: []*onnxproto.Node{
				{Name: "c", Op: "Conv", Inputs: []string{"x", "c.weight", "c.bias"}, Outputs: []string{"h"}},
				{Name: "r", Op: "Relu", Inputs: []string{"h"}, Outputs: []string{"a"}},
				{Name: "f", Op: "Flatten", Inputs: []string{"a"}, Outputs: []string{"v"}},
				{Name: "d", Op: "Gemm", Inputs: []string{"v", "d.weight", "d.bias"}, Outputs: []string{"y"}},
			},
			Initializers: []*onnxproto.Tensor{
				onnxproto.NewFloat("c.weight", ones(3*2*3*3), 3, 2, 3, 3), onnxproto.NewFloat("c.bias", ones(3), 3),
				onnxproto.NewFloat("d.weight", ones(12*2), 12, 2), onnxproto.NewFloat("d.bias", ones(2), 2),
			},
			Inputs:  []*onnxproto.Value{floats("x", onnxproto.Named("N"), onnxproto.Fixed(2), onnxproto.Fixed(4), onnxproto.Fixed(4))},
			Outputs: []*onnxproto.Value{floats("y", onnxproto.Named("N"), onnxproto.Fixed(2))},
		},
	}
}

func floats(name string, dims ...onnxproto.Dim) *onnxproto.Value {
	return &onnxproto.Value{Name: name, Type: onnxproto.Float, HasShape: true, Shape: dims}
}

func imported(m *onnxproto.Model, cfg onnx.LoadConfig) (*onnx.Imported, error) {
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, err
	}
	return onnx.Import(&b, cfg)
}

// TestImportRefuses: what is not read is one line that names the node, the operator and what to do.
func TestImportRefuses(t *testing.T) {
	_, err := imported(smallGraph(), onnx.LoadConfig{})
	require.NoError(t, err)
	conv := func(a ...*onnxproto.Attribute) func(m *onnxproto.Model) {
		return func(m *onnxproto.Model) { m.Graph.Nodes[0].Attributes = a }
	}
	relu := func(op string, a ...*onnxproto.Attribute) func(m *onnxproto.Model) {
		return func(m *onnxproto.Model) { m.Graph.Nodes[1].Op, m.Graph.Nodes[1].Attributes = op, a }
	}
	// with puts a node between the convolution and the activation.
	with := func(n *onnxproto.Node) func(m *onnxproto.Model) {
		return func(m *onnxproto.Model) {
			g := m.Graph
			n.Name, n.Outputs, g.Nodes[1].Inputs = "n", []string{"b"}, []string{"b"}
			g.Nodes = append([]*onnxproto.Node{g.Nodes[0], n}, g.Nodes[1:]...)
		}
	}
	kernel := onnxproto.IntsAttribute("kernel_shape", 2, 2)
	for _, c := range []struct {
		what   string
		change func(m *onnxproto.Model)
		want   string
	}{
		{"an operator without a layer", relu("Erf"), `node "r" (Erf): the operator has no layer here`},
		{"an operator of another domain", func(m *onnxproto.Model) { m.Graph.Nodes[1].Domain = "com.microsoft" }, `domain "com.microsoft", which is none of ONNX's own`},
		{"a node without a name", func(m *onnxproto.Model) { m.Graph.Nodes[1].Name, m.Graph.Nodes[1].Op = "", "Erf" }, `node 1, which makes "a", (Erf)`},
		{"no graph", func(m *onnxproto.Model) { m.Graph = nil }, "the file has no graph"},
		{"an old opset", func(m *onnxproto.Model) { m.Opsets[0].Version = 6 }, "opset 6: operators of versions 7 to 23 are read: export the model with a later opset"},
		{"a later opset", func(m *onnxproto.Model) { m.Opsets[0].Version = 99 }, "opset 99: operators of versions 7 to 23 are read: export the model with opset 23"},
		{"no opset", func(m *onnxproto.Model) { m.Opsets = nil }, "of which version its operators are"},
		{"two inputs", func(m *onnxproto.Model) {
			m.Graph.Nodes[3].Inputs[2] = "z"
			m.Graph.Inputs = append(m.Graph.Inputs, floats("z"))
		}, `several inputs, "x", "z"`},
		{"an open size", func(m *onnxproto.Model) { m.Graph.Inputs[0].Shape[2] = onnxproto.Named("H") }, "leaves sizes beside the batch open: give the shape of an example by LoadConfig.Input"},
		{"whole numbers as input", func(m *onnxproto.Model) { m.Graph.Inputs[0].Type = onnxproto.Int64 }, "is of type int64"},
		{"an input without a shape", func(m *onnxproto.Model) { m.Graph.Inputs[0].HasShape, m.Graph.Inputs[0].Shape = false, nil }, "has 0 axes"},
		{"an input too large", func(m *onnxproto.Model) {
			m.Graph.Inputs[0].Shape[2] = onnxproto.Fixed(1 << 23)
			m.Graph.Inputs[0].Shape[3] = onnxproto.Fixed(1 << 23)
		}, "too many"},
		{"two outputs", func(m *onnxproto.Model) { m.Graph.Outputs = append(m.Graph.Outputs, floats("a")) }, `several outputs: name one of "y", "a" by LoadConfig.Output`},
		{"an output that nothing makes", func(m *onnxproto.Model) { m.Graph.Outputs[0].Name = "z" }, "is a tensor of numbers that a node makes"},
		{"a value before it is made", func(m *onnxproto.Model) { g := m.Graph; g.Nodes[0], g.Nodes[1] = g.Nodes[1], g.Nodes[0] }, `node "r" (Relu): it takes "h", which node "c" (Conv) makes after it`},
		{"a value made twice", func(m *onnxproto.Model) { m.Graph.Nodes[1].Outputs[0] = "h" }, "which is there already"},
		{"weights of another shape", func(m *onnxproto.Model) { m.Graph.Initializers[2].Dims = []int64{8, 3} }, `node "d" (Gemm): its weight is of shape [8 3], and its input has 12 features`},
		{"weights that are cut off", func(m *onnxproto.Model) { m.Graph.Initializers[2].Raw = m.Graph.Initializers[2].Raw[:8] }, `tensor "d.weight"`},
		{"weights that are missing", func(m *onnxproto.Model) { m.Graph.Initializers = m.Graph.Initializers[:2] }, `"d.weight"`},
		{"weights that are no numbers", func(m *onnxproto.Model) { copy(m.Graph.Initializers[2].Raw, "\x00\x00\xc0\x7f") }, "element 0 is NaN: want finite numbers"},
		{"a weight that is computed from the input", func(m *onnxproto.Model) { m.Graph.Nodes[3].Inputs[1] = "v" }, `its weight, "v", is computed from the input: a constant is read`},
		{"a bias for each place", func(m *onnxproto.Model) { m.Graph.Nodes[0].Inputs[2] = "d.weight" }, `its bias is not one number for each of 3 channels`},
		{"a convolution of groups", conv(onnxproto.IntAttribute("group", 2)), "its weight is of shape [3 2 3 3] and group 2"},
		{"no group", conv(onnxproto.IntAttribute("group", -1)), "group -1"},
		{"padding on one side", conv(onnxproto.IntsAttribute("pads", 1, 0, 0, 0)), "only padding that is alike on both sides"},
		{"padding below", conv(onnxproto.StringAttribute("auto_pad", "SAME_LOWER"), onnxproto.IntsAttribute("dilations", 1, 1), onnxproto.IntsAttribute("strides", 2, 2)), "auto_pad is SAME_LOWER"},
		{"padding by another rule", conv(onnxproto.StringAttribute("auto_pad", "NONE")), `auto_pad is "NONE"`},
		{"strides of another number", conv(onnxproto.IntsAttribute("strides", 1)), "attribute strides has 1 numbers"},
		{"a stride of 0", conv(onnxproto.IntsAttribute("strides", 0, 1)), "attribute strides is [0 1]"},
		{"a kernel larger than the image", conv(onnxproto.IntsAttribute("dilations", 2, 2)), "a kernel that spans 5 elements does not fit into 4"},
		{"another kernel than the weight's", conv(kernel), "attribute kernel_shape is [2 2], and its weight"},
		{"an attribute that is not known", conv(onnxproto.IntAttribute("sparse", 1)), `attribute "sparse" is not known`},
		{"an attribute of another type", conv(onnxproto.IntAttribute("strides", 1)), "attribute strides is of another type"},
		{"an attribute twice", conv(kernel, kernel), "is there twice"},
		{"the last window over the edge", relu("MaxPool", kernel, onnxproto.IntAttribute("ceil_mode", 1), onnxproto.IntsAttribute("strides", 3, 3), onnxproto.IntsAttribute("pads", 1, 1, 1, 1)), "attribute ceil_mode is 1, and the last window"},
		{"a pool with holes", relu("MaxPool", kernel, onnxproto.IntsAttribute("dilations", 1, 1), onnxproto.IntAttribute("storage_order", 1)), "attribute storage_order is 1"},
		{"a pool without a window", relu("MaxPool"), "attribute kernel_shape has 0 numbers"},
		{"a pool padded on one side", relu("MaxPool", kernel, onnxproto.StringAttribute("auto_pad", "SAME_UPPER")), "padding is not alike on both sides"},
		{"a slope below zero", relu("LeakyRelu", onnxproto.FloatAttribute("alpha", -1)), "slope"},
		{"an approximation that there is not", relu("Gelu", onnxproto.StringAttribute("approximate", "cubic")), "approximate"},
		{"a softmax in the middle", relu("Softmax"), "it is over axis 3 of 4"},
		{"a softmax of features in the middle", func(m *onnxproto.Model) {
			n := m.Graph.Nodes
			n[1].Op, n[1].Inputs, n[1].Outputs = "Flatten", []string{"h"}, []string{"a"}
			n[2].Op = "Softmax"
		}, `node "d" (Gemm) takes its output`},
		{"a flatten over examples", func(m *onnxproto.Model) {
			m.Graph.Nodes[2].Attributes = []*onnxproto.Attribute{onnxproto.IntAttribute("axis", 2)}
		}, "attribute axis is 2, and only 1 is read"},
		{"an exchange of the batch", relu("Transpose", onnxproto.IntsAttribute("perm", 1, 0, 2, 3)), "it moves the axis of the batch"},
		{"a permutation that is none", relu("Transpose", onnxproto.IntsAttribute("perm", 0, 1, 1, 3)), "perm does not have each axis once"},
		{"a reshape over examples", with(&onnxproto.Node{Op: "Reshape", Inputs: []string{"h", "s"}}), "first axis has to stay the batch"},
		{"a sum of two shapes", with(&onnxproto.Node{Op: "Add", Inputs: []string{"h", "x"}}), "it adds values of shapes [3 2 2] and [2 4 4]"},
		{"a product of values", with(&onnxproto.Node{Op: "Mul", Inputs: []string{"h", "h"}}), "only Add, Sum and Concat join values"},
		{"a constant for each place", with(&onnxproto.Node{Op: "Add", Inputs: []string{"h", "k"}}), "one number for each unit or channel is read"},
		{"a constant behind an activation", func(m *onnxproto.Model) {
			with(&onnxproto.Node{Op: "Mul", Inputs: []string{"h", "c.bias"}})(m)
			m.Graph.Nodes[1].Inputs = []string{"a2", "c.bias"}
			m.Graph.Nodes = append([]*onnxproto.Node{m.Graph.Nodes[0], {Name: "t", Op: "Tanh", Inputs: []string{"h"}, Outputs: []string{"a2"}}}, m.Graph.Nodes[1:]...)
		}, "no layer before it can take the constant in"},
		{"a mean over examples", with(&onnxproto.Node{Op: "ReduceMean", Inputs: []string{"h"}, Attributes: []*onnxproto.Attribute{onnxproto.IntsAttribute("axes", 0, 1)}}), "the mean over all axes but the batch and the channels"},
		{"bounds within the network", with(&onnxproto.Node{Op: "Clip", Inputs: []string{"h"}, Attributes: []*onnxproto.Attribute{onnxproto.FloatAttribute("min", 0), onnxproto.FloatAttribute("max", 6)}}), "no layer bounds values"},
		{"a normalisation in training", with(&onnxproto.Node{Op: "BatchNormalization", Inputs: []string{"h", "c.bias", "c.bias", "c.bias", "c.bias"}, Attributes: []*onnxproto.Attribute{onnxproto.IntAttribute("training_mode", 1)}}), "export the model in evaluation mode"},
		{"a normalisation of other channels", with(&onnxproto.Node{Op: "BatchNormalization", Inputs: []string{"h", "d.bias", "d.bias", "d.bias", "d.bias"}}), "its scale is not one number for each of 3 channels"},
		{"an epsilon below 0", with(&onnxproto.Node{Op: "BatchNormalization", Inputs: []string{"h", "c.bias", "c.bias", "c.bias", "c.bias"}, Attributes: []*onnxproto.Attribute{onnxproto.FloatAttribute("epsilon", -1e-5)}}), "attribute epsilon is -1e-05: want a number from 0 on"},
		{"too few inputs", with(&onnxproto.Node{Op: "BatchNormalization", Inputs: []string{"h", "c.bias"}}), "2 inputs: the operator has 5 to 5"},
		{"dense blocks", func(m *onnxproto.Model) {
			g := m.Graph
			tanh := &onnxproto.Node{Name: "t", Op: "Tanh", Inputs: []string{"h"}, Outputs: []string{"t1"}}
			sig := &onnxproto.Node{Name: "s", Op: "Sigmoid", Inputs: []string{"t1"}, Outputs: []string{"s1"}}
			one := &onnxproto.Node{Name: "one", Op: "Add", Inputs: []string{"h", "t1"}, Outputs: []string{"o1"}}
			two := &onnxproto.Node{Name: "two", Op: "Add", Inputs: []string{"o1", "s1"}, Outputs: []string{"o2"}}
			g.Nodes[1].Inputs = []string{"o2"}
			g.Nodes = append([]*onnxproto.Node{g.Nodes[0], tanh, sig, one, two}, g.Nodes[1:]...)
		}, "its output is used in several branches that do not begin there"},
	} {
		t.Run(c.what, func(t *testing.T) {
			m := smallGraph()
			m.Graph.Initializers = append(m.Graph.Initializers, onnxproto.NewInt64("s", []int64{2, -1}, 2), onnxproto.NewFloat("k", make([]float32, 12), 3, 2, 2))
			if m.Graph != nil {
				c.change(m)
			}
			_, err := imported(m, onnx.LoadConfig{})
			require.ErrorContains(t, err, c.want)
			assert.True(t, strings.HasPrefix(err.Error(), "onnx: "), err)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// TestImportConfig: what a file leaves open, the caller says.
func TestImportConfig(t *testing.T) {
	m := smallGraph()
	m.Graph.Inputs[0].Shape = []onnxproto.Dim{onnxproto.Named("N"), onnxproto.Fixed(2), {}, onnxproto.Named("W")}
	im, err := imported(m, onnx.LoadConfig{Input: []int{4, 4, 2}, Loss: losses.SoftmaxCrossEntropy{}})
	require.NoError(t, err)
	assert.Equal(t, []int{4, 4, 2}, im.Model.Config().Input)
	assert.Equal(t, losses.SoftmaxCrossEntropy{}, im.Model.Loss())
	for _, shape := range [][]int{{2, 4, 4}, {4, 4}, {4, 4, 2, 1}, {4, -4, 2}, {5, 4, 2}} {
		_, err := imported(m, onnx.LoadConfig{Input: shape})
		assert.Error(t, err, shape)
	}
	_, err = imported(smallGraph(), onnx.LoadConfig{Output: "z"})
	assert.ErrorContains(t, err, `LoadConfig.Output is "z", which no node makes`)
	im, err = imported(smallGraph(), onnx.LoadConfig{Output: "a"})
	require.NoError(t, err)
	assert.Equal(t, 12, im.Model.Outputs())
}

// TestImportScikit: a classifier as skl2onnx writes it has its label beside the probabilities, by operators of another
// domain, which the probabilities do not need.
func TestImportScikit(t *testing.T) {
	m := &onnxproto.Model{
		IRVersion: 8, ProducerName: "skl2onnx", Opsets: []onnxproto.Opset{{Version: 15}, {Domain: "ai.onnx.ml", Version: 1}},
		Graph: &onnxproto.Graph{
			Name: "mlp",
			Nodes: []*onnxproto.Node{
				{Op: "Sub", Inputs: []string{"X", "mean"}, Outputs: []string{"x0"}},
				{Op: "Div", Inputs: []string{"x0", "scale"}, Outputs: []string{"x1"}},
				{Op: "Cast", Inputs: []string{"x1"}, Outputs: []string{"x2"}, Attributes: []*onnxproto.Attribute{onnxproto.IntAttribute("to", 1)}},
				{Op: "MatMul", Inputs: []string{"x2", "coefficient"}, Outputs: []string{"m"}},
				{Op: "Add", Inputs: []string{"m", "intercepts"}, Outputs: []string{"s"}},
				{Op: "Relu", Inputs: []string{"s"}, Outputs: []string{"a"}},
				{Op: "MatMul", Inputs: []string{"a", "coefficient1"}, Outputs: []string{"m1"}},
				{Op: "Add", Inputs: []string{"m1", "intercepts1"}, Outputs: []string{"s1"}},
				{Op: "Softmax", Inputs: []string{"s1"}, Outputs: []string{"probabilities"}, Attributes: []*onnxproto.Attribute{onnxproto.IntAttribute("axis", 1)}},
				{Op: "ArgMax", Inputs: []string{"probabilities"}, Outputs: []string{"i"}},
				{Op: "ArrayFeatureExtractor", Domain: "ai.onnx.ml", Inputs: []string{"classes", "i"}, Outputs: []string{"label"}},
			},
			Initializers: []*onnxproto.Tensor{
				onnxproto.NewFloat("mean", []float32{1, 2}, 1, 2), onnxproto.NewFloat("scale", []float32{2, 4}, 1, 2),
				onnxproto.NewFloat("coefficient", []float32{1, 0, -1, 2, 1, 0.5}, 2, 3), onnxproto.NewFloat("intercepts", []float32{0, 1, 0}, 1, 3),
				onnxproto.NewFloat("coefficient1", []float32{1, 0, 0, 1, 1, 1}, 3, 2), onnxproto.NewFloat("intercepts1", []float32{0.5, 0}, 1, 2),
				onnxproto.NewInt64("classes", []int64{0, 1}, 2),
			},
			Inputs:  []*onnxproto.Value{floats("X", onnxproto.Dim{}, onnxproto.Fixed(2))},
			Outputs: []*onnxproto.Value{{Name: "label", Type: onnxproto.Int64, HasShape: true, Shape: []onnxproto.Dim{{}}}, floats("probabilities", onnxproto.Dim{}, onnxproto.Fixed(2))},
		},
	}
	im, err := imported(m, onnx.LoadConfig{})
	require.NoError(t, err)
	assert.Equal(t, scaling.Scaling{Mean: []float64{1, 2}, Deviation: []float64{2, 4}}, im.Preparation.Inputs)
	p, err := trainer.NewPredictor(im.Model, im.Preparation)
	require.NoError(t, err)
	got, err := p.Predict([]float64{3, 6}) // scaled [1 1]: hidden [3 2 −½]⁺ = [3 2 0], outputs [3½ 2]
	require.NoError(t, err)
	assert.InDelta(t, 1/(1+math.Exp(-1.5)), got.Probabilities[0], 1e-6)
	assert.Equal(t, "Dense(3) dense1, ReLU, Dense(2) dense2", names(im.Model))
	_, err = imported(m, onnx.LoadConfig{Output: "label"})
	assert.ErrorContains(t, err, "(ArgMax) takes its output")
}
