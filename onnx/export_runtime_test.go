package onnx_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/onnx"
	"github.com/gokfac/gokfac/trainer"
)

// task is a file and the batches that a runtime is given.
type task struct {
	Model  string `json:"model"`
	Double bool   `json:"double"`
	Runs   []run  `json:"runs"`
}

type run struct {
	Dims []int     `json:"dims"`
	Data []float64 `json:"data"`
}

// output is a tensor that a runtime made.
type output struct {
	Type string   `json:"type"`
	Dims []int    `json:"dims"`
	Data []number `json:"data"`
}

// number is one of JSON, or the text of one that is not finite.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	if s, err := strconv.Unquote(string(text)); err == nil {
		text = []byte(s)
	}
	if s := string(text); s == "Infinity" || s == "-Infinity" {
		text = []byte(s[:len(s)-len("inity")])
	}
	v, err := strconv.ParseFloat(string(text), 64)
	*n = number(v)
	return err
}

func (o output) values() []float64 {
	v := make([]float64, len(o.Data))
	for i, n := range o.Data {
		v[i] = float64(n)
	}
	return v
}

// result is what a runtime made of a batch: by name, or an error.
type result struct {
	Outputs map[string]output `json:"outputs"`
	Error   string            `json:"error"`
}

// levels is how often each run is made: with the runtime's optimisations and without.
const levels = 2

// onnxruntime runs jobs with the onnxruntime of npm, in Node. There are the results of all runs of a job without
// optimisations, then of all of them with.
func onnxruntime(t *testing.T, jobs []task) []result {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not in PATH: nothing runs the exported models")
	}
	dir := filepath.Join("testdata", "runtime")
	from := os.Getenv("GOKFAC_ONNXRUNTIME")
	if from == "" {
		from = dir
	}
	if _, err := os.Stat(filepath.Join(from, "node_modules", "onnxruntime-node")); err != nil {
		t.Skipf("onnxruntime-node is not installed in %s: run npm ci --ignore-scripts there, or name another folder by GOKFAC_ONNXRUNTIME", from)
	}
	text, err := json.Marshal(jobs)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "jobs.json")
	require.NoError(t, os.WriteFile(path, text, 0o644))
	out, err := exec.Command(node, filepath.Join(dir, "run.mjs"), from, path).Output()
	if e := (*exec.ExitError)(nil); err != nil {
		if ok := asExit(err, &e); ok {
			t.Fatalf("node: %v: %s", err, e.Stderr)
		}
		t.Fatal(err)
	}
	var results []result
	require.NoError(t, json.Unmarshal(out, &results))
	return results
}

func asExit(err error, to **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	*to = e
	return ok
}

// network is a model to be exported.
type network struct {
	name   string
	net    layers.Layer
	input  []int
	rows   int // inputs are whole numbers below it; 0: normal numbers
	loss   losses.Loss
	prep   trainer.Preparation
	double bool           // the model is of float64
	within float64        // 0: tolerance
	made   *trainer.Model // nil: one of net
	cfg    onnx.SaveConfig
}

// model builds a network with random weights and running statistics that are not those of a new layer.
func (n network) model(t testing.TB) *trainer.Model {
	t.Helper()
	if n.made != nil {
		return n.made
	}
	loss, dtype := n.loss, graph.Float32
	if loss == nil {
		loss = losses.SquaredError{}
	}
	if n.double {
		dtype = graph.Float64
	}
	m, err := trainer.NewModel(n.net, loss, trainer.ModelConfig{Input: n.input, DType: dtype, Seed: 1})
	require.NoError(t, err, n.name)
	r := rand.New(rand.NewPCG(7, 7))
	for _, p := range m.Params() {
		if p.Value.Dims() == 1 || p.Value.Shape()[0] == 1 { // biases and scales, which are 0 or 1 in a new layer
			randomize(p.Value.Data(), func() float64 { return 0.5 + r.NormFloat64()/2 })
		}
	}
	for i, b := range m.Buffers() {
		randomize(b.Value.Data(), func() float64 {
			if i%2 == 0 { // running means
				return r.NormFloat64()
			}
			return 0.2 + 2*r.Float64()
		})
	}
	return m
}

