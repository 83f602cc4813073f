package layertest

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/layers"
)

// checker is one call of Check.
type checker struct {
	*partcheck.Report
	layer  func() layers.Layer
	cfg    Config
	input  []int
	random bool // draws random numbers in training; known after Masks
	rough  bool // differences tell nothing; known after Gradient
}

// step is how an aspect is looked at. It is left out where an aspect that it needs has failed: its failures would be
// consequences.
type step struct {
	aspect Aspect
	look   func(c *checker) error
	needs  []Aspect
}

func steps() []step {
	basic, exact := []Aspect{Building}, []Aspect{Building, Values, Masks}
	return []step{
		{Building, (*checker).building, nil},
		{Names, (*checker).names, basic},
		{Errors, (*checker).errors, basic},
		{Values, (*checker).values, basic},
		{Masks, (*checker).masks, []Aspect{Building, Values}},
		{Examples, (*checker).examples, exact},
		{Gradient, (*checker).gradient, exact},
		{Tangent, (*checker).tangent, exact},
		{Hessian, (*checker).hessian, append(slices.Clone(exact), Gradient, Tangent)},
		{Precision, (*checker).precision, append(slices.Clone(exact), Gradient)},
		{Taps, (*checker).taps, append(slices.Clone(exact), Gradient)},
		{Fisher, (*checker).fisher, append(slices.Clone(exact), Names, Examples, Gradient, Tangent, Taps)},
		{State, (*checker).state, append(slices.Clone(exact), Names)},
		{Saving, (*checker).saving, append(slices.Clone(exact), Names, State)},
		{Allocations, (*checker).allocations, basic},
	}
}

// Check looks at all [Aspects] of a layer, and reports each failure to t in one line: the layer, the aspect, what is
// wrong, the element with both values, and what probably is the reason. layer makes a new layer in each call.
func Check(t T, layer func() layers.Layer, cfg Config) {
	t.Helper()
	if layer == nil {
		t.Errorf("layertest: the function that makes the layer is nil")
		return
	}
	c := &checker{layer: layer, cfg: cfg, input: slices.Clone(cfg.Input)}
	var l layers.Layer
	err := partcheck.Guard(func() error { l = layer(); return nil })
	c.Report = partcheck.NewReport(t, "layertest", nameOf(l))
	defer c.Close()
	switch {
	case err != nil:
		c.Fail(string(Building), "the function that makes the layer fails: %v", err)
		return
	case absent(l):
		c.Fail(string(Building), "the function that makes the layer returns nil")
		return
	}
	c.all()
}

func (c *checker) all() {
	for _, s := range steps() {
		if why, ok := c.cfg.Skip[s.aspect]; ok {
			c.skip(s.aspect, "%s", why)
			continue
		}
		if i := slices.IndexFunc(s.needs, c.failed); i >= 0 {
			c.skip(s.aspect, "%s failed", s.needs[i])
			continue
		}
		if err := partcheck.Guard(func() error { return s.look(c) }); err != nil {
			c.fail(s.aspect, "%v", err)
		}
	}
	for a := range c.cfg.Skip {
		if !slices.Contains(Aspects(), a) {
			c.fail(a, "Config.Skip names it, and there is no such aspect: want one of %v", Aspects())
		}
	}
}

func (c *checker) fail(a Aspect, format string, args ...any) { c.Fail(string(a), format, args...) }
func (c *checker) skip(a Aspect, format string, args ...any) { c.Skip(string(a), format, args...) }
func (c *checker) failed(a Aspect) bool                      { return c.FailedIn(string(a)) }

// compare holds values against a reference, and reports whether they agree.
func (c *checker) compare(a Aspect, x *partcheck.Comparison) bool { return c.Compare(string(a), x) }

// nameOf is what a layer is called in failures.
func nameOf(l layers.Layer) string {
	if absent(l) {
		return fmt.Sprintf("%T", l)
	}
	if s, ok := l.(fmt.Stringer); ok {
		return fmt.Sprintf("%T %v", l, s)
	}
	return fmt.Sprintf("%T", l)
}

func absent(l layers.Layer) bool {
	v := reflect.ValueOf(l)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// buffersOf lists the buffers of a layer that has some.
func buffersOf(l layers.Layer) []*graph.Buffer {
	if s, ok := l.(layers.Stateful); ok {
		return s.Buffers()
	}
	return nil
}
