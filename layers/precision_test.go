package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// Every layer, forward and backward, in float32 against float64. The same
// seed gives both the same weights and masks up to rounding.
func TestFloat32AgreesWithFloat64(t *testing.T) {
	// One rounding of each operand and of each of the 12 terms of a sum, all
	// of size at most 4: 12·4·2⁻²³.
	const tolerance = 12 * 4 * 1.2e-7
	const n, in = 5, 12
	x := normals(rand.New(rand.NewPCG(3, 3)), n*in)
	for name, layer := range map[string]func() layers.Layer{
		"relu":     func() layers.Layer { return layers.ReLU() },
		"tanh":     func() layers.Layer { return layers.Tanh() },
		"sigmoid":  func() layers.Layer { return layers.Sigmoid() },
		"identity": func() layers.Layer { return layers.Sequential{layers.Identity(), layers.Tanh()} },
		"dense":    func() layers.Layer { return &layers.Dense{Units: 7, BiasInit: -0.5} },
		"dropout":  func() layers.Layer { return &layers.Dropout{Rate: 0.4} },
		"flatten":  func() layers.Layer { return &layers.Flatten{} },
	} {
		t.Run(name, func(t *testing.T) {
			run := func(single bool) (y, dx []float64) {
				dtype := graph.Float64
				if single {
					dtype = graph.Float32
				}
				b := newBuilder(t, dtype, n, true, 9)
				xn := input(t, b, x, n, in/2, 2)
				m, err := b.Reshape(xn, n, in)
				require.NoError(t, err)
				if name == "flatten" {
					m = xn
				}
				yn, err := layer().Build(b, m)
				require.NoError(t, err)
				g, err := b.Backward(yn, b.Ones(yn.Shape()...), xn)
				require.NoError(t, err)
				p, err := b.Compile(yn, g[0])
				require.NoError(t, err)
				require.NoError(t, p.Run())
				return doubles(graph.Value(yn)), doubles(graph.Value(g[0]))
			}
			y32, dx32 := run(true)
			y64, dx64 := run(false)
			assert.InDeltaSlice(t, y64, y32, tolerance)
			assert.InDeltaSlice(t, dx64, dx32, tolerance)
			switch name {
			case "tanh", "sigmoid", "dense": // the others may agree to the bit
				assert.NotEqual(t, y64, y32, "both in one precision?")
			}
		})
	}
}
