package curvature_test

import (
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// laplacian is a banded matrix of gonum, 2 on the diagonal and −1 beside it.
func laplacian(n int) *mat.SymBandDense {
	a := mat.NewSymBandDense(n, 1, nil)
	for i := range n {
		a.SetSymBand(i, i, 2)
		if i > 0 {
			a.SetSymBand(i-1, i, -1)
		}
	}
	return a
}

// The Fisher matrix of a line w₁x + w₂ with Gaussian noise of variance 1, over four
// examples in two mini-batches, is the mean of (x, 1)(x, 1)ᵀ.
func ExampleNewModel() {
	model := must(trainer.NewModel(&layers.Dense{Units: 1}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{1}, DType: graph.Float64}))
	batches := func(yield func(graph.Objective, error) bool) {
		for _, x := range [][]float64{{0, 1}, {2, 3}} {
			obj, err := model.Batch(
				tensor.New(tensor.WithShape(2, 1), tensor.WithBacking(x)),
				tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{0, 0})))
			if !yield(obj, err) {
				return
			}
		}
	}
	fisher := must(curvature.NewModel(batches, curvature.ModelConfig{Matrix: graph.Fisher}))
	fmt.Println(mat.Formatted(must(curvature.Dense(fisher))))
	// Output:
	// ⎡3.5  1.5⎤
	// ⎣1.5    1⎦
}

// The natural gradient F⁻¹∇h of least squares leads from w = 0 to the solution in one step:
// y = 1 + 2x fits the data.
func ExampleOne() {
	model := must(trainer.NewModel(&layers.Dense{Units: 1, Init: layers.Constant(0)}, losses.SquaredError{},
		trainer.ModelConfig{Input: []int{1}, DType: graph.Float64}))
	obj := must(model.Batch(
		tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{0, 1, 2})),
		tensor.New(tensor.WithShape(3, 1), tensor.WithBacking([]float64{1, 3, 5}))))
	must(obj.Grad())
	fisher := must(curvature.NewModel(curvature.One(obj), curvature.ModelConfig{}))
	gradient := make([]float64, fisher.SymmetricDim())
	if err := curvature.Flatten(gradient, graph.Gradients(obj.Params())); err != nil {
		log.Fatal(err)
	}
	var step mat.VecDense
	solver := must(curvature.NewSolver(curvature.SolverConfig{}))
	must(solver.Solve(&step, fisher, mat.NewVecDense(len(gradient), gradient)))
	fmt.Printf("%.4f\n", mat.Formatted(step.T()))
	// Output: [-2.0000  -1.0000]
}

func ExampleSolver_Solve() {
	a := laplacian(5)
	b := mat.NewVecDense(5, []float64{1, 0, 0, 0, 1})
	solver := must(curvature.NewSolver(curvature.SolverConfig{}))
	var x mat.VecDense
	solution := must(solver.Solve(&x, a, b))
	fmt.Println(solution.Outcome, "in", solution.Iterations, "iterations")
	fmt.Printf("%.4f\n", mat.Formatted(x.T()))

	a.SetSymBand(2, 2, -2)
	solution = must(solver.Solve(&x, a, b))
	fmt.Println(solution.Outcome, "along", solution.Direction.Len(), "numbers")
	// Output:
	// converged in 3 iterations
	// [1.0000  1.0000  1.0000  1.0000  1.0000]
	// negative curvature along 5 numbers
}

// TRPO and other methods that damp the Fisher matrix take a few steps with a fixed limit.
func ExampleShift() {
	singular := curvature.Symmetric(mat.NewSymDense(2, []float64{1, 1, 1, 1}))
	solver := must(curvature.NewSolver(curvature.SolverConfig{Tolerance: graph.None, Iterations: 10}))
	var x mat.VecDense
	b := mat.NewVecDense(2, []float64{1, 0})
	fmt.Println(must(solver.Solve(&x, singular, b)).Outcome)
	must(solver.Solve(&x, curvature.Shift(singular, 0.5), b))
	fmt.Printf("%.3f\n", mat.Formatted(x.T()))
	// Output:
	// no curvature
	// [ 1.200  -0.800]
}

