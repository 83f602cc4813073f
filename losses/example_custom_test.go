package losses_test

import (
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// logCosh is a cost of one's own, Σ log cosh(z − y): like half a square near 0, and like a distance far away, so that an
// outlier counts little. Everything but the cost is the squared error's: the shape of targets, and the Gaussian
// distribution that K-FAC's curvature is of.
type logCosh struct{ losses.SquaredError }

// Build adds the cost, of shape (1): the mean over examples of the sum over units.
func (logCosh) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	examples := z.Shape()[0]
	return b.Apply(graph.Op{
		Name: "log-cosh", Shape: tensor.Shape{1},
		F32: meanLogCosh[float32](examples), F64: meanLogCosh[float64](examples),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { // nothing flows to the targets
			dz, err := d.Apply(graph.Op{
				Name: "log-cosh-gradient", Shape: z.Shape(),
				F32: tanhOver[float32](examples), F64: tanhOver[float64](examples),
			}, d.In[0], d.In[1], d.Grad)
			return []*graph.Node{dz, nil}, err
		},
	}, z, y)
}

func meanLogCosh[T graph.Float](examples int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		var sum float64
		for i, z := range in[0] {
			distance := math.Abs(float64(z - in[1][i]))
			sum += distance + math.Log1p(math.Exp(-2*distance)) - math.Ln2 // cosh would overflow
		}
		out[0] = T(sum / float64(examples))
	}
}

func tanhOver[T graph.Float](examples int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		for i, z := range in[0] {
			out[i] = T(math.Tanh(float64(z-in[1][i]))/float64(examples)) * in[2][0]
		}
	}
}

// Five points of y = 2x and an outlier: the squared error follows it, log cosh hardly does. K-FAC takes the steps.
func ExampleLoss() {
	x := tensor.New(tensor.WithShape(6, 1), tensor.WithBacking([]float64{-2, -1, 0, 1, 2, 1}))
	y := tensor.New(tensor.WithShape(6, 1), tensor.WithBacking([]float64{-4, -2, 0, 2, 4, 30}))
	for _, loss := range []losses.Loss{losses.SquaredError{}, logCosh{}} {
		model, err := trainer.NewModel(&layers.Dense{Units: 1, NoBias: true}, loss, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64, Seed: 1})
		if err != nil {
			log.Fatal(err)
		}
		optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: 0.5, Damping: 0.01, Estimator: graph.Exact})
		if err != nil {
			log.Fatal(err)
		}
		for range 100 {
			batch, err := model.Batch(x, y)
			if err != nil {
				log.Fatal(err)
			}
			if _, err := optimizer.Step(batch); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Printf("y = %.1f·x\n", model.Params()[0].Value.Float64s()[0])
	}
	// Output:
	// y = 4.5·x
	// y = 2.1·x
}
