package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
	"github.com/gokfac/gokfac/layers"
)

// BenchmarkLayers are forward and backward passes over 128×24×24×64 float32, 19 MB, against copies of as much memory:
//
//	go test ./layers -run - -bench 'Layers|Copies' -count 5
func BenchmarkLayers(b *testing.B) {
	shape := []int{128, 24, 24, 64}
	for name, l := range map[string]func() layers.Layer{
		"max-2x2": func() layers.Layer { return &layers.MaxPool2D{Window: [2]int{2, 2}} },
		"max-3x3-2": func() layers.Layer {
			return &layers.MaxPool2D{Window: [2]int{3, 3}, Stride: [2]int{2, 2}, Padding: [2]int{1, 1}}
		},
		"avg-2x2":    func() layers.Layer { return &layers.AvgPool2D{Window: [2]int{2, 2}} },
		"global-avg": func() layers.Layer { return &layers.GlobalAvgPool{} },
		"batchnorm":  func() layers.Layer { return &layers.BatchNorm{} },
		"bare-batch": func() layers.Layer { return &layers.BatchNorm{NoScale: true, NoShift: true} },
		"layernorm":  func() layers.Layer { return &layers.LayerNorm{} },
		"groupnorm":  func() layers.Layer { return &layers.GroupNorm{Groups: 8} },
	} {
		g := newBuilder(b, graph.Float32, shape[0], true, 1)
		in, v := g.Input("x", shape...)
		for i := range v.Float32s() {
			v.Float32s()[i] = float32(i*2654435761%1024) / 512
		}
		layer := l()
		y, err := layer.Build(g, in)
		require.NoError(b, err)
		wrt := []*graph.Node{in}
		for _, p := range layer.Params() {
			wrt = append(wrt, g.Param(p))
		}
		grads, err := g.Backward(y, g.Ones(y.Shape()...), wrt...)
		require.NoError(b, err)
		forward, err := g.Compile(append(g.Updates(), y)...)
		require.NoError(b, err)
		both, err := g.Compile(append(append(g.Updates(), y), grads...)...)
		require.NoError(b, err)
		require.NoError(b, both.Run()) // takes the memory
		b.Run(name+"/forward", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, forward.Run())
			}
		})
		b.Run(name+"/both", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, both.Run())
			}
		})
	}
}

// BenchmarkCopies is the memory's speed: one copy reads 19 MB and writes 19.
func BenchmarkCopies(b *testing.B) {
	x, y := make([]float32, 128*24*24*64), make([]float32, 128*24*24*64)
	for i := range x {
		x[i] = float32(i) // memory that nobody has written is one page of zeros
	}
	for b.Loop() {
		vector.Copy(y, x)
	}
}
