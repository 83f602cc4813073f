package eigen_test

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/eigen"
)

func ExampleWorkspace_Decompose() {
	var w eigen.Workspace
	q := []float64{
		2, 0, // the upper triangle is not read
		1, 2,
	}
	values := make([]float64, 2)
	if !w.Decompose(2, q, values) {
		panic("not finite")
	}
	fmt.Printf("%.4f\n", values)
	fmt.Printf("%.4f\n", []float64{q[0] * q[0], q[0] * q[2]}) // vector 0, but for its sign
	// Output:
	// [1.0000 3.0000]
	// [0.5000 -0.5000]
}

func ExampleWorkspace_Simultaneous() {
	var w eigen.Workspace
	a := []float64{4, 0, 0, 1}
	c := []float64{2, 0, 0, 3}
	k, s := make([]float64, 4), make([]float64, 2)
	if !w.Simultaneous(2, a, c, k, s) {
		panic("not positive definite")
	}
	fmt.Printf("%.4f\n", s)
	// Output: [0.5000 3.0000]
}
