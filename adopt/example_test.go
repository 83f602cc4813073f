package adopt_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/kfac"
)

// A gorgonia program for the sign of x₁·x₂. The lines about adopt and kfac are those that turn it to
// K-FAC: without them its solver was gorgonia.NewAdamSolver().
func Example() {
	const n = 64
	rng := rand.New(rand.NewPCG(1, 1))
	g := G.NewGraph()
	x := G.NewMatrix(g, G.Float64, G.WithShape(n, 2), G.WithName("x"))
	y := G.NewMatrix(g, G.Float64, G.WithShape(n, 2), G.WithName("y"))
	weight := func(name string, shape ...int) *G.Node {
		v := tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float64))
		for i := range v.Float64s() {
			v.Float64s()[i] = rng.NormFloat64() / math.Sqrt(float64(shape[0]))
		}
		return G.NewMatrix(g, G.Float64, G.WithShape(shape...), G.WithName(name), G.WithValue(v))
	}
	w0, b0, w1 := weight("w0", 2, 16), weight("b0", 1, 16), weight("w1", 16, 2)
	h := G.Must(G.Tanh(G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w0)), b0, nil, []byte{0}))))
	out := G.Must(G.SoftMax(G.Must(G.Mul(h, w1))))
	cost := G.Must(G.Neg(G.Must(G.Mean(G.Must(G.Sum(G.Must(G.HadamardProd(G.Must(G.Log(out)), y)), 1))))))
	learnables := G.Nodes{w0, b0, w1}
	if _, err := G.Grad(cost, learnables...); err != nil {
		log.Fatal(err)
	}
	vm := G.NewTapeMachine(g, G.BindDualValues(learnables...))
	defer vm.Close()

	adopted, err := adopt.New(cost, learnables, adopt.Config{Outputs: []adopt.Output{{Node: out}}})
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		log.Fatal(err)
	}
	solver := adopted.Solver(optimizer)
	fmt.Print(adopted.Report())

	inputs := tensor.New(tensor.WithShape(n, 2), tensor.Of(tensor.Float64))
	targets := tensor.New(tensor.WithShape(n, 2), tensor.Of(tensor.Float64))
	for range 200 {
		a, t := inputs.Float64s(), targets.Float64s()
		clear(t)
		for i := range n {
			a[2*i], a[2*i+1] = rng.NormFloat64(), rng.NormFloat64()
			class := 0
			if a[2*i]*a[2*i+1] > 0 {
				class = 1
			}
			t[2*i+class] = 1
		}
		if err := G.Let(x, inputs); err != nil {
			log.Fatal(err)
		}
		if err := G.Let(y, targets); err != nil {
			log.Fatal(err)
		}
		if err := vm.RunAll(); err != nil {
			log.Fatal(err)
		}
		if err := solver.Step(G.NodesToValueGrads(learnables)); err != nil {
			log.Fatal(err)
		}
		vm.Reset()
	}
	fmt.Println("learned:", solver.Loss() < 0.2)
	// Output:
	// 64 examples of input x, float64
	// output SoftMax of shape [64 2]: 2 units, softmax cross-entropy, found: the cost is 1 times its mean negative log-likelihood
	//   its Value after a run is the logarithms of the probabilities: gorgonia's Log turns the SoftMax itself into a LogSoftMax
	//   w0  affine map 2→16
	//   b0  affine map 2→16
	//   w1  affine map 16→2
	// learned: true
}
