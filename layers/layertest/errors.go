package layertest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// errors looks at inputs that do not fit: of other ranks, of another size, of another type.
func (c *checker) errors() error {
	last := slices.Clone(c.input)
	last[len(last)-1]++
	shapes := [][]int{{}, {3}, {3, 2}, {3, 2, 2}, {2, 1, 2, 2}, last}
	for _, shape := range shapes {
		c.wrong(c.layer(), setting{graph.Float64, 2, true}, shape)
	}
	l := c.layer()
	if _, err := c.build(l, setting{graph.Float64, 2, true}); err != nil {
		return err
	}
	for _, shape := range shapes {
		c.wrong(l, setting{graph.Float64, 3, false}, shape)
	}
	c.wrong(l, setting{graph.Float32, 2, true}, c.input)
	return nil
}

// wrong builds a layer for an input that it may refuse, but not by a panic, and not later than in Build.
func (c *checker) wrong(l layers.Layer, set setting, example []int) {
	s, err := c.tryBuild(l, set, example)
	what := fmt.Sprintf("of shape %v", append([]int{set.n}, example...))
	if set.dtype == graph.Float32 {
		what = "of float32 for a layer of float64 parameters"
	}
	switch {
	case isPanic(err):
		c.fail(Errors, "an input %s: %v: Build must check what it is given, and return an error", what, err)
		return
	case err != nil:
		return
	}
	p, err := s.probe(s.y)
	if err == nil {
		_, err = p.run()
	}
	var data *graph.DataError
	if err != nil && !errors.As(err, &data) {
		c.fail(Errors, "Build takes an input %s, and its ops fail when they run: %v: Build must refuse it", what, err)
	}
}

// panicked is the error of a Build that panics.
type panicked struct{ error }

func isPanic(err error) bool {
	var p panicked
	return errors.As(err, &p)
}

// tryBuild is buildOn, except that a panic is known as one, and that no output is looked at.
func (c *checker) tryBuild(l layers.Layer, s setting, example []int) (sub *subject, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked{fmt.Errorf("panic: %v", r)}
		}
	}()
	b, _, err := newBuilder(s)
	if err != nil {
		return nil, err
	}
	x, memory := b.Input("x", append([]int{s.n}, example...)...)
	y, err := l.Build(b, x)
	if err != nil {
		return nil, err
	}
	if y == nil {
		return nil, panicked{errors.New("there is neither an output nor an error of Build")}
	}
	c.fillInputs(memory, 1)
	return &subject{setting: s, layer: l, b: b, x: x, y: y}, nil
}
