package layers_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// skip is a container of one's own: x + the layers' output.
type skip struct{ inner layers.Sequential }

func (r *skip) Params() []*graph.Param { return r.inner.Params() }

func (r *skip) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := r.inner.Build(b, x)
	if err != nil {
		return nil, err
	}
	return b.Sum(x, y)
}

func skips() layers.Kind {
	return layers.NewContainer("skip",
		func(r *skip) (int, []layers.Layer) { return len(r.inner), r.inner },
		func(n int, inner []layers.Layer) (*skip, error) {
			if n != len(inner) {
				return nil, assert.AnError
			}
			return &skip{inner}, nil
		})
}

// TestEncodeDecode: every layer's settings come back, and a layer that is used twice is one layer again.
func TestEncodeDecode(t *testing.T) {
	shared := &layers.Dense{Units: 4, Name: "s"}
	block := &skip{layers.Sequential{shared, layers.Tanh()}}
	net := layers.Sequential{
		&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 3}, Stride: [2]int{1, 2}, Padding: [2]int{0, 1}, Dilation: [2]int{2, 1}, NoBias: true, Name: "c"},
		&layers.Flatten{}, &layers.Dense{Units: 4, NoBias: true, Name: "d"}, layers.ReLU(), layers.Sigmoid(), layers.Identity(), &layers.Dropout{Rate: 0.3},
		layers.Sequential{shared, block}, block, layers.Sequential{},
	}
	b := newBuilder(t, graph.Float64, 2, false, 1)
	_, err := net.Build(b, input(t, b, make([]float64, 2*6*6), 2, 6, 6))
	require.NoError(t, err)
	kinds := append(layers.Kinds(), skips())
	text, err := layers.Encode(net, kinds)
	require.NoError(t, err)
	got, err := layers.Decode(text, kinds)
	require.NoError(t, err)
	s := got.(layers.Sequential)
	require.Len(t, s, len(net))
	assert.Equal(t, &layers.Conv2D{Filters: 2, Kernel: [2]int{2, 3}, Stride: [2]int{1, 2}, Padding: [2]int{0, 1}, Dilation: [2]int{2, 1}, NoBias: true, Name: "c"}, s[0])
	assert.Equal(t, &layers.Dense{Units: 4, NoBias: true, Name: "d"}, s[2])
	assert.Equal(t, "ReLU Sigmoid Identity Dropout(0.3)", strings.Join([]string{name(s[3]), name(s[4]), name(s[5]), name(s[6])}, " "))
	one, two := s[7].(layers.Sequential), s[8].(*skip)
	assert.Same(t, one[0], two.inner[0])
	assert.Same(t, one[1], s[8])
	assert.Empty(t, s[9])
	b = newBuilder(t, graph.Float64, 2, false, 1)
	_, err = got.Build(b, input(t, b, make([]float64, 2*6*6), 2, 6, 6))
	require.NoError(t, err)
	again, err := layers.Encode(got, kinds)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))
}

func name(l layers.Layer) string { return l.(interface{ String() string }).String() }

// TestEncodeFails by errors that name the layer.
func TestEncodeFails(t *testing.T) {
	twice := append(layers.Kinds(), layers.NewKind("other", func(d *layers.Dense) int { return d.Units }, func(int) (*layers.Dense, error) { return nil, nil }))
	for _, c := range []struct {
		want  string
		net   layers.Layer
		kinds []layers.Kind
	}{
		{"no kind describes *layers_test.skip", layers.Sequential{&skip{}}, layers.Kinds()},
		{"a layer is nil", layers.Sequential{nil}, layers.Kinds()},
		{`Dense(3) (*layers.Dense) is of kind "dense" and of kind "other"`, &layers.Dense{Units: 3}, twice},
		{`two kinds are called "dense"`, &layers.Dense{Units: 3}, append(layers.Kinds(), layers.NewKind("dense", func(d *layers.Dense) int { return d.Units }, func(int) (*layers.Dense, error) { return nil, nil }))},
		{"a kind without a name", &layers.Dense{Units: 3}, []layers.Kind{{}}},
	} {
		_, err := layers.Encode(c.net, c.kinds)
		assert.ErrorContains(t, err, c.want)
	}
	_, err := layers.Decode([]byte(`{"kind":"flatten"}`), []layers.Kind{{}})
	assert.ErrorContains(t, err, "a kind without a name")
	_, err = layers.Decode([]byte(`{"kind":"skip","settings":3}`), append(layers.Kinds(), skips()))
	assert.ErrorContains(t, err, `layer 0, "skip"`)
}

// TestEveryLayerHasAKind: a new layer of this package can be saved, too. The package's own sources list the layers.
func TestEveryLayerHasAKind(t *testing.T) {
	of := map[string]layers.Layer{
		"(*Activation)(nil)": layers.Tanh(), "(*Conv2D)(nil)": &layers.Conv2D{}, "(*Conv1D)(nil)": &layers.Conv1D{},
		"(*ConvTranspose2D)(nil)": &layers.ConvTranspose2D{}, "(*Dense)(nil)": &layers.Dense{},
		"(*Dropout)(nil)": &layers.Dropout{}, "(*Flatten)(nil)": &layers.Flatten{}, "Sequential(nil)": layers.Sequential{},
		"(*MaxPool2D)(nil)": &layers.MaxPool2D{}, "(*AvgPool2D)(nil)": &layers.AvgPool2D{}, "(*GlobalAvgPool)(nil)": &layers.GlobalAvgPool{},
		"(*BatchNorm)(nil)": &layers.BatchNorm{}, "(*LayerNorm)(nil)": &layers.LayerNorm{}, "(*GroupNorm)(nil)": &layers.GroupNorm{},
	}
	of["(*Residual)(nil)"], of["(*Parallel)(nil)"] = &layers.Residual{Body: layers.Tanh()}, &layers.Parallel{}
	of["(*Reshape)(nil)"], of["(*Permute)(nil)"] = &layers.Reshape{}, &layers.Permute{}
	of["(*Dropout2D)(nil)"] = &layers.Dropout2D{}
	of["(*Embedding)(nil)"] = &layers.Embedding{}
	of["(*Recurrent)(nil)"] = &layers.Recurrent{}
	of["(*Vector)(nil)"] = &layers.Vector{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^var _ (?:Layer|Stateful) = (.*)$`).FindAllStringSubmatch(string(text), -1) {
			found++
			if !assert.Contains(t, of, m[1], "%s has a layer without a kind: add one to Kinds, and the layer to this test", file) {
				continue
			}
			_, err := layers.Encode(of[m[1]], layers.Kinds())
			assert.NoError(t, err, file)
		}
	}
	assert.Equal(t, len(of), found)
}