// The eigenvalues are 2 − 2cos(iπ/101).
func ExampleEigen() {
	pairs := must(curvature.Eigen(laplacian(100), curvature.EigenConfig{Count: 3}))
	fmt.Printf("%.6f %v\n", pairs.Values, pairs.Converged)
	pairs = must(curvature.Eigen(laplacian(100), curvature.EigenConfig{Count: 2, End: curvature.Smallest}))
	fmt.Printf("%.6f %v\n", pairs.Values, pairs.Converged)
	// Output:
	// [3.999033 3.996131 3.991299] true
	// [0.000967 0.003869] true
}

func ExampleHutchinson() {
	e := must(curvature.Hutchinson(laplacian(100), curvature.TraceConfig{Products: 50}))
	fmt.Printf("200 is within 3 standard errors of %.1f: %v\n", e.Value, e.Value-3*e.StandardError < 200 && 200 < e.Value+3*e.StandardError)
	// Output: 200 is within 3 standard errors of 200.7: true
}

// A matrix of rank 3 has its exact trace for 12 products.
func ExampleHutchPlusPlus() {
	a := mat.NewSymDense(50, nil)
	a.SetSym(3, 3, 5)
	a.SetSym(7, 8, 1)
	a.SetSym(7, 7, 2)
	e := must(curvature.HutchPlusPlus(curvature.Symmetric(a), curvature.TraceConfig{Products: 12}))
	fmt.Printf("%.6f ± %.6f\n", e.Value, e.StandardError)
	// Output: 7.000000 ± 0.000000
}

// Half of the eigenvalues 2 − 2cos(iπ/1001) are below 2, where their density is 1/2π.
func ExampleNewDensity() {
	d := must(curvature.NewDensity(laplacian(1000), curvature.DensityConfig{Vectors: 40, Steps: 40}))
	fmt.Printf("below 2: %.2f\n", d.Cumulative(2))
	fmt.Printf("density at 2: %.2f\n", d.At(2, 0.2))
	// Output:
	// below 2: 0.50
	// density at 2: 0.16
}

// The mean of the squares of the eigenvalues is 6 − 2/n.
func ExampleDensity_Trace() {
	d := must(curvature.NewDensity(laplacian(1000), curvature.DensityConfig{Steps: 10, Seed: 1}))
	e := d.Trace(func(lambda float64) float64 { return lambda * lambda / 1000 })
	fmt.Printf("%.2f ± %.2f\n", e.Value, e.StandardError)
	// Output: 6.07 ± 0.09
}

// The determinant of A + I, of order n, is the Fibonacci number of index 2n + 2: its logarithm is
// 96.40 for n = 100.
func ExampleDensity_LogDet() {
	d := must(curvature.NewDensity(laplacian(100), curvature.DensityConfig{Vectors: 100, Seed: 1}))
	e := d.LogDet(1)
	fmt.Printf("%.0f ± %.0f\n", e.Value, e.StandardError)
	// Output: 96 ± 1
}

func ExampleFlatten() {
	d := graph.NewDirection([]*graph.Param{graph.NewParam("w", graph.Float32, 2, 1), graph.NewParam("b", graph.Float32, 1)})
	d[0].Float32s()[1], d[1].Float32s()[0] = 3, 5
	v := make([]float64, curvature.Len(d))
	if err := curvature.Flatten(v, d); err != nil {
		log.Fatal(err)
	}
	fmt.Println(v)
	// Output: [0 3 5]
}

func ExampleUnflatten() {
	d := graph.NewDirection([]*graph.Param{graph.NewParam("w", graph.Float64, 2, 1), graph.NewParam("b", graph.Float64, 1)})
	if err := curvature.Unflatten(d, []float64{1, 2, 3}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(d[0].Float64s(), d[1].Float64s())
	// Output: [1 2] [3]
}

func ExampleDense() {
	fmt.Println(mat.Formatted(must(curvature.Dense(curvature.Shift(laplacian(3), 1)))))
	// Output:
	// ⎡ 3  -1   0⎤
	// ⎢-1   3  -1⎥
	// ⎣ 0  -1   3⎦
}

// Multiply is a product that says what went wrong.
func ExampleMultiply() {
	var y mat.VecDense
	err := curvature.Multiply(laplacian(3), &y, mat.NewVecDense(2, nil))
	fmt.Println(err)
	// Output: curvature: product of a matrix of order 3 with a vector of length 2 into one of length 0
}
