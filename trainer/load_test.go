package trainer_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/trainer"
)

func newReader(data []byte) io.ReaderAt { return bytes.NewReader(data) }

func tensorFile(t testing.TB, metadata map[string]string, tensors ...safetensors.Source) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, metadata, tensors))
	return b.Bytes()
}

func savedCase(t testing.TB, name string) []byte {
	t.Helper()
	c := saveCases()[name]
	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, c.disturbed(t), c.p, trainer.SaveConfig{}))
	data, err := os.ReadFile(filepath.Join(dir, trainer.ModelFile))
	require.NoError(t, err)
	return data
}

// loadBytes loads a file of the given content.
func loadBytes(t testing.TB, data []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.safetensors")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	_, _, err := trainer.Load(path, trainer.LoadConfig{})
	if err != nil {
		assert.ErrorContains(t, err, path)
		assert.NotContains(t, err.Error(), "\n")
		assert.Less(t, len(err.Error()), len(path)+500)
	}
	return err
}

// TestLoadRefuses: files that are whole, and have a checksum that fits them, but contradict themselves or ask for what
// they have not.
func TestLoadRefuses(t *testing.T) {
	type files = map[string]*safetensors.Source
	set := func(key, value string) func(map[string]string, files) {
		return func(m map[string]string, _ files) { m[key] = value }
	}
	replace := func(key, old, new string) func(map[string]string, files) {
		return func(m map[string]string, _ files) {
			require.Contains(t, m[key], old)
			m[key] = strings.Replace(m[key], old, new, 1)
		}
	}
	drop := func(key string) func(map[string]string, files) {
		return func(m map[string]string, tensors files) { delete(m, key); delete(tensors, key) }
	}
	for _, c := range []struct {
		file, want string
		change     func(map[string]string, files)
	}{
		{"classifier", "describes no network", drop("format")},
		{"classifier", `of format "pt"`, set("format", "pt")},
		{"classifier", "of version 2: this program reads versions up to 1", set("version", "2")},
		{"classifier", "want a whole number", set("version", "0")},
		{"classifier", "want a whole number", drop("version")},
		{"classifier", `metadata "architecture" are missing`, drop("architecture")},
		{"classifier", `metadata "loss" are missing`, drop("loss")},
		{"classifier", `metadata "dtype" are missing`, drop("dtype")},
		{"classifier", `metadata "input" are missing`, drop("input")},
		{"classifier", `metadata "l2" are missing`, drop("l2")},
		{"classifier", `metadata "more" are not known`, set("more", "1")},
		{"classifier", "want float32 or float64", set("dtype", "int8")},
		{"classifier", "want a number from 0 on", set("l2", "-1")},
		{"classifier", "want a number from 0 on", set("l2", "NaN")},
		{"classifier", "want a number from 0 on", set("input.bound", "x")},
		{"classifier", `"input"`, set("input", "{}")},
		{"classifier", "more after", set("input", "[2,2] []")},
		{"classifier", "axes", set("input", "[]")},
		{"classifier", "axes", set("input", "["+strings.Repeat("1,", 100)+"1]")},
		{"classifier", "positive sizes", set("input", "[2,-2]")},
		{"classifier", "positive sizes", set("input", "[4294967296,4294967296]")},
		{"classifier", "positive sizes", set("input", "[10000,10000]")},
		{"classifier", "dense1", set("input", "[2,3]")},
		{"classifier", "names of classes", set("classes", `["a"]`)},
		{"classifier", "names of features", set("features", `["a"]`)},
		{"classifier", `kind "mine\n" is not known`, set("architecture", `{"kind":"mine\n"}`)},
		{"classifier", `kind "" is not known`, set("architecture", `{}`)},
		{"classifier", "unknown field", set("architecture", `{"type":"dense"}`)},
		{"classifier", "the description of the network", set("architecture", `[`)},
		{"classifier", "no place for", set("architecture", `{"kind":"flatten","layers":[{"kind":"flatten"}]}`)},
		{"classifier", "within one another", set("architecture", strings.Repeat(`{"kind":"sequential","layers":[`, 200)+strings.Repeat("]}", 200))},
		{"classifier", "within one another", set("architecture", `{"kind":"sequential","layers":[{"kind":"flatten"}`+strings.Repeat(`,{"kind":"flatten"}`, 20_000)+"]}")},
		{"classifier", "exceeded max depth", set("architecture", strings.Repeat(`{"layers":[`, 20_000)+strings.Repeat("]}", 20_000))},
		{"classifier", `kind "mine" is not known`, set("loss", `{"kind":"mine"}`)},
		{"classifier", "of a kind, or has a cost", set("loss", `{"cost":{"kind":"squared-error"}}`)},
		{"classifier", "halves of its own", set("loss", `{"cost":{"cost":{}},"distribution":{}}`)},
		{"classifier", "is not a loss", set("loss", `{"kind":"class-cost"}`)},
		{"classifier", "not a distribution", set("loss", `{"cost":{"kind":"class-cost"},"distribution":{"kind":"class-cost"}}`)},
		{"classifier", "dense1", replace("architecture", `"units":5`, `"units":1000000000`)},
		{"classifier", "dense1", replace("architecture", `"units":5`, `"units":0`)},
		{"classifier", "dense1", replace("architecture", `"units":5`, `"units":9223372036854775807`)},
		{"classifier", "cannot unmarshal", replace("architecture", `"units":5`, `"units":9223372036854775808`)},
		{"classifier", `"huge name`, replace("architecture", `"dense1"`, `"huge name\n`+strings.Repeat("x", 1000)+`"`)},
		{"classifier", `"head.weight" is of shape [5 3], but [4 5]`, replace("architecture", `"dense1"`, `"head"`)},
		{"classifier", "0 ≤ rate < 1", replace("architecture", `"rate":0.25`, `"rate":1.5`)},
		{"classifier", `activation "Maxout" is not known`, replace("architecture", `"ReLU"`, `"Maxout"`)},
		{"classifier", `"dense1.bias" is not in the file`, drop("dense1.bias")},
		{"classifier", `"head.weight" is not in the file`, drop("head.weight")},
		{"classifier", `"input.std" is missing`, drop("input.std")},
		{"classifier", `"input.mean" is missing`, drop("input.mean")},
		{"classifier", "want F64, and some", func(_ map[string]string, x files) {
			x["input.mean"] = &safetensors.Source{Name: "input.mean", Shape: []int{2, 2}, Float32s: make([]float32, 4)}
		}},
		{"classifier", "that of an input", func(_ map[string]string, x files) { x["input.mean"].Shape = []int{4} }},
		{"classifier", `"more" is in the file, but not in the network`, func(_ map[string]string, x files) {
			x["more"] = &safetensors.Source{Name: "more", Shape: []int{1}, Float32s: []float32{1}}
		}},
		{"classifier", `is of type F64: a model of float32 has F32`, func(_ map[string]string, x files) {
			x["head.bias"] = &safetensors.Source{Name: "head.bias", Shape: []int{3}, Float64s: make([]float64, 3)}
		}},
		{"classifier", `is of shape [5 3], but [3 5]`, nil},
		{"convolution", "conv1", replace("architecture", `"filters":3`, `"filters":1000000000`)},
		{"convolution", "conv1", replace("architecture", `"kernel":[3,2]`, `"kernel":[1000000000,2]`)},
		{"convolution", "limited to", replace("architecture", `"padding":[1,2]`, `"padding":[1000000000,2]`)},
		{"convolution", "conv1", replace("architecture", `"padding":[1,2]`, `"padding":[9223372036854775807,2]`)},
		{"convolution", "conv1", replace("architecture", `"stride":[2,1]`, `"stride":[-2,1]`)},
		{"convolution", "limited to", set("input", "[2800,2800,2]")},
		{"convolution", "weights for 2 classes", replace("loss", "[0.5,2]", "[0.5,2,3]")},
		{"shared", "none before it", replace("architecture", `"same":1`, `"same":0`)},
		{"shared", "none before it", replace("architecture", `"same":1`, `"same":77`)},
		{"shared", "none before it", replace("architecture", `"same":1`, `"same":-1`)},
		{"shared", "none before it", replace("architecture", `"same":1`, `"same":1,"kind":"flatten"`)},
		{"shared", `no weights are for "all"`, replace("loss", `"squared-error"`, `"all"`)},
	} {
		change := c.change
		if change == nil {
			change = func(_ map[string]string, x files) { x["head.weight"].Shape = []int{3, 5} }
			c.want = `is of shape [3 5], but [5 3]`
		}
		data := rewritten(t, savedCase(t, c.file), change)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := loadBytes(t, data)
		runtime.ReadMemStats(&after)
		if c.want == `"huge name` {
			c.want = `tensor "huge name`
		}
		assert.ErrorContains(t, err, c.want, "%.300s", data[8:])
		most := uint64(1 << 25)
		if strings.Contains(string(data), "[2800,") { // 125 MB of float64 for the input
			most = 1 << 28
		}
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, most, c.want)
	}
	assert.NoError(t, loadBytes(t, rewritten(t, savedCase(t, "classifier"), func(map[string]string, files) {})))
}

