package main

import (
	"context"

	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/memory"
)

// divide gives each of the processes on one machine its part of it: of the memory, which
// the returned context says, and of the workers, unless -workers says how many each has.
// restore sets their number to what it was.
func (c *command) divide(ctx context.Context, p *processes) (_ context.Context, restore func(), err error) {
	n := c.spec.Workers
	if p != nil {
		places, err := gather(p, cpus.Here())
		if err != nil {
			return ctx, nil, &ownError{err}
		}
		own := places[p.Rank()]
		p.beside = cpus.Beside(places, own)
		if n == 0 {
			n = cpus.Share(places)
		}
		c.spec.Group = p.Group
		if p.together { // workers and memory are those of the process
			n = 0
		} else {
			ctx = memory.Among(ctx, cpus.OnHost(places, own))
			memory.Restrain(ctx)
		}
	}
	restore = func() {}
	if n > 0 {
		restore = cpus.Use(n)
	}
	c.spec.Workers = cpus.Workers()
	return ctx, restore, nil
}
