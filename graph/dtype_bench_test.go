package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

func BenchmarkCopyInto(b *testing.B) {
	const n, features = 512, 784
	dst := graph.NewDense(graph.Float32, n, features)
	// Repeat writes the elements: memory never written is one page of zeros, always in the cache.
	for name, backing := range map[string]any{
		"float32": slices.Repeat([]float32{1}, n*features),
		"float64": slices.Repeat([]float64{1}, n*features),
		"uint8":   slices.Repeat([]uint8{1}, n*features),
	} {
		src := dense(backing, n, features)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(dst.MemSize()))
			for b.Loop() {
				require.NoError(b, graph.CopyInto(dst, src))
			}
		})
	}
}
