package policy_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/natural/policy"
	"github.com/gokfac/gokfac/trainer"
)

// PPO learns to balance a pole, and then does so.
func Example() {
	ppo, err := policy.NewPPO(policy.PPOConfig{})
	if err != nil {
		log.Fatal(err)
	}
	makeCart := func() control.Environment { return control.NewCartPole() }
	agent, err := policy.New(makeCart, ppo, policy.Config{Steps: 32, DType: graph.Float32, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := agent.Run(context.Background(), policy.Limits{Steps: 10_000}); err != nil {
		log.Fatal(err)
	}
	episode, err := agent.Play(control.NewCartPole(), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("return %g in %d steps\n", episode.Return, episode.Length)
	// Output: return 500 in 500 steps
}

// A run shows each update, and stops at an average return.
func ExampleAgent_Run() {
	kind, err := policy.Find("pg-adam")
	if err != nil {
		log.Fatal(err)
	}
	method, err := kind.New()
	if err != nil {
		log.Fatal(err)
	}
	env, err := control.Find("cartpole")
	if err != nil {
		log.Fatal(err)
	}
	agent, err := policy.New(env.New, method, kind.Config)
	if err != nil {
		log.Fatal(err)
	}
	moved := 0
	result, err := agent.Run(context.Background(), policy.Limits{Steps: 50_000, Target: 60, Each: func(r policy.Record) error {
		if r.KL > 0 && r.Entropy > 0 {
			moved++
		}
		return nil
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Reached, result.Average >= 55, moved == result.Update)
	// Output: true true true
}

// The clipped surrogate is the cost of any model of a policy. Of these two actions the first
// has grown from a probability of 0.25 to 0.5, and more of it does not pay; the second has
// shrunk from 0.8, and to take it back pays.
func ExampleClipped() {
	family := policy.Categorical{N: 2}
	loss := losses.With(policy.Clipped{Family: family, Clip: 0.2}, family.Loss())
	zeros := &layers.Dense{Units: 2, Init: layers.Constant(0)}
	model, err := trainer.NewModel(zeros, loss, trainer.ModelConfig{Input: []int{1}, DType: graph.Float64})
	if err != nil {
		log.Fatal(err)
	}
	numbers := func(x ...float64) *tensor.Dense { return tensor.New(tensor.WithBacking(x)) }
	states := tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1, 1}))
	advantages, old := numbers(1, 1), numbers(math.Log(0.25), math.Log(0.8))
	batch, err := model.Batch(states, numbers(0, 1), advantages, old)
	if err != nil {
		log.Fatal(err)
	}
	cost, err := batch.Grad()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("cost %.4f: the mean of −1.2, not −2, and of −0.625\n", cost)
	fmt.Printf("gradient of the biases %.5f\n", model.Params()[1].Grad.Float64s())
	// Output:
	// cost -0.9125: the mean of −1.2, not −2, and of −0.625
	// gradient of the biases [0.15625 -0.15625]
}
