// Command by-hand trains a network that is written in plain slices and loops (network.go), by
// K-FAC and by gradient descent. There is no graph, no layer and no model: kfac.ByHand takes
// what a forward and a backward pass compute anyway, and now and then the gradients of one
// more backward pass, whose targets are drawn from the network itself.
//
//	go run ./examples/by-hand
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"

	"github.com/gokfac/gokfac/kfac"
)

func main() {
	log.SetFlags(0)
	steps := flag.Int("steps", 150, "training steps, of 128 examples each")
	flag.Parse() // a bad flag ends the program with 2
	if flag.NArg() > 0 || *steps < 1 {
		fmt.Fprintln(os.Stderr, "by-hand: want flags only, and -steps of at least 1; -help lists them")
		os.Exit(2)
	}
	train, test := digits()
	rate, plain := float32(0), (*network)(nil)
	for _, r := range []float32{0.1, 0.3, 1, 3} {
		if n := descend(train, *steps, r); plain == nil || n.loss(train) < plain.loss(train) {
			rate, plain = r, n
		}
	}
	natural, err := descendNaturally(train, *steps)
	if err != nil {
		log.Fatal(err)
	}
	report := func(what string, n *network) {
		fmt.Printf("%-46s loss %.4f, test accuracy %.1f %%\n", what, n.loss(train), n.accuracy(test))
	}
	report("no training:", newNetwork())
	report(fmt.Sprintf("%d steps of gradient descent, best rate %g:", *steps, rate), plain)
	report(fmt.Sprintf("%d steps of K-FAC:", *steps), natural)
}

// descend trains by gradient descent: θ ← θ − α∇h.
func descend(d data, steps int, rate float32) *network {
	n := newNetwork()
	for k := range steps {
		n.gradients(d.batch(k))
		move(n.w1, n.dw1, rate)
		move(n.b1, n.db1, rate)
		move(n.w2, n.dw2, rate)
		move(n.b2, n.db2, rate)
	}
	return n
}

// descendNaturally trains by K-FAC with its default settings.
func descendNaturally(d data, steps int) (*network, error) {
	n := newNetwork()
	first := &kfac.ByHandMap[float32]{Name: "first", In: in, Out: hidden, Weight: n.w1, Bias: n.b1}
	second := &kfac.ByHandMap[float32]{Name: "second", In: hidden, Out: classes, Weight: n.w2, Bias: n.b2}
	// The gradients at outputs are those of single examples: softmax − onehot, with no 1/N.
	hand, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.PerExample}, first, second)
	if err != nil {
		return nil, err
	}
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, DampingUpdateSteps: kfac.None})
	if err != nil {
		return nil, err
	}
	random, sampled := rand.New(rand.NewPCG(1, 1)), make([]float32, batch*classes)
	for k := range steps {
		x, y := d.batch(k)
		loss := n.gradients(x, y)
		hand.Begin(batch)
		first.Gradients(n.dw1, n.db1)
		second.Gradients(n.dw2, n.db2)
		if optimizer.CurvatureDue() { // in every fourth step
			hand.SampleSoftmax(sampled, n.z, random) // softmax − onehot, of classes drawn from the softmax
			first.Inputs(x)
			second.Inputs(n.a)
			first.Sampled(n.backward(sampled))
			second.Sampled(sampled)
		}
		if err := hand.Step(optimizer, loss); err != nil {
			return nil, err
		}
	}
	return n, nil
}
