package graph_test

import (
	"errors"
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// A sum of two inputs, compiled and run.
func ExampleNewBuilder() {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
	if err != nil {
		log.Fatal(err)
	}
	x, left := b.Input("x", 2)
	y, right := b.Input("y", 2)
	sum, err := b.Sum(x, y)
	if err != nil {
		log.Fatal(err)
	}
	program, err := b.Compile(sum)
	if err != nil {
		log.Fatal(err)
	}
	copy(left.Float64s(), []float64{1, 2})
	copy(right.Float64s(), []float64{10, 20})
	if err := program.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(graph.Value(sum).Float64s(), graph.IsInput(x), graph.IsInput(sum))
	// Output: [11 22] true false
}

// A forward walk gives the Jacobian-vector product: x·y changes at the rate x'·y + x·y'.
func ExampleBilinear() {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
	if err != nil {
		log.Fatal(err)
	}
	x, left := b.Input("x", 2)
	y, right := b.Input("y", 2)
	dx, toLeft := b.Input("dx", 2)
	z, err := elementProducts(b, x, y)
	if err != nil {
		log.Fatal(err)
	}
	dz, err := b.Forward(z, []*graph.Node{x}, []*graph.Node{dx})
	if err != nil {
		log.Fatal(err)
	}
	program, err := b.Compile(dz)
	if err != nil {
		log.Fatal(err)
	}
	copy(left.Float64s(), []float64{3, 4})
	copy(right.Float64s(), []float64{5, 6})
	copy(toLeft.Float64s(), []float64{1, -1})
	if err := program.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(graph.Value(dz).Float64s())
	// Output: [5 -6]
}

// elementProducts adds the op x·y, element by element.
func elementProducts(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "times", Shape: x.Shape(),
		F32: elementMultiplied[float32], F64: elementMultiplied[float64],
		Tangent: graph.Bilinear(elementProducts),
	}, x, y)
}

func elementMultiplied[T graph.Float](out []T, in [][]T) {
	for i, v := range in[0] {
		out[i] = v * in[1][i]
	}
}

// weightAndBias are a weight of 1×2 and a bias of 2, with gradients.
func weightAndBias() []*graph.Param {
	weight, bias := graph.NewParam("weight", graph.Float64, 1, 2), graph.NewParam("bias", graph.Float64, 2)
	copy(weight.Grad.Float64s(), []float64{3, 0})
	copy(bias.Grad.Float64s(), []float64{0, 4})
	return []*graph.Param{weight, bias}
}

func ExampleNewParam() {
	p := graph.NewParam("weight", graph.Float32, 2, 3)
	fmt.Println(p.Name, p.Value.Shape(), p.Size(), p.Grad.Float32s())
	// Output: weight (2, 3) 6 [0 0 0 0 0 0]
}

func ExampleCountParams() {
	fmt.Println(graph.CountParams(weightAndBias()))
	// Output: 4
}

// A step of gradient descent on all parameters together: θ ← θ − 0.1·∇h.
func ExampleDirection() {
	params := weightAndBias()
	gradient := graph.Gradients(params)
	graph.Values(params).AddScaled(-0.1, gradient)
	fmt.Println(gradient.Norm(), params[0].Value.Float64s(), params[1].Value.Float64s())
	// Output: 5 [-0.30000000000000004 0] [0 -0.4]
}

// The angle between the last update and the gradient.
func ExampleNewDirection() {
	params := weightAndBias()
	last := graph.NewDirection(params)
	last[0].Float64s()[0] = 2
	norm, other, cosine := last.Angle(graph.Gradients(params))
	fmt.Println(norm, other, math.Round(100*cosine)/100)
	// Output: 2 5 0.6
}

func ExampleGradients() {
	fmt.Println(graph.Gradients(weightAndBias()).Norm())
	// Output: 5
}

func ExampleValues() {
	params := weightAndBias()
	graph.Values(params).Copy(graph.Gradients(params))
	fmt.Println(params[0].Value.Float64s(), params[1].Value.Float64s())
	// Output: [3 0] [0 4]
}

func ExampleCheckFinite() {
	err := graph.CheckFinite(math.NaN())
	var infinite *graph.NonFiniteError
	fmt.Println(errors.As(err, &infinite), graph.CheckFinite(1))
	// Output: true <nil>
}

// The loss alone does not tell.
func ExampleCheckGradients() {
	params := weightAndBias()
	params[1].Grad.Float64s()[0] = math.Inf(1)
	var infinite *graph.NonFiniteError
	fmt.Println(errors.As(graph.CheckGradients(0.5, params), &infinite) && infinite.Gradient)
	// Output: true
}

func ExampleCheckDType() {
	fmt.Println(graph.CheckDType(graph.Float32), graph.CheckDType(tensor.Int) != nil)
	// Output: <nil> true
}

func ExampleNewDense() {
	fmt.Println(graph.NewDense(graph.Float64, 2, 2).Float64s())
	// Output: [0 0 0 0]
}

func ExampleData() {
	t := graph.NewDense(graph.Float32, 2)
	graph.Data[float32](t)[1] = 7
	fmt.Println(t.Float32s())
	// Output: [0 7]
}

func ExampleFisherEstimator() {
	fmt.Println(graph.Exact.Validate(), graph.FisherEstimator("guess").Validate() != nil)
	// Output: <nil> true
}