// TestLoadSeesDamage: a file of which a byte is missing or a bit is flipped is refused.
func TestLoadSeesDamage(t *testing.T) {
	data := savedCase(t, "one layer")
	require.NoError(t, loadBytes(t, data))
	for i := range 8 * len(data) {
		flipped := bytes.Clone(data)
		flipped[i/8] ^= 1 << (i % 8)
		require.Error(t, loadBytes(t, flipped), "bit %d", i)
	}
	for n := 0; n < len(data); n += 7 {
		require.Error(t, loadBytes(t, data[:n]), "%d bytes", n)
	}
	require.Error(t, loadBytes(t, append(data, 0)))
}

// TestLoadOfNoFile: errors that name the path.
func TestLoadOfNoFile(t *testing.T) {
	dir := t.TempDir()
	_, _, err := trainer.Load(dir, trainer.LoadConfig{})
	assert.EqualError(t, err, "trainer: loading "+filepath.Join(dir, trainer.ModelFile)+": "+syscall.ENOENT.Error())
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = trainer.Load(filepath.Join(dir, "none"), trainer.LoadConfig{})
	assert.ErrorContains(t, err, "none: no such file")
	_, _, err = trainer.Load(os.DevNull, trainer.LoadConfig{})
	assert.ErrorContains(t, err, "no regular file")
}

