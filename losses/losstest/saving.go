package losstest

import (
	"bytes"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// saving checks that the loss comes back from a file as it was.
func (c *checker) saving() {
	kinds := append(losses.Kinds(), c.cfg.Kinds...)
	text, err := losses.Encode(c.loss, kinds)
	if err != nil {
		if c.cfg.Kinds != nil {
			c.faultf("Config.Kinds do not describe the loss: %v", err)
		}
		return
	}
	back, err := losses.Decode(text, kinds)
	if err != nil {
		c.faultf("Decode refuses what Encode wrote, %s: %v", text, err)
		return
	}
	again, err := losses.Encode(back, kinds)
	if err != nil || !bytes.Equal(text, again) {
		c.faultf("a loss that Encode and Decode have made is described as %s, and the loss itself as %s (%v)", again, text, err)
		return
	}
	if got, want := fmt.Sprintf("%T", back), fmt.Sprintf("%T", c.loss); got != want {
		c.faultf("Decode makes a %s of a %s", got, want)
		return
	}
	other := *c
	other.loss = back
	p, q := c.build(), other.build()
	rows := p.rows(c.r, 5)
	if first, second := c.compute(graph.Float64, p, rows), c.compute(graph.Float64, q, rows); !first.is(second) {
		c.faultf("Build of the loss that Decode makes is %v, and of the loss itself %v: a setting is not described", second.value[0], first.value[0])
	}
}
