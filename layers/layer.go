package layers

import (
	"fmt"
	"reflect"

	"github.com/gokfac/gokfac/graph"
)

// Layer is a piece of a network.
type Layer interface {
	// Build adds the layer to the graph and returns its output.
	Build(b *graph.Builder, x *graph.Node) (*graph.Node, error)
	// Params lists the layer's parameters: none before the first Build.
	Params() []*graph.Param
}

// Stateful is a layer with state that is not learned, such as running statistics. A
// model saves it with its parameters, and updates it once for each mini-batch that it
// is trained on.
type Stateful interface {
	Layer
	// Buffers lists the layer's buffers: none before the first Build.
	Buffers() []*graph.Buffer
}

// Sequential feeds each layer's output to the next.
type Sequential []Layer

var _ Stateful = Sequential(nil)

// Build adds the layers in order, and a summary row for each. The rows of layers within
// a layer follow its own row, one deeper.
func (s Sequential) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	for i, l := range s {
		if absent(l) {
			return nil, fmt.Errorf("layers: layer %d of the sequence is nil", i)
		}
		y, err := buildRow(b, l, x)
		if err != nil {
			return nil, err
		}
		x = y
	}
	return x, nil
}

// Params lists the parameters of all the layers, in order, each once.
func (s Sequential) Params() []*graph.Param {
	var ps []*graph.Param
	seen := map[*graph.Param]bool{}
	for _, l := range s {
		if absent(l) { // Build's error
			continue
		}
		for _, p := range l.Params() {
			if !seen[p] {
				seen[p] = true
				ps = append(ps, p)
			}
		}
	}
	return ps
}

// Buffers lists the buffers of the layers that have some, in order, each once.
func (s Sequential) Buffers() []*graph.Buffer {
	var all []*graph.Buffer
	seen := map[*graph.Buffer]bool{}
	for _, l := range s {
		stateful, ok := l.(Stateful)
		if !ok || absent(l) {
			continue
		}
		for _, b := range stateful.Buffers() {
			if !seen[b] {
				seen[b] = true
				all = append(all, b)
			}
		}
	}
	return all
}

// absent reports whether l is nil, or a pointer that is nil, on which no method works.
func absent(l Layer) bool {
	v := reflect.ValueOf(l)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

func nameOf(l Layer) string {
	if s, ok := l.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", l)
}
