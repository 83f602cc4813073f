package policy_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/natural/policy"
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
