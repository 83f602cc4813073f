package onnx_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

func perceptron(outputs int) layers.Layer {
	return layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: outputs}}
}

// TestOutputsAsInOnnxruntime has each loss, and scalings of every form.
func TestOutputsAsInOnnxruntime(t *testing.T) {
	columns := scaling.Scaling{Mean: []float64{2, -3, 1000.1, 0.1307}, Deviation: []float64{0.7, 5, 0, 0.3081}, Bound: 1.5}
	dates := scaling.Scaling{Mean: []float64{1.6e9 + 17.3, 2015.2, 1e-7, 0}, Deviation: []float64{60, 3.1, 1e-8, 1}}
	one := scaling.Scaling{Mean: []float64{0.1307}, Deviation: []float64{0.3081}}
	targets := scaling.Scaling{Mean: []float64{100, -5, 0}, Deviation: []float64{10, 0.1, 0}}
	weighted := losses.With(&losses.ClassCost{Smoothing: 0.1}, losses.SoftmaxCrossEntropy{})
	list := []network{
		{name: "classes", loss: losses.SoftmaxCrossEntropy{}, prep: trainer.Preparation{Inputs: columns, Classes: []string{"a", "b", "c"}}},
		{name: "classes of a cost with smoothing", loss: weighted, prep: trainer.Preparation{Inputs: one}},
		{name: "classes with weights of examples", loss: losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}},
		{name: "bits", loss: losses.SigmoidCrossEntropy{}, prep: trainer.Preparation{Inputs: dates}},
		{name: "bits, scaled", loss: losses.SigmoidCrossEntropy{}, prep: trainer.Preparation{Targets: targets}},
		{name: "values", loss: losses.SquaredError{}, prep: trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{1}}}},
		{name: "values, scaled", loss: losses.SquaredError{}, prep: trainer.Preparation{Inputs: dates, Targets: targets}},
		{name: "values, scaled by one number", loss: losses.Weighted{Canonical: losses.SquaredError{}}, prep: trainer.Preparation{Inputs: columns, Targets: one}},
		{name: "classes in doubles", loss: losses.SoftmaxCrossEntropy{}, double: true, cfg: onnx.SaveConfig{Float64: true}, prep: trainer.Preparation{Inputs: columns}},
		{name: "values in doubles", loss: losses.SquaredError{}, double: true, cfg: onnx.SaveConfig{Float64: true}, within: 1e-6, prep: trainer.Preparation{Inputs: dates, Targets: targets}},
		{name: "outputs as they are", loss: losses.SquaredError{}, cfg: onnx.SaveConfig{Outputs: true}},
	}
	for i := range list {
		list[i].net, list[i].input = perceptron(3), []int{4}
	}
	list = append(list,
		network{name: "scaled images", net: layers.Sequential{&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, &layers.Flatten{}, &layers.Dense{Units: 2}}, input: []int{2, 2, 1}, loss: losses.SoftmaxCrossEntropy{}, prep: trainer.Preparation{Inputs: columns}},
		network{name: "scaled images without the channels' axis", net: layers.Sequential{&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, &layers.Flatten{}, &layers.Dense{Units: 2}}, input: []int{2, 2}, loss: losses.SoftmaxCrossEntropy{}, prep: trainer.Preparation{Inputs: columns}},
		network{name: "one column, many targets", net: perceptron(3), input: []int{1}, loss: losses.SquaredError{}, prep: trainer.Preparation{Inputs: one, Targets: targets}},
	)
	compare(t, list)
}

// TestDeviations: means and deviations of a Gaussian, in the units of the targets, by hand: log σ is a vector that is
// known.
func TestDeviations(t *testing.T) {
	net := &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, &layers.Vector{Units: 2}}}
	m, err := trainer.NewModel(net, losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{3}, Seed: 1})
	require.NoError(t, err)
	params := m.Params()
	copy(params[len(params)-1].Value.Float32s(), []float32{0.5, -1})
	p := trainer.Preparation{Targets: scaling.Scaling{Mean: []float64{10, 20}, Deviation: []float64{3, 0.5}}}
	path := filepath.Join(t.TempDir(), "gaussian.onnx")
	require.NoError(t, onnx.Save(path, m, p, onnx.SaveConfig{}))
	checkWithPython(t, filepath.Dir(path))
	predictor, err := trainer.NewPredictor(m, p)
	require.NoError(t, err)
	x := []float64{1, 2, 3, -1, 0.5, 0}
	want := make([]float64, 4)
	require.NoError(t, predictor.Means(want, x))
	for _, r := range onnxruntime(t, []task{{Model: path, Runs: []run{{[]int{2, 3}, x}}}}) {
		require.Empty(t, r.Error)
		assert.InDeltaSlice(t, want, r.Outputs["values"].values(), 1e-5)
		assert.InDeltaSlice(t, []float64{3 * math.Exp(0.5), 0.5 * math.Exp(-1), 3 * math.Exp(0.5), 0.5 * math.Exp(-1)}, r.Outputs["deviations"].values(), 1e-5)
		assert.Len(t, r.Outputs, 2)
	}
}

