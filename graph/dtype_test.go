package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

func dense(backing any, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

func TestCopyIntoConverts(t *testing.T) {
	for name, src := range map[string]*tensor.Dense{
		"float32": dense([]float32{0, 1, 2, 200}, 2, 2),
		"float64": dense([]float64{0, 1, 2, 200}, 2, 2),
		"int":     dense([]int{0, 1, 2, 200}, 2, 2),
		"int32":   dense([]int32{0, 1, 2, 200}, 2, 2),
		"int64":   dense([]int64{0, 1, 2, 200}, 2, 2),
		"uint8":   dense([]uint8{0, 1, 2, 200}, 2, 2),
	} {
		t.Run(name, func(t *testing.T) {
			single, double := graph.NewDense(graph.Float32, 4), graph.NewDense(graph.Float64, 4, 1)
			require.NoError(t, graph.CopyInto(single, src))
			require.NoError(t, graph.CopyInto(double, src))
			assert.Equal(t, []float32{0, 1, 2, 200}, graph.Data[float32](single))
			assert.Equal(t, []float64{0, 1, 2, 200}, graph.Data[float64](double))
		})
	}
	rounded := graph.NewDense(graph.Float32, 2)
	require.NoError(t, graph.CopyInto(rounded, dense([]float64{0.1, -1e300}, 2)))
	assert.Equal(t, float32(0.1), rounded.Float32s()[0])
	negative := graph.NewDense(graph.Float64, 2)
	require.NoError(t, graph.CopyInto(negative, dense([]int{-1, -2}, 2)))
	assert.Equal(t, []float64{-1, -2}, negative.Float64s())
}

// Rows of a larger tensor lie together and are copied; a single number is one.
func TestCopyIntoOfViews(t *testing.T) {
	rows, err := dense([]float64{1, 2, 3, 4, 5, 6}, 3, 2).Slice(tensor.S(1, 3))
	require.NoError(t, err)
	dst := graph.NewDense(graph.Float64, 2, 2)
	require.NoError(t, graph.CopyInto(dst, rows.(*tensor.Dense)))
	assert.Equal(t, []float64{3, 4, 5, 6}, dst.Float64s())
	one := graph.NewDense(graph.Float64, 1, 1)
	require.NoError(t, graph.CopyInto(one, dense([]int{7}, 1)))
	assert.Equal(t, []float64{7}, one.Float64s())
}

func TestCopyIntoErrors(t *testing.T) {
	six := func() *tensor.Dense { return dense([]float64{1, 2, 3, 4, 5, 6}, 2, 3) }
	transposed := six()
	require.NoError(t, transposed.T())
	columns, err := six().Slice(nil, tensor.S(0, 2))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		dst, src *tensor.Dense
		want     string
	}{
		"count":        {graph.NewDense(graph.Float64, 5), six(), "copy of (2, 3) into (5): element counts differ"},
		"transposed":   {graph.NewDense(graph.Float64, 3, 2), transposed, "not a contiguous row-major tensor"},
		"columns":      {graph.NewDense(graph.Float64, 2, 2), columns.(*tensor.Dense), "not a contiguous row-major tensor"},
		"column-major": {graph.NewDense(graph.Float64, 2, 3), tensor.New(tensor.WithShape(2, 3), tensor.AsFortran([]float64{1, 2, 3, 4, 5, 6})), "row-major"},
		"element type": {graph.NewDense(graph.Float64, 2), dense([]bool{true, false}, 2), "cannot convert bool"},
		"into ints":    {dense([]int{0, 0}, 2), graph.NewDense(graph.Float64, 2), "want float32 or float64"},
		"nil":          {graph.NewDense(graph.Float64, 2), nil, "nil"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, graph.CopyInto(c.dst, c.src), c.want)
		})
	}
}
