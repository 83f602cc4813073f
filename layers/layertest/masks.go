package layertest

import (
	"errors"
	"fmt"
)

// masks looks at random numbers: when they are drawn, and that they stay while the mini-batch does.
func (c *checker) masks() error {
	for _, set := range everyRun() {
		if err := c.masksOf(set); err != nil {
			return fmt.Errorf("a graph %v: %w", set, err)
		}
	}
	return nil
}

func (c *checker) masksOf(set setting) error {
	r, err := c.running(set)
	if err != nil {
		return err
	}
	if r.draws.count > 0 {
		return errors.New("random numbers are drawn by Build: every mini-batch would have one mask. Draw them in the op, when Builder.Draw is a new number")
	}
	r.b.NewDraw()
	first, err := r.all.run()
	if err != nil {
		return err
	}
	drawn := r.draws.count
	if drawn > 0 && !set.train {
		return errors.New("random numbers are drawn in evaluation mode: only a graph with Builder.Train may")
	}
	alone, err := r.probe(r.y)
	if err != nil {
		return err
	}
	for _, p := range []*probe{r.all, alone, r.all} {
		again, err := p.run()
		if err != nil {
			return err
		}
		if err := r.same(first[:len(again)], again, "in a second pass over one mini-batch", "a mask is drawn in each pass. Keep it while Builder.Draw is the same number: an optimizer runs several passes over a mini-batch"); err != nil {
			return err
		}
	}
	if r.draws.count != drawn {
		return errors.New("a second pass over one mini-batch draws random numbers: keep the mask while Builder.Draw is the same number")
	}
	r.b.NewDraw()
	next, err := r.all.run()
	if err != nil {
		return err
	}
	if !set.train {
		return r.same(first, next, "for the next mini-batch in evaluation mode", "predictions must not be random")
	}
	c.random = c.random || drawn > 0
	if drawn > 0 && r.draws.count == drawn {
		return errors.New("the mask of the first mini-batch stays for the next: draw it anew when Builder.Draw is another number")
	}
	if drawn == 0 {
		return r.same(first, next, "for the next mini-batch of the same examples", "it depends on how often it was run")
	}
	return nil
}
