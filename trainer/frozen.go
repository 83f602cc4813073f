package trainer

import "github.com/gokfac/gokfac/graph"

// taps are those that optimizers and observers see: of the maps whose weight is
// learned. One with a frozen bias has none.
func (c *compiled) taps() []*graph.Tap {
	if c.tapsLearned != nil {
		return c.tapsLearned
	}
	c.tapsLearned = []*graph.Tap{}
	for _, t := range c.b.Taps {
		if t.Weight.Group.Frozen {
			continue
		}
		if t.Bias != nil && t.Bias.Group.Frozen {
			without := *t
			without.Bias = nil
			t = &without
		}
		c.tapsLearned = append(c.tapsLearned, t)
	}
	return c.tapsLearned
}
