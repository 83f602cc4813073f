package graph

import "fmt"

// Limits bound the memory that building a graph may ask for. They are for a network that a file describes, which could
// ask for all there is: a layer of 10⁹ units is a few bytes there. Layers leave their parameters 0 in a graph with Limits,
// since the file has the values.
type Limits struct {
	// Param is asked before Builder.NewParam makes a parameter; its error refuses it.
	Param func(name string, shape ...int) error
	// Elements is the most that the outputs of all ops may have together, with what layers Reserve.
	Elements int
}

// NewParam makes a parameter of zeros for a layer, if the graph's Limits allow it. It is not in the graph yet: Param adds it.
func (b *Builder) NewParam(name string, shape ...int) (*Param, error) {
	if b.Limits != nil && b.Limits.Param != nil {
		if err := b.Limits.Param(name, shape...); err != nil {
			return nil, err
		}
	}
	return NewParam(name, b.DType, shape...), nil
}

// Reserve counts an array of the given sizes, none negative, against the graph's Limits. Apply does so for every op; a
// layer that takes memory of its own by the size of its input or its settings asks before.
func (b *Builder) Reserve(sizes ...int) error {
	if b.Limits == nil {
		return nil
	}
	left, n := b.Limits.Elements-b.reserved, 1
	for _, s := range sizes {
		if s > 0 && n > left/s {
			return fmt.Errorf("graph: %v elements more: the network's values are limited to %d elements for an example", sizes, b.Limits.Elements)
		}
		n *= s
	}
	b.reserved += n
	return nil
}
