package policy_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/natural/policy"
)

// agentOf is an agent that learns to balance CartPole's pole.
func agentOf(method policy.Method, err error) *policy.Agent {
	if err != nil {
		log.Fatal(err)
	}
	agent, err := policy.New(func() control.Environment { return control.NewCartPole() }, method, policy.Config{Steps: 64, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	return agent
}

// Every update makes more of the surrogate L and keeps to the bound of the KL divergence, which is measured.
func ExampleNewTRPO() {
	agent := agentOf(policy.NewTRPO(policy.TRPOConfig{KL: 0.01}))
	for range 3 {
		r, err := agent.Update()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("after %d steps: KL at most 0.01: %v, more than 0.005: %v, L above 0: %v\n", r.Steps, r.KL <= 0.01, r.KL > 0.005, r.Surrogate > 0)
	}
	// Output:
	// after 512 steps: KL at most 0.01: true, more than 0.005: true, L above 0: true
	// after 1024 steps: KL at most 0.01: true, more than 0.005: true, L above 0: true
	// after 1536 steps: KL at most 0.01: true, more than 0.005: true, L above 0: true
}

// K-FAC steps for the policy and, by Value, for the value network. The quadratic model keeps to the bound.
func ExampleNewACKTR() {
	settings := policy.ACKTRConfig{KL: 0.003}
	method, err := policy.NewACKTR(settings)
	if err != nil {
		log.Fatal(err)
	}
	agent, err := policy.New(func() control.Environment { return control.NewCartPole() }, method,
		policy.Config{Steps: 64, Seed: 1, Value: policy.ValueConfig{New: settings.Value}})
	if err != nil {
		log.Fatal(err)
	}
	var r policy.Record
	for range 20 {
		if r, err = agent.Update(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("after %d steps: average return above 40: %v\n", r.Steps, r.Average > 40)
	// Output: after 10240 steps: average return above 40: true
}
