package policy

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gokfac/gokfac/losses"
)

// Method updates a policy by what it did.
type Method interface {
	// Cost is what the model of a policy of the family minimises.
	Cost(f Family) losses.Cost
	// Update improves p, which has made b. Randomness, such as the order of mini-batches,
	// is drawn from r.
	Update(p *Policy, b *Batch, r *rand.Rand) (Step, error)
}

// Step is what a method says of an update.
type Step struct {
	Steps      int // steps of an optimizer
	Backtracks int // how often a step was shortened
}

// Kind is a method of this package, with the settings that it is run with where a caller
// has none.
type Kind struct {
	Name string
	Doc  string // a line
	// Config are settings of the agent.
	Config Config
	// New makes the method with its default settings.
	New func() (Method, error)
}

// Methods lists the methods.
func Methods() []Kind {
	return []Kind{
		gradientKind(),
		adamKind(),
		ppoKind(),
		trpoKind(),
		acktrKind(),
	}
}

// Find is the method of a name, or an error that lists the names there are.
func Find(name string) (Kind, error) {
	var names []string
	for _, k := range Methods() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind{}, fmt.Errorf("policy: no method %.40q: want %s", name, strings.Join(names, ", "))
}
