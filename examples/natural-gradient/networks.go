package main

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// showNetworks takes a step in a network of sigmoids, and in the network of tanhs that
// computes the same: σ(x) = ½(1 + tanh ½x).
func showNetworks(p *page) error {
	p.say("3 → 3 sigmoid units → 2, and a tanh network of the same function: one step each, then the greatest")
	p.say("difference of their outputs, as a part of how far the step has moved the outputs.")
	undamped, damped := 1e-28, 0.1
	kfacOf := func(structure kfac.Structure, lambda float64) func() (optimizer, error) {
		return func() (optimizer, error) {
			return kfac.New(kfac.Config{
				Mode: kfac.Fixed, Structure: structure, Estimator: graph.Exact, LearningRate: 0.5, Momentum: kfac.None,
				Damping: lambda, MinDamping: lambda, DampingUpdateSteps: kfac.None,
				FactorUpdateSteps: 1, InverseUpdateSteps: 1, FactorDecay: kfac.None,
			})
		}
	}
	var rows []row
	for _, c := range []struct {
		name string
		make func() (optimizer, error)
	}{
		{"natural", kfacOf(kfac.Full, undamped)},
		{"K-FAC", kfacOf(kfac.BlockDiagonal, undamped)},
		{"K-FAC, damping 0.1", kfacOf(kfac.BlockDiagonal, damped)},
		{"plain gradient", func() (optimizer, error) { return plainGradient(0.5) }},
		{"Adam", func() (optimizer, error) { return adam(0.1) }},
	} {
		apart, far, err := twinStep(c.make)
		if err != nil {
			return err
		}
		rows = append(rows, row{c.name, []any{far, apart / far}})
	}
	p.table([]string{"", "outputs moved by", "twins apart, of that"}, rows...)
	p.say("The map between the two is linear, so undamped natural steps agree to rounding. So do K-FAC's,")
	p.say("whose blocks hold the bias as a weight of an input 1. Damping and plain gradients tell the two apart.")
	return nil
}

// twinStep is a step of each.
func twinStep(make func() (optimizer, error)) (apart, far float64, err error) {
	x, y := noise(1, 200, 3), noise(2, 200, 2)
	var outputs [2][]float64
	var before []float64
	for k, activation := range []layers.Layer{layers.Sigmoid(), layers.Tanh()} {
		net := layers.Sequential{&layers.Dense{Units: 3}, activation, &layers.Dense{Units: 2}}
		m, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, DType: graph.Float64})
		if err != nil {
			return 0, 0, err
		}
		numbers := noise(3, 20).Float64s()
		for _, p := range m.Params() {
			numbers = numbers[copy(p.Value.Float64s(), numbers):]
		}
		if k == 1 {
			carry(m)
		}
		if before, err = outputsOf(m, x); err != nil {
			return 0, 0, err
		}
		obj, err := m.Batch(x, y)
		if err != nil {
			return 0, 0, err
		}
		o, err := make()
		if err != nil {
			return 0, 0, err
		}
		if _, err := o.Step(obj); err != nil {
			return 0, 0, err
		}
		if outputs[k], err = outputsOf(m, x); err != nil {
			return 0, 0, err
		}
	}
	for i, v := range outputs[0] {
		apart = max(apart, math.Abs(v-outputs[1][i]))
		far = max(far, math.Abs(outputs[1][i]-before[i]))
	}
	return apart, far, nil
}

// carry maps weights of the sigmoid network to those of the tanh network: W₁ and b₁
// halved, W₂ halved, and half of W₂'s column sums added to b₂.
func carry(m *trainer.Model) {
	p := m.Params()
	w1, b1, w2, b2 := p[0].Value.Float64s(), p[1].Value.Float64s(), p[2].Value.Float64s(), p[3].Value.Float64s()
	for i := range w2 {
		w2[i] /= 2
		b2[i%2] += w2[i]
	}
	for _, v := range [][]float64{w1, b1} {
		for i := range v {
			v[i] /= 2
		}
	}
}

func outputsOf(m *trainer.Model, x *tensor.Dense) ([]float64, error) {
	out, err := m.Predict(x)
	if err != nil {
		return nil, err
	}
	return append([]float64{}, out.Float64s()...), nil
}

// noise is a tensor of standard normal numbers.
func noise(seed uint64, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(seed, 9))
	x := graph.NewDense(graph.Float64, shape...)
	for i := range x.Float64s() {
		x.Float64s()[i] = r.NormFloat64()
	}
	return x
}

// showTrajectories runs optimizers, and draws where they go.
func showTrajectories(p *page) error { return drawTrajectories(p.w, p.dir) }