// FuzzLoad: whatever a file's description and tensors are, Load ends in an error of one line or in a model that
// predicts. The fuzzer's bytes are given a fitting checksum, since it would not find one.
func FuzzLoad(f *testing.F) {
	for name := range saveCases() {
		data := savedCase(f, name)
		file, err := safetensors.Open(newReader(data), int64(len(data)))
		require.NoError(f, err)
		f.Add(file.Metadata["architecture"], file.Metadata["loss"], file.Metadata["input"], file.Metadata["dtype"], int8(1), data)
	}
	f.Fuzz(func(t *testing.T, architecture, loss, input, dtype string, shape int8, raw []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, trainer.ModelFile)
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		_, _, _ = trainer.Load(dir, trainer.LoadConfig{})
		file, err := safetensors.Open(newReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		metadata := map[string]string{"format": "gokfac-model", "version": "1", "architecture": architecture, "loss": loss, "input": input, "dtype": dtype, "l2": "0"}
		var tensors []safetensors.Source
		for i := range file.Tensors {
			x := &file.Tensors[i]
			s := safetensors.Source{Name: x.Name, Shape: x.Shape}
			if x.DType == safetensors.F64 {
				s.Float64s = make([]float64, x.Size())
			} else {
				s.Float32s = make([]float32, x.Size())
			}
			tensors = append(tensors, s)
		}
		var b bytes.Buffer
		if safetensors.Write(&b, metadata, tensors) != nil {
			return
		}
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
		m, _, err := trainer.Load(dir, trainer.LoadConfig{})
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		size := 1
		for _, d := range m.Config().Input {
			size *= d
		}
		if size < 1000 {
			predictions(t, m)
		}
	})
}

// FuzzLoadWeights: whatever a file is, its weights end in the model or in an error of one line.
func FuzzLoadWeights(f *testing.F) {
	f.Add(savedCase(f, "convolution"), uint8(0))
	f.Add(tensorFile(f, nil, numbered("0.weight", 3, 4, 3, 2)), uint8(2))
	f.Add(tensorFile(f, map[string]string{"format": "pt"}, numbered("2.weight", 2, 3, 1, 1), numbered("10.weight", 2, 8)), uint8(1))
	c := saveCases()["convolution"]
	f.Fuzz(func(t *testing.T, data []byte, layout uint8) {
		path := filepath.Join(t.TempDir(), "w")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		err := trainer.LoadWeights(path, c.disturbed(t), trainer.WeightsConfig{Layout: trainer.Layout(layout % 4)})
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
		}
	})
}
