package control_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/gokfac/gokfac/natural/control"
)

// A push always to the right drops the pole to the left.
func Example() {
	env := control.NewCartPole()
	env.Reset(rand.New(rand.NewPCG(1, 2)))
	var total float64
	for {
		o, err := env.Step([]float64{1})
		if err != nil {
			log.Fatal(err)
		}
		total += o.Reward
		if o.Ended() {
			fmt.Printf("return %g, terminated %v, truncated %v\n", total, o.Terminated, o.Truncated)
			break
		}
	}
	// Output: return 9, terminated true, truncated false
}

// Environments are found by their names.
func ExampleFind() {
	for _, k := range control.Kinds() {
		env := k.New()
		fmt.Printf("%s: %d observations, %v, up to %d steps\n", k.Name, env.Observations(), env.Actions(), k.Limit)
	}
	_, err := control.Find("car")
	fmt.Println(err)
	// Output:
	// cartpole: 4 observations, 2 actions, up to 500 steps
	// acrobot: 6 observations, 3 actions, up to 500 steps
	// pendulum: 3 observations, a box from [-2] to [2], up to 200 steps
	// control: no environment "car": want cartpole, acrobot, pendulum
}
