package kfac_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/gokfac/gokfac/kfac"
)

// A logistic regression in slices: the caller computes the outputs, the gradient and the
// gradients from sampled targets, and K-FAC takes the steps.
func ExampleByHand() {
	x := []float64{0.1, 20, 0.3, -10, -0.2, 10, -0.1, -20, 0.2, 5, -0.3, -5} // 6×2
	y := []float64{1, 1, 0, 0, 1, 0}
	w, b := make([]float64, 2), make([]float64, 1)

	logits := &kfac.ByHandMap[float64]{Name: "logits", In: 2, Out: 1, Weight: w, Bias: b}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, logits) // σ(z) − y, no 1/N
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, Damping: 0.01, DampingUpdateSteps: kfac.None})
	if err != nil {
		log.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	g := make([]float64, len(y))
	for range 60 {
		loss, z, dw, db := logistic(w, b, x, y) // the caller's own forward and backward pass
		net.Begin(len(y))
		logits.Gradients(dw, db)
		if optimizer.CurvatureDue() {
			net.SampleSigmoid(g, z, random) // σ(z) − ŷ, ŷ drawn from σ(z)
			logits.Inputs(x)
			logits.Sampled(g)
		}
		if err := net.Step(optimizer, loss); err != nil {
			log.Fatal(err)
		}
	}
	loss, _, _, _ := logistic(w, b, x, y)
	fmt.Println("loss below 0.4:", loss < 0.4)
	// Output: loss below 0.4: true
}

// The caller takes the steps: U comes back in slices, over the gradients.
func ExampleByHandRule() {
	x := []float64{0.1, 20, 0.3, -10, -0.2, 10, -0.1, -20, 0.2, 5, -0.3, -5} // 6×2
	y := []float64{1, 1, 0, 0, 1, 0}
	w, b := make([]float64, 2), make([]float64, 1)
	logits := &kfac.ByHandMap[float64]{Name: "logits", In: 2, Out: 1, Weight: w, Bias: b}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, logits)
	if err != nil {
		log.Fatal(err)
	}
	const alpha = 0.5
	optimizer, err := kfac.NewPreconditioned(&kfac.ByHandRule{Rate: alpha}, kfac.PreconditionedConfig{Damping: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	g := make([]float64, len(y))
	for range 60 {
		loss, z, dw, db := logistic(w, b, x, y)
		net.Begin(len(y))
		net.SampleSigmoid(g, z, random)
		logits.Inputs(x)
		logits.Sampled(g)
		logits.Gradients(dw, db)
		if err := net.Step(optimizer, loss); err != nil {
			log.Fatal(err)
		}
		if err := logits.Update(dw, db); err != nil { // U
			log.Fatal(err)
		}
		w[0] -= alpha * dw[0]
		w[1] -= alpha * dw[1]
		b[0] -= alpha * db[0]
	}
	loss, _, _, _ := logistic(w, b, x, y)
	fmt.Println("loss below 0.4:", loss < 0.4)
	// Output: loss below 0.4: true
}

// A first step with True and Gradients both tells whether the factor 1/N is where it should be.
func ExampleByHandMap_True() {
	m := &kfac.ByHandMap[float64]{Name: "map", In: 1, Out: 1, Weight: []float64{0}}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, m)
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.NewPreconditioned(&kfac.ByHandRule{}, kfac.PreconditionedConfig{})
	if err != nil {
		log.Fatal(err)
	}
	net.Begin(4)
	m.Inputs([]float64{1, 2, 3, 4})
	m.True([]float64{1, 1, -1, 1}) // of single examples' losses
	m.Gradients([]float64{4}, nil) // Σ a·g: that of the sum, where that of the mean is wanted
	fmt.Println(net.Step(optimizer, 0))
	// Output: kfac: map map: Gradients are 4 times those that follow from True and Inputs, for 4 examples: a factor 1/N is missing or is there twice, or ByHandConfig.Scale is wrong
}

// A map that is used at several places of each example, with weights out×in, and a parameter
// under no map.
func ExampleByHandOther() {
	recurrent := &kfac.ByHandMap[float32]{Name: "recurrent", In: 3, Out: 2, Locations: 5, Weight: make([]float32, 6), Layout: kfac.OutIn}
	gain := &kfac.ByHandOther[float32]{Name: "gain", Value: []float32{1, 1}}
	net, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean}, recurrent, gain)
	if err != nil {
		log.Fatal(err)
	}
	optimizer, err := kfac.NewPreconditioned(&kfac.ByHandRule{}, kfac.PreconditionedConfig{})
	if err != nil {
		log.Fatal(err)
	}
	net.Begin(2) // 2 examples
	for t := range 5 {
		recurrent.InputsAt(t, []float32{1, 2, 3, 4, 5, 6}) // 2×3
		recurrent.SampledAt(t, []float32{1, 0, 0, 1})      // 2×2
	}
	recurrent.Gradients([]float32{1, 2, 3, 4, 5, 6}, nil) // 2×3, as the weight
	gain.SampledSquares([]float32{0.5, 1.5})              // the diagonal: damping is added to it
	gain.Gradient([]float32{1, 1})
	if err := net.Step(optimizer, 0.7); err != nil {
		log.Fatal(err)
	}
	u := make([]float32, 2)
	if err := gain.Update(u); err != nil {
		log.Fatal(err)
	}
	fmt.Println(u) // 1/(0.5+λ), 1/(1.5+λ), λ = 0.5
	// Output: [1 0.5]
}
