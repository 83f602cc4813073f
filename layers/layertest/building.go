package layertest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/layers"
)

// batches are the batch sizes that a layer is built for.
func batches() []int { return []int{1, 2, 3, 33} }

func (c *checker) building() error {
	l := c.layer()
	if v := reflect.ValueOf(l); v.Kind() == reflect.Pointer && v.Elem().Type().Size() > 0 && v.Pointer() == reflect.ValueOf(c.layer()).Pointer() {
		return errors.New("the function that makes the layer returns one layer twice: want a new one in each call")
	}
	if n := len(l.Params()); n > 0 {
		return fmt.Errorf("Params lists %d parameters before the first Build: a model makes them by building, and refuses a network that has some", n)
	}
	if n := len(buffersOf(l)); n > 0 {
		return fmt.Errorf("Buffers lists %d buffers before the first Build", n)
	}
	if err := c.chooseInput(); err != nil {
		return err
	}
	first, err := c.build(l, setting{graph.Float64, 1, false})
	if err != nil {
		return err
	}
	if err := wellMade(first.params, graph.Float64); err != nil {
		return err
	}
	c.settle(first.params)
	before, buffers := elements(first.params), slices.Clone(buffersOf(l))
	for _, n := range batches() {
		for _, train := range []bool{true, false} {
			s := setting{graph.Float64, n, train}
			again, err := c.build(l, s)
			if err != nil {
				return fmt.Errorf("a graph %v: %w", s, err)
			}
			if !slices.Equal(first.params, again.params) {
				return fmt.Errorf("a graph %v has other parameters than the first graph (%s, and %s before): make them at the first Build alone", s, namesOf(again.params), namesOf(first.params))
			}
			if !slices.Equal(buffers, buffersOf(l)) {
				return fmt.Errorf("a graph %v has other buffers than the first graph: make them at the first Build alone", s)
			}
			for i, x := range elements(first.params) {
				if at, ok := partcheck.SameBits(before[i], x); !ok {
					return fmt.Errorf("building a graph %v changes %s (element %s: %g, and %g before): initialise parameters at the first Build alone",
						s, first.params[i].Name, partcheck.Place(first.params[i].Value.Shape(), at), x[at], before[i][at])
				}
			}
			if !again.y.Shape()[1:].Eq(first.y.Shape()[1:]) {
				return fmt.Errorf("a graph %v makes %v of an example, and the first graph %v", s, again.y.Shape()[1:], first.y.Shape()[1:])
			}
		}
	}
	small, err := c.build(c.layer(), setting{graph.Float32, 2, true})
	if err != nil {
		return fmt.Errorf("a graph of float32: %w", err)
	}
	return wellMade(small.params, graph.Float32)
}

// chooseInput takes the first default shape that Build takes.
func (c *checker) chooseInput() error {
	if len(c.input) > 0 {
		if slices.Min(c.input) <= 0 {
			return fmt.Errorf("Config.Input is %v: want positive sizes", c.input)
		}
		return nil
	}
	var last error
	for _, shape := range [][]int{{5}, {4, 3}, {5, 4, 3}} {
		if _, last = c.buildOn(c.layer(), setting{graph.Float64, 2, false}, shape); last == nil {
			c.input = shape
			return nil
		}
	}
	return fmt.Errorf("Build takes no examples of shape 5, 4×3 or 5×4×3: set Config.Input to the shape of an example: %w", last)
}

// wellMade returns an error if a parameter cannot be trained.
func wellMade(params []*graph.Param, dtype tensor.Dtype) error {
	for i, p := range params {
		switch {
		case p == nil || p.Value == nil || p.Grad == nil:
			return fmt.Errorf("parameter %d is nil, or has no Value or no Grad: make it by Builder.NewParam", i)
		case slices.Contains(params[:i], p):
			return fmt.Errorf("Params lists %s twice", p.Name)
		case p.Value.Dtype() != dtype || p.Grad.Dtype() != dtype:
			return fmt.Errorf("%s is of %v in a graph of %v: make it by Builder.NewParam", p.Name, p.Value.Dtype(), dtype)
		case !p.Value.Shape().Eq(p.Grad.Shape()):
			return fmt.Errorf("%s is of shape %v, and its Grad of shape %v", p.Name, p.Value.Shape(), p.Grad.Shape())
		}
	}
	return nil
}

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

func namesOf(params []*graph.Param) string {
	var all []string
	for _, p := range params {
		all = append(all, p.Name)
	}
	return fmt.Sprint(all)
}

// elements are copies of the parameters' values.
func elements(params []*graph.Param) (all [][]float64) {
	for _, p := range params {
		all = append(all, partcheck.Doubles(p.Value))
	}
	return all
}

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
		return nil, panicked{errors.New("Build returns neither an output nor an error")}
	}
	c.fillInputs(memory, 1)
	return &subject{setting: s, layer: l, b: b, x: x, y: y}, nil
}
