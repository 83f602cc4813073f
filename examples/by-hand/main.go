// Command by-hand trains a network of plain slices and loops (network.go) by K-FAC: no graph, no layers. Beside a forward and
// a backward pass K-FAC wants, now and then, the gradients of one more backward pass, whose targets are drawn from the network.
//
//	go run ./examples/by-hand          # K-FAC
//	go run ./examples/by-hand -rate 1  # gradient descent, θ ← θ − α∇h
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"

	"github.com/gokfac/gokfac/kfac"
)

func main() {
	log.SetFlags(0)
	steps := flag.Int("steps", 100, "training steps")
	rate := flag.Float64("rate", 0, "learning rate of gradient descent; 0: K-FAC")
	flag.Parse()
	if flag.NArg() > 0 || *steps < 1 || !(*rate >= 0) {
		fmt.Fprintln(os.Stderr, "by-hand: want flags only, -steps of at least 1 and a -rate that is not negative")
		os.Exit(2)
	}
	if _, err := train(*steps, *rate); err != nil {
		log.Fatal(err)
	}
}

// train prints the loss now and then, and returns the last.
func train(steps int, rate float64) (loss float64, err error) {
	n := newNetwork(rand.New(rand.NewPCG(1, 1)))
	first := &kfac.ByHandMap[float64]{Name: "first", In: inputs, Out: hidden, Weight: n.w1, Bias: n.b1}
	second := &kfac.ByHandMap[float64]{Name: "second", In: hidden, Out: classes, Weight: n.w2, Bias: n.b2}
	// backward has the gradients of single examples' losses, without a factor 1/N.
	hand, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, first, second)
	if err != nil {
		return 0, err
	}
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, DampingUpdateSteps: kfac.None})
	if err != nil {
		return 0, err
	}
	random := rand.New(rand.NewPCG(2, 2))
	for k := range steps + 1 {
		n.forward()
		var g2 []float64
		loss, g2 = n.loss()
		g1 := n.backward(g2)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return 0, fmt.Errorf("by-hand: the loss of step %d is %g: take a smaller -rate", k, loss)
		}
		if k%20 == 0 {
			fmt.Printf("step %3d  loss %.4f\n", k, loss)
		}
		if rate > 0 {
			n.descend(g1, g2, rate)
			continue
		}
		hand.Begin(examples)
		first.Inputs(n.x)
		second.Inputs(n.a)
		first.True(g1) // the weights' gradients are made of them
		second.True(g2)
		if optimizer.CurvatureDue() { // in every fourth step
			hand.SampleSoftmax(g2, n.z, random) // softmax(z) − onehot(ŷ), ŷ drawn from softmax(z)
			first.Sampled(n.backward(g2))
			second.Sampled(g2)
		}
		if err := hand.Step(optimizer, loss); err != nil { // moves w1, b1, w2, b2
			return 0, err
		}
	}
	return loss, nil
}