// TestNamesAndTypes of what a runtime gives.
func TestNamesAndTypes(t *testing.T) {
	dir := t.TempDir()
	var tasks []task
	list := []network{
		{loss: losses.SoftmaxCrossEntropy{}},
		{loss: losses.SigmoidCrossEntropy{}},
		{loss: losses.SquaredError{}},
		{loss: losses.DiagonalGaussian{}},
		{loss: losses.SoftmaxCrossEntropy{}, cfg: onnx.SaveConfig{Outputs: true}},
		{loss: losses.SoftmaxCrossEntropy{}, cfg: onnx.SaveConfig{Float64: true}},
	}
	for i, n := range list {
		n.net, n.input = perceptron(4), []int{3}
		path := filepath.Join(dir, string(rune('a'+i))+".onnx")
		require.NoError(t, onnx.Save(path, n.model(t), trainer.Preparation{}, n.cfg))
		tasks = append(tasks, task{Model: path, Double: n.cfg.Float64, Runs: []run{{[]int{0, 3}, []float64{}}, {[]int{5, 3}, make([]float64, 15)}}})
	}
	results := onnxruntime(t, tasks)
	of := func(classes int, kind string) output { return output{Type: kind, Dims: []int{5, classes}} }
	label := output{Type: "int64", Dims: []int{5}}
	for i, want := range []map[string]output{
		{"label": label, "probabilities": of(4, "float32")},
		{"probabilities": of(4, "float32")},
		{"values": of(4, "float32")},
		{"values": of(2, "float32"), "deviations": of(2, "float32")},
		{"outputs": of(4, "float32")},
		{"label": label, "probabilities": of(4, "float64")},
	} {
		for j, r := range results[i*4 : i*4+4] {
			require.Empty(t, r.Error, "%d, %d", i, j)
			got := map[string]output{}
			for name, o := range r.Outputs {
				if j%2 == 0 { // of labels of no examples, onnxruntime says 0×classes
					assert.Zero(t, o.Dims[0])
					continue
				}
				o.Data = nil
				got[name] = o
			}
			if j%2 == 0 {
				continue
			}
			assert.Equal(t, want, got)
		}
	}
}

// scale is a layer of a user's own.
type scale struct{ weight *graph.Param }

func (s *scale) Params() []*graph.Param {
	if s.weight == nil {
		return nil
	}
	return []*graph.Param{s.weight}
}

func (s *scale) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if s.weight == nil {
		var err error
		if s.weight, err = b.NewParam("scale.weight", x.Shape()[1:]...); err != nil {
			return nil, err
		}
	}
	times := func(n int) func(out, x, w []float32) {
		return func(out, x, w []float32) {
			for i := range out {
				out[i] = x[i] * w[i%n]
			}
		}
	}(s.weight.Value.DataSize())
	return b.Apply(graph.Op{Name: "scale", Shape: x.Shape().Clone(),
		F32: func(out []float32, in [][]float32) { times(out, in[0], in[1]) },
		F64: func([]float64, [][]float64) {},
	}, x, b.Param(s.weight))
}

// around is a container of a user's own.
type around struct{ inner layers.Layer }

func (a *around) Params() []*graph.Param { return a.inner.Params() }
func (a *around) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return a.inner.Build(b, x)
}

func ownExporters() []onnx.Exporter {
	return []onnx.Exporter{
		onnx.NewExporter("scale", func(g *onnx.Graph, l *scale, x onnx.Value) (onnx.Value, error) {
			return g.Made(g.Node("Mul", []string{g.Plain(x), g.Param(l.weight)}), x.Shape...), nil
		}),
		onnx.NewExporter("around", func(g *onnx.Graph, l *around, x onnx.Value) (onnx.Value, error) { return g.Layer(l.inner, x) }),
	}
}

func ownNet() layers.Layer {
	return layers.Sequential{&around{&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}}, &scale{}, &around{layers.ReLU()}, &layers.Flatten{}}
}

func TestLayersOfOnesOwn(t *testing.T) {
	compare(t, []network{{name: "own", net: ownNet(), input: []int{3, 4, 1}, cfg: onnx.SaveConfig{Exporters: ownExporters()}}})
	assert.Equal(t, "scale", ownExporters()[0].Kind())
}
