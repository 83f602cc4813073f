package layertest

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// allocations counts the objects that a run makes once its ops have their memory.
func (c *checker) allocations() error {
	e, err := c.everything(setting{graph.Float32, 3, true})
	if err != nil {
		return err
	}
	if op := stock(e.y); op != "" {
		c.skip(Allocations, "the stock op %s runs on gorgonia's tape machine, which allocates in every run", op)
		return nil
	}
	switch {
	case raceEnabled:
		c.skip(Allocations, "the race detector allocates")
		return nil
	case isa.Active() == isa.Generic:
		c.skip(Allocations, "without the processor's vector instructions matrix products allocate")
		return nil
	}
	step := func() error {
		e.b.NewDraw()
		if e.all.program == nil {
			return nil
		}
		return e.all.program.Run()
	}
	for range 3 {
		if err := step(); err != nil {
			return err
		}
	}
	n, err := partcheck.FewestObjects(step)
	if err == nil && n > 0 {
		err = fmt.Errorf("each run after the first ones allocates %d objects: memory that an op needs belongs to its first run, outside of the function that computes", n)
	}
	return err
}

// stock is an op of gorgonia's own in the graph of n, or "".
func stock(n *graph.Node) string {
	g := n.Graph()
	if g == nil {
		return ""
	}
	for _, m := range g.AllNodes() {
		if m.IsVar() || m.Op() == nil {
			continue
		}
		if _, ok := m.Op().(*graph.Kernel); !ok {
			return m.Op().String()
		}
	}
	return ""
}
