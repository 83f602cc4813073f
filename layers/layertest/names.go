package layertest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// names looks at names within a layer, and at those of two layers in one network.
func (c *checker) names() error {
	s, err := c.build(c.layer(), setting{graph.Float64, 2, false})
	if err != nil {
		return err
	}
	if err := unique(s.params, buffersOf(s.layer)); err != nil {
		return err
	}
	l := c.layer()
	var y *graph.Node
	if err := partcheck.Guard(func() (err error) { y, err = l.Build(s.b, s.x); return err }); err != nil || y == nil {
		return fmt.Errorf("a second layer in the same network: %v", err)
	}
	if err := unique(append(slices.Clone(s.params), l.Params()...), append(slices.Clone(buffersOf(s.layer)), buffersOf(l)...)); err != nil {
		return fmt.Errorf("with a second layer in the same network: %w. Take names from Builder.UniqueName unless the user gives one", err)
	}
	return nil
}

func unique(params []*graph.Param, buffers []*graph.Buffer) error {
	of := map[string]string{}
	add := func(what, name string) error {
		if name == "" {
			return fmt.Errorf("a %s has no name: files and groups know it by one", what)
		}
		if of[name] != "" {
			return fmt.Errorf("a %s and a %s are both called %s: a file could hold one of them alone", of[name], what, name)
		}
		of[name] = what
		return nil
	}
	for _, p := range params {
		if err := add("parameter", p.Name); err != nil {
			return err
		}
	}
	for _, b := range buffers {
		if b == nil || b.Value == nil {
			return errors.New("a buffer is nil, or has no Value: make it by graph.NewBuffer")
		}
		if err := add("buffer", b.Name); err != nil {
			return err
		}
	}
	return nil
}
