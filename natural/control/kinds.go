package control

import (
	"fmt"
	"strings"
)

// Kind is an environment of this package.
type Kind struct {
	Name string
	New  func() Environment
	// Limit is the most steps of an episode.
	Limit int
	// Target is an average return, over 100 episodes, of a policy that has learned the task:
	// the threshold of CartPole-v1 and Acrobot-v1. Pendulum-v1 has none, and −300 is for
	// swinging up and staying there from most starts.
	Target float64
}

// Kinds lists the environments.
func Kinds() []Kind {
	return []Kind{
		{Name: "cartpole", New: func() Environment { return NewCartPole() }, Limit: cartPoleSteps, Target: 475},
		{Name: "acrobot", New: func() Environment { return NewAcrobot() }, Limit: acrobotSteps, Target: -100},
		{Name: "pendulum", New: func() Environment { return NewPendulum() }, Limit: pendulumSteps, Target: -300},
	}
}

// Find is the environment of a name, or an error that lists the names there are.
func Find(name string) (Kind, error) {
	var names []string
	for _, k := range Kinds() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind{}, fmt.Errorf("control: no environment %.40q: want %s", name, strings.Join(names, ", "))
}
