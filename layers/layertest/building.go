package layertest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// batches are the batch sizes that a layer is built for.
func batches() []int { return []int{1, 2, 3, 33} }

func (c *checker) building() error {
	l := c.layer()
	if v := reflect.ValueOf(l); v.Kind() == reflect.Pointer && v.Elem().Type().Size() > 0 && v.Pointer() == reflect.ValueOf(c.layer()).Pointer() {
		return errors.New("the function that makes the layer returns one layer twice: want a new one in each call")
	}
	if n := len(l.Params()); n > 0 {
		return fmt.Errorf("before the first Build Params lists %d parameters: a model makes them by building, and refuses a network that has some", n)
	}
	if n := len(buffersOf(l)); n > 0 {
		return fmt.Errorf("before the first Build Buffers lists %d buffers", n)
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
	if err := first.b.CheckListed(first.params, buffersOf(l)); err != nil {
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
	return fmt.Errorf("no examples of shape 5, 4×3 or 5×4×3 are taken by Build: set Config.Input to the shape of an example: %w", last)
}

// wellMade returns an error if a parameter cannot be trained.
func wellMade(params []*graph.Param, dtype tensor.Dtype) error {
	for i, p := range params {
		switch {
		case p == nil || p.Value == nil || p.Grad == nil:
			return fmt.Errorf("parameter %d is nil, or has no Value or no Grad: make it by Builder.NewParam", i)
		case slices.Contains(params[:i], p):
			return fmt.Errorf("the parameter %s is listed twice by Params", p.Name)
		case p.Value.Dtype() != dtype || p.Grad.Dtype() != dtype:
			return fmt.Errorf("%s is of %v in a graph of %v: make it by Builder.NewParam", p.Name, p.Value.Dtype(), dtype)
		case !p.Value.Shape().Eq(p.Grad.Shape()):
			return fmt.Errorf("%s is of shape %v, and its Grad of shape %v", p.Name, p.Value.Shape(), p.Grad.Shape())
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
