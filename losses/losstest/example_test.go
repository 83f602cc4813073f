package losstest_test

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

// logCosh is a cost of one's own, Σ log cosh(z − y), with the Gaussian distribution of the squared error. Its gradient
// lacks the 1/N of the mean.
type logCosh struct{ losses.SquaredError }

func (logCosh) Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	n := z.Shape()[0]
	return b.Apply(graph.Op{
		Name: "log-cosh", Shape: tensor.Shape{1},
		F32: meanLogCosh[float32](n), F64: meanLogCosh[float64](n),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			dz, err := d.Apply(graph.Op{Name: "tanh", Shape: z.Shape(), F32: tanh[float32], F64: tanh[float64]}, d.In[0], d.In[1], d.Grad)
			return []*graph.Node{dz, nil}, err
		},
	}, z, y)
}

func meanLogCosh[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		sum := 0.0
		for i, z := range in[0] {
			d := math.Abs(float64(z - in[1][i]))
			sum += d + math.Log1p(math.Exp(-2*d)) - math.Ln2
		}
		out[0] = T(sum / float64(n))
	}
}

func tanh[T graph.Float](out []T, in [][]T) {
	for i, z := range in[0] {
		out[i] = T(math.Tanh(float64(z-in[1][i]))) * in[2][0] // where is the /N?
	}
}

// printer is in the place of a test, and prints failures.
type printer struct{}

func (printer) Helper()                           {}
func (printer) Logf(string, ...any)               {}
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// In a test of one's own it is one line: losstest.Check(t, logCosh{}, losstest.Config{}).
func ExampleCheck() {
	losstest.Check(printer{}, logCosh{}, losstest.Config{})
	// Output:
	// losstest: losstest_test.logCosh: batch: the gradient of Build of a batch of 2 is 2 times its examples' own over N, the number of examples: a sum in the place of a mean, or a factor N too much (element [0 2]: 0.997566 instead of 0.498783; 6 of 6 elements differ)
	// losstest: losstest_test.logCosh: gradient: the gradient of Build is 5 times the finite difference of Build, the number of examples: a sum in the place of a mean, or a factor N too much (element [1 1]: 0.995819 instead of 0.199164; 15 of 15 elements differ)
}
