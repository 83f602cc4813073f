package layertest

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// masks looks at random numbers: when they are drawn, and that they stay while the mini-batch does.
func (c *checker) masks() error {
	for _, set := range everyRun() {
		if err := c.masksOf(set); err != nil {
			return fmt.Errorf("a graph %v: %w", set, err)
		}
	}
	if !c.random {
		return nil
	}
	return c.shares()
}

// shares compares the masks of processes that share a mini-batch with those of one process. A layer that draws from the
// stream itself is right without, and the log says so.
func (c *checker) shares() error {
	const n, processes = 5, 2
	outputs := func(s *subject, place graph.Places) ([]float64, error) {
		*s.b.Streams.Places = place
		p, err := s.probe(s.y)
		if err != nil {
			return nil, err
		}
		s.b.NewDraw()
		return p.one()
	}
	whole, err := c.fresh(setting{graph.Float64, n, true})
	if err != nil {
		return err
	}
	all, err := outputs(whole, graph.Places{Active: true})
	if err != nil {
		return err
	}
	if whole.draws.count > 0 {
		c.skip(Masks, "whether processes that share a mini-batch draw the masks that one draws: they do not, since the layer draws from Builder.Streams itself: draw by Builder.DrawsOf and graph.ByExample")
		return nil
	}
	if c.cfg.Coupled {
		return nil
	}
	x := partcheck.Doubles(graph.Value(whole.x))
	for rank := range processes {
		s, err := c.build(whole.layer, setting{graph.Float64, (n + processes - 1 - rank) / processes, true})
		if err != nil {
			return err
		}
		partcheck.Fill(graph.Value(s.x), everyOther(x, n, rank, processes))
		got, err := outputs(s, graph.Places{Active: true, First: rank, Stride: processes})
		if err != nil {
			return err
		}
		if !c.compare(Masks, &partcheck.Comparison{
			What: fmt.Sprintf("the output of process %d of %d that share a mini-batch", rank, processes), Than: "that of one process for the same examples",
			Shape: s.y.Shape(), Got: got, Want: everyOther(all, n, rank, processes), Tolerance: []float64{rounding * (1 + partcheck.Largest(all))}, Batch: s.n,
			Hint: "call Draws.Example once for each example, with its number in the batch, or take graph.ByExample",
		}) {
			return nil
		}
	}
	return nil
}

// everyOther are the rows first, first + step, … of n.
func everyOther(x []float64, n, first, step int) (rows []float64) {
	size := len(x) / n
	for i := first; i < n; i += step {
		rows = append(rows, x[i*size:][:size]...)
	}
	return rows
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
