// Command by-hand-gonum trains a regression network of gonum matrices by an update rule of
// its own, momentum, which is given the gradient V in one run and the natural gradient U in the
// other. kfac.ByHand makes U of V and the activations, and takes no step itself.
//
//	go run ./examples/by-hand-gonum
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"

	"github.com/gokfac/gokfac/kfac"
)

func main() {
	log.SetFlags(0)
	steps := flag.Int("steps", 300, "training steps, of all 400 examples")
	flag.Parse() // a bad flag ends the program with 2
	if flag.NArg() > 0 || *steps < 1 {
		fmt.Fprintln(os.Stderr, "by-hand-gonum: want flags only, and -steps of at least 1; -help lists them")
		os.Exit(2)
	}
	fmt.Printf("%-52s loss %.4f\n", "no training:", newNetwork().forward())
	for _, natural := range []bool{false, true} {
		loss, rate, err := best(*steps, natural)
		if err != nil {
			log.Fatal(err)
		}
		what := map[bool]string{false: "the gradient", true: "the natural gradient"}[natural]
		fmt.Printf("%-52s loss %.4f, best rate %g\n", fmt.Sprintf("%d steps of momentum along %s:", *steps, what), loss, rate)
	}
}

// best returns the least loss of several learning rates.
func best(steps int, natural bool) (least, rate float64, err error) {
	least = math.Inf(1)
	for _, r := range []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.3} {
		loss, err := train(steps, r, natural)
		if err != nil {
			return 0, 0, err
		}
		if loss < least {
			least, rate = loss, r
		}
	}
	return least, rate, nil
}

// train returns the loss after so many steps of v ← 0.9v + d, θ ← θ − rate·v, where d is U or V.
func train(steps int, rate float64, natural bool) (float64, error) {
	n, d, velocity := newNetwork(), newGradients(), newGradients()
	// The weights are in×out, as gonum's a.Mul(x, w) wants them, and so are kfac's.
	first := &kfac.ByHandMap[float64]{Name: "first", In: in, Out: hidden, Weight: n.w1.RawMatrix().Data, Bias: n.b1}
	second := &kfac.ByHandMap[float64]{Name: "second", In: hidden, Out: 1, Weight: n.w2.RawMatrix().Data, Bias: n.b2}
	// The gradients at outputs are those of the mean loss: the backward pass begins with (z−y)/N.
	hand, err := kfac.NewByHand(kfac.ByHandConfig{Scale: kfac.OfMean}, first, second)
	if err != nil {
		return 0, err
	}
	optimizer, err := kfac.NewPreconditioned(&kfac.ByHandRule{Rate: rate}, kfac.PreconditionedConfig{Damping: 0.001})
	if err != nil {
		return 0, err
	}
	for range steps {
		loss := n.forward()
		g1, g2 := n.backward(n.residuals())
		d.of(n, g1, g2)
		if natural {
			hand.Begin(examples)
			first.Gradients(d.w1.RawMatrix().Data, d.b1)
			second.Gradients(d.w2.RawMatrix().Data, d.b2)
			if optimizer.CurvatureDue() {
				hand.SampleGaussian(n.g.RawMatrix().Data, 1, n.random) // σ = 1 is for the loss ½(z−y)²
				g1, g2 := n.backward(n.g)
				first.Inputs(n.x.RawMatrix().Data)
				second.Inputs(n.a.RawMatrix().Data)
				first.Sampled(g1.RawMatrix().Data)
				second.Sampled(g2.RawMatrix().Data)
			}
			if err := hand.Step(optimizer, loss); err != nil {
				return 0, err
			}
			if err := first.Update(d.w1.RawMatrix().Data, d.b1); err != nil { // U, over V
				return 0, err
			}
			if err := second.Update(d.w2.RawMatrix().Data, d.b2); err != nil {
				return 0, err
			}
		}
		velocity.momentum(0.9, d)
		n.move(-rate, velocity)
	}
	return n.forward(), nil
}
