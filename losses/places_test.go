package losses_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// Processes that share a mini-batch draw the targets that one draws for the whole: of the
// mini-batch's step and the curvature pass.
func TestTargetsByPlace(t *testing.T) {
	sampleOf := func(l losses.Loss) func(b *graph.Builder, z *graph.Node) (*graph.Node, error) { return l.Sample }
	two := losses.SoftmaxCrossEntropy{}
	for name, c := range map[string]struct {
		outputs int
		draw    func(b *graph.Builder, z *graph.Node) (*graph.Node, error)
	}{
		"softmax":  {40, sampleOf(losses.SoftmaxCrossEntropy{})},
		"sigmoid":  {33, sampleOf(losses.SigmoidCrossEntropy{})}, // odd: half of a number is left over
		"squared":  {5, sampleOf(losses.SquaredError{})},
		"gaussian": {6, sampleOf(losses.DiagonalGaussian{})},
		"joint":    {80, sampleOf(&losses.Joint{Heads: []losses.Head{{Loss: two, Units: 40}, {Loss: two, Units: 40}}})},
		"signs":    {70, func(b *graph.Builder, z *graph.Node) (*graph.Node, error) { return losses.RandomSigns(b, z, 0.5) }},
	} {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(name+" "+dtype.String(), func(t *testing.T) {
				const n = 7
				r := rand.New(rand.NewPCG(1, 1))
				z := make([]float64, n*c.outputs)
				for i := range z {
					z[i] = float64(float32(0.1 * r.NormFloat64()))
				}
				// drawn are the targets of the examples first, first + stride, ….
				drawn := func(p graph.Places) []float64 {
					var rows []float64
					for i := p.First; i < n; i += p.Stride {
						rows = append(rows, z[i*c.outputs:][:c.outputs]...)
					}
					b := typedBuilder(t, dtype, len(rows)/c.outputs, 1)
					p.Active, p.Seed = true, 3
					b.Streams.Places = &p
					in, memory := b.Input("z", b.Batch, c.outputs)
					require.NoError(t, graph.CopyInto(memory, tensor.New(tensor.WithShape(b.Batch, c.outputs), tensor.WithBacking(rows))))
					y := must(t)(c.draw(b, in))
					compute(t, b, y)
					return values(y)
				}
				whole := drawn(graph.Places{Step: 5, Pass: 1, Stride: 1})
				size := len(whole) / n
				for rank := range 2 {
					own := drawn(graph.Places{Step: 5, Pass: 1, First: rank, Stride: 2})
					for i := range len(own) / size {
						assert.Equal(t, whole[(rank+2*i)*size:][:size], own[i*size:][:size], "example %d of share %d", i, rank)
					}
				}
				assert.NotEqual(t, whole, drawn(graph.Places{Step: 6, Pass: 1, Stride: 1}), "the next mini-batch")
				assert.NotEqual(t, whole, drawn(graph.Places{Step: 5, Pass: 2, Stride: 1}), "the next pass")
				if name == "joint" {
					first, second := make([]float64, n), make([]float64, n)
					for i := range n {
						first[i], second[i] = whole[2*i], whole[2*i+1]
					}
					assert.NotEqual(t, first, second, "two heads")
				}
			})
		}
	}
}
