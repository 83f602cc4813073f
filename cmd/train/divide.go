package main

import (
	"github.com/gokfac/gokfac/internal/cpus"
)

// divide sets the number of workers, which processes on one machine divide among them
// unless -workers says how many each has. restore sets it to what it was.
func (c *command) divide(p *processes) (restore func(), err error) {
	n := c.spec.Workers
	if p != nil {
		places, err := gather(p, cpus.Here())
		if err != nil {
			return nil, &ownError{err}
		}
		p.beside = cpus.Beside(places, places[p.Rank()])
		if n == 0 {
			n = cpus.Share(places)
		}
		c.spec.Group = p.Group
		if p.together { // their workers are those of the process
			n = 0
		}
	}
	restore = func() {}
	if n > 0 {
		restore = cpus.Use(n)
	}
	c.spec.Workers = cpus.Workers()
	return restore, nil
}
