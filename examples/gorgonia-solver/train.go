package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/adopt"
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/kfac"
)

// newSolver makes the solver, and says what K-FAC has found in the graph.
func newSolver(name string, rate float64, n *network) (solver G.Solver, report string, err error) {
	switch name {
	case "adam":
		return G.NewAdamSolver(G.WithLearnRate(rate)), "", nil
	case "rmsprop":
		return G.NewRMSPropSolver(G.WithLearnRate(rate)), "", nil
	}
	// The lines from here on are all that turns a program of gorgonia's to K-FAC: two constructors, and a solver that is
	// made of them. The graph, its machine and the loop stay as they are.
	adopted, err := adopt.New(n.cost, n.learnables, adopt.Config{Outputs: []adopt.Output{{Node: n.out}}})
	if err != nil {
		return nil, "", err
	}
	optimizer, err := kfac.New(kfac.Config{})
	if err != nil {
		return nil, "", err
	}
	return adopted.Solver(optimizer), adopted.Report(), nil
}

// outcome is what a solver has come to.
type outcome struct {
	solver     string
	steps      int           // to the target; 0: it was not reached
	time       time.Duration // of these steps
	allSteps   int
	allTime    time.Duration
	best, last float64   // test accuracy
	costs      []float64 // means over epochs
	report     string    // what was matched
}

// fit trains a new network with a solver. It says the mean cost and the test accuracy of every epoch.
func fit(ctx context.Context, w io.Writer, s settings, name string, d *datasets.Dataset) (outcome, error) {
	o := outcome{solver: name}
	n := newNetwork(s.net, s.batch, s.seed)
	if _, err := G.Grad(n.cost, n.learnables...); err != nil {
		return o, err
	}
	var cost G.Value
	G.Read(n.cost, &cost)
	vm := G.NewTapeMachine(n.g, G.BindDualValues(n.learnables...))
	defer vm.Close()
	solver, report, err := newSolver(name, s.rate, n)
	if err != nil {
		return o, err
	}
	o.report = report
	test := newScorer(s, n)
	defer test.vm.Close()

	b, random := newBatch(s.batch), rand.New(rand.NewPCG(s.seed, 2))
	for epoch := range s.epochs {
		order, sum := random.Perm(d.Train.Len()), 0.0
		steps := len(order) / s.batch
		for i := range steps {
			if err := ctx.Err(); err != nil {
				return o, err
			}
			b.fill(d.Train, order[i*s.batch:(i+1)*s.batch])
			start := time.Now()
			if err := step(vm, solver, n, b); err != nil {
				return o, fmt.Errorf("%s, step %d: %w", name, o.allSteps+1, err)
			}
			o.allTime += time.Since(start)
			o.allSteps++
			sum += float64(cost.Data().(float32))
			if o.allSteps%s.every == 0 || i == steps-1 {
				if o.last, err = test.accuracy(d.Test); err != nil {
					return o, err
				}
				if o.best = max(o.best, o.last); o.last >= s.target && o.steps == 0 {
					o.steps, o.time = o.allSteps, o.allTime
				}
			}
		}
		o.costs = append(o.costs, sum/float64(steps))
		fmt.Fprintf(w, "%-8s epoch %2d: cost %.4f, test accuracy %.2f %%, %d steps in %.1f s\n",
			name, epoch+1, o.costs[epoch], 100*o.last, o.allSteps, o.allTime.Seconds())
	}
	return o, nil
}

// step is the loop's body in a program of gorgonia's.
func step(vm G.VM, solver G.Solver, n *network, b batch) error {
	if err := G.Let(n.x, b.x); err != nil {
		return err
	}
	if err := G.Let(n.y, b.y); err != nil {
		return err
	}
	if err := vm.RunAll(); err != nil {
		return err
	}
	if err := solver.Step(G.NodesToValueGrads(n.learnables)); err != nil {
		return err
	}
	vm.Reset()
	return nil
}

// scorer computes outputs by a graph of its own on the values of the network's learnables, without gradients.
type scorer struct {
	of  *network // trained
	n   *network
	vm  G.VM
	out G.Value
	b   batch
}

func newScorer(s settings, of *network) *scorer {
	t := &scorer{of: of, n: newNetwork(s.net, s.batch, s.seed), b: newBatch(s.batch)}
	G.Read(t.n.out, &t.out)
	t.vm = G.NewTapeMachine(t.n.g)
	return t
}

// accuracy is the share of the split's whole mini-batches that is classified right.
func (t *scorer) accuracy(s datasets.Split) (float64, error) {
	for i, w := range t.n.learnables {
		if err := G.Let(w, t.of.learnables[i].Value()); err != nil {
			return 0, err
		}
	}
	size, right := t.n.x.Shape()[0], 0
	numbers := make([]int, size)
	whole := s.Len() / size * size
	for from := 0; from < whole; from += size {
		for i := range numbers {
			numbers[i] = from + i
		}
		t.b.fill(s, numbers)
		if err := G.Let(t.n.x, t.b.x); err != nil {
			return 0, err
		}
		if err := G.Let(t.n.y, t.b.y); err != nil {
			return 0, err
		}
		if err := t.vm.RunAll(); err != nil {
			return 0, err
		}
		out := t.out.(*tensor.Dense).Float32s()
		for i, n := range numbers {
			row := out[i*classes : (i+1)*classes]
			if slices.Index(row, slices.Max(row)) == int(s.Labels[n]) {
				right++
			}
		}
		t.vm.Reset()
	}
	return float64(right) / float64(whole), nil
}