func randomize(data any, draw func() float64) {
	switch x := data.(type) {
	case []float32:
		for i := range x {
			x[i] = float32(draw())
		}
	case []float64:
		for i := range x {
			x[i] = draw()
		}
	}
}

// batches are inputs of 1, 3 and 7 examples, in numbers that float32 has.
func (n network) batches() []run {
	r := rand.New(rand.NewPCG(3, 3))
	var runs []run
	for _, size := range []int{1, 3, 7} {
		b := run{Dims: append([]int{size}, n.input...)}
		total := 1
		for _, d := range b.Dims {
			total *= d
		}
		for range total {
			v := r.NormFloat64()
			if n.rows > 0 {
				v = float64(r.IntN(n.rows))
			}
			if p := n.prep.Inputs; len(p.Mean) > 0 { // raw values
				j := len(b.Data) % len(p.Mean)
				spread := p.Deviation[j]
				if spread == 0 {
					spread = 1
				}
				v = p.Mean[j] + spread*v
			}
			b.Data = append(b.Data, float64(float32(v)))
		}
		runs = append(runs, b)
	}
	return runs
}

// tolerance is of float32 sums in another order, relative to the largest output.
const tolerance = 1e-5

// compare exports each network, runs it, and compares all outputs with the model's own predictions.
func compare(t *testing.T, networks []network) {
	t.Helper()
	dir := t.TempDir()
	var jobs []task
	var models []*trainer.Model
	for i, n := range networks {
		m := n.model(t)
		path := filepath.Join(dir, strconv.Itoa(i)+".onnx")
		require.NoError(t, onnx.Save(path, m, n.prep, n.cfg), n.name)
		models = append(models, m)
		jobs = append(jobs, task{Model: path, Double: n.cfg.Float64, Runs: n.batches()})
	}
	checkWithPython(t, dir)
	results := onnxruntime(t, jobs)
	for i, n := range networks {
		predictor, err := trainer.NewPredictor(models[i], n.prep)
		require.NoError(t, err)
		worst := 0.0
		for level := range levels {
			for _, b := range jobs[i].Runs {
				got := results[0]
				results = results[1:]
				if !assert.Empty(t, got.Error, "%s, level %d, batch %v", n.name, level, b.Dims) {
					continue
				}
				worst = max(worst, n.check(t, predictor, b, got.Outputs))
			}
		}
		t.Logf("%-40s largest difference %.1e", n.name, worst)
	}
	require.Empty(t, results)
}

// check compares a batch's outputs and returns the largest difference.
func (n network) check(t *testing.T, p *trainer.Predictor, b run, got map[string]output) float64 {
	t.Helper()
	examples := b.Dims[0]
	want := make([]float64, examples*p.Outputs())
	require.NoError(t, p.Means(want, b.Data), n.name)
	name := "values"
	for _, known := range []string{"probabilities", "outputs"} {
		if _, ok := got[known]; ok {
			name = known
		}
	}
	out := got[name]
	values := out.values()
	require.Len(t, values, len(want), "%s: %v", n.name, got)
	assert.Equal(t, examples, out.Dims[0], n.name)
	largest, worst := 1e-3, 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range want {
		d := math.Abs(v-values[i]) / largest
		if !(d <= worst) {
			worst = d
		}
	}
	within := n.within
	if within == 0 {
		within = tolerance
	}
	assert.LessOrEqual(t, worst, within, "%s: batch %v: got %.6v, want %.6v", n.name, b.Dims, values[:min(8, len(values))], want[:min(8, len(want))])
	if label, ok := got["label"]; ok {
		require.Len(t, label.Data, examples)
		for i, class := range label.values() {
			row := want[i*p.Outputs() : (i+1)*p.Outputs()]
			for _, v := range row {
				assert.LessOrEqual(t, v, row[int(class)]+tolerance, "%s: example %d", n.name, i)
			}
		}
	}
	return worst
}
