// Command by-hand trains a network of plain slices and loops (network.go) by K-FAC: no graph, no layers. Beside a forward and
// a backward pass K-FAC wants, now and then, the gradients of one more backward pass, whose targets are drawn from the network.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/gokfac/gokfac/kfac"
)

func main() {
	flag.Parse() // there are none: -h says so, and another one ends the program
	if err := train(newNetwork(), 100); err != nil {
		log.Fatal(err)
	}
}

func train(n *network, steps int) error {
	first := &kfac.ByHandMap[float64]{Name: "first", In: inputs, Out: hidden, Weight: n.w1, Bias: n.b1}
	second := &kfac.ByHandMap[float64]{Name: "second", In: hidden, Out: classes, Weight: n.w2, Bias: n.b2}
	// backward has the gradients of single examples' losses, without a factor 1/N.
	hand, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, first, second)
	if err != nil {
		return err
	}
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, DampingUpdateSteps: kfac.None})
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(2, 2))
	for k := range steps + 1 {
		n.forward()
		loss, g := n.loss() // softmax(z) − onehot(y)
		if k%20 == 0 {
			fmt.Printf("step %3d  loss %.4f\n", k, loss)
		}
		hand.Begin(examples)
		first.Inputs(n.x)
		second.Inputs(n.a)
		first.True(n.backward(g)) // the weights' gradients are made of them
		second.True(g)
		if optimizer.CurvatureDue() { // in every fourth step
			hand.SampleSoftmax(g, n.z, random) // softmax(z) − onehot(ŷ), ŷ drawn from softmax(z)
			first.Sampled(n.backward(g))
			second.Sampled(g)
		}
		if err := hand.Step(optimizer, loss); err != nil { // moves w1, b1, w2, b2
			return err
		}
	}
	return nil
}
