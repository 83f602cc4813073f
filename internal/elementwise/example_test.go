package elementwise_test

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/elementwise"
)

func Example() {
	z := []float32{1, 2, 3, 3, 3, 3} // two rows of three classes
	p := make([]float32, len(z))
	elementwise.Softmax(p, z, 3)
	fmt.Printf("%.4f\n", p)
	fmt.Printf("%.4f\n", elementwise.SoftmaxCrossEntropy(z, []float32{2, 0}, 3))
	// Output:
	// [0.0900 0.2447 0.6652 0.3333 0.3333 0.3333]
	// 1.5062
}
