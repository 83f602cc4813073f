package onnxproto

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

func (m *Model) encode(e *encoder) error {
	if m.Functions > 0 {
		return errors.New("ModelProto.functions cannot be written")
	}
	e.varint(1, m.IRVersion)
	e.text(2, m.ProducerName)
	e.text(3, m.ProducerVersion)
	e.text(4, m.Domain)
	e.varint(5, m.ModelVersion)
	e.text(6, m.Doc)
	if m.Graph != nil {
		if err := e.message(7, m.Graph.encode); err != nil {
			return err
		}
	}
	return errors.Join(messages(e, 8, m.Opsets), messages(e, 14, m.Metadata))
}

func (o Opset) encode(e *encoder) error {
	e.text(1, o.Domain)
	e.varint(2, o.Version)
	return nil
}

func (s Entry) encode(e *encoder) error {
	e.text(1, s.Key)
	e.text(2, s.Value)
	return nil
}

func (g *Graph) encode(e *encoder) error {
	if g.SparseInitializers > 0 {
		return errors.New("GraphProto.sparse_initializer cannot be written")
	}
	if err := messages(e, 1, g.Nodes); err != nil {
		return err
	}
	e.text(2, g.Name)
	if err := messages(e, 5, g.Initializers); err != nil {
		return err
	}
	e.text(10, g.Doc)
	return errors.Join(messages(e, 11, g.Inputs), messages(e, 12, g.Outputs), messages(e, 13, g.Values))
}

func (n *Node) encode(e *encoder) error {
	e.texts(1, n.Inputs)
	e.texts(2, n.Outputs)
	e.text(3, n.Name)
	e.text(4, n.Op)
	if err := messages(e, 5, n.Attributes); err != nil {
		return fmt.Errorf("node %.80q: %w", n.Name, err)
	}
	e.text(6, n.Doc)
	e.text(7, n.Domain)
	return nil
}

// encode writes the field that the type names also if it is 0: readers ask for its presence.
func (a *Attribute) encode(e *encoder) error {
	e.text(1, a.Name)
	var err error
	switch a.Type {
	case AttributeFloat:
		e.float(2, a.Float)
	case AttributeInt:
		e.always(3, a.Int)
	case AttributeString:
		e.bytes(4, []byte(a.String))
	case AttributeTensor:
		if a.Tensor == nil {
			return fmt.Errorf("attribute %.80q has no tensor", a.Name)
		}
		err = e.message(5, a.Tensor.encode)
	case AttributeGraph:
		if a.Graph == nil {
			return fmt.Errorf("attribute %.80q has no graph", a.Name)
		}
		err = e.message(6, a.Graph.encode)
	case AttributeFloats:
		floats(e, 7, a.Floats)
	case AttributeInts:
		integers(e, 8, a.Ints)
	case AttributeStrings:
		e.texts(9, a.Strings)
	case AttributeTensors:
		err = messages(e, 10, a.Tensors)
	case AttributeGraphs:
		err = messages(e, 11, a.Graphs)
	default:
		err = fmt.Errorf("attribute %.80q: the type %d cannot be written", a.Name, a.Type)
	}
	e.varint(20, int64(a.Type))
	e.text(21, a.Ref)
	return err
}

func (t *Tensor) encode(e *encoder) error {
	if t.External {
		return fmt.Errorf("tensor %.80q: external data cannot be written", t.Name)
	}
	integers(e, 1, t.Dims)
	e.varint(2, int64(t.Type))
	floats(e, 4, t.Floats)
	integers(e, 5, t.Int32s)
	e.texts(6, t.Strings)
	integers(e, 7, t.Int64s)
	e.text(8, t.Name)
	if len(t.Raw) > 0 {
		e.bytes(9, t.Raw)
	}
	packed(e, 10, t.Doubles, func(b []byte, v float64) []byte { return protowire.AppendFixed64(b, math.Float64bits(v)) })
	integers(e, 11, t.Uint64s)
	e.text(12, t.Doc)
	return nil
}

func (v *Value) encode(e *encoder) error {
	e.text(1, v.Name)
	e.text(3, v.Doc)
	if v.Type == Undefined {
		return nil
	}
	return e.message(2, func(e *encoder) error { // TypeProto
		return e.message(1, func(e *encoder) error { // TypeProto.Tensor
			e.varint(1, int64(v.Type))
			if !v.HasShape {
				return nil
			}
			return e.message(2, func(e *encoder) error { return messages(e, 1, v.Shape) }) // TensorShapeProto
		})
	})
}

func (d Dim) encode(e *encoder) error {
	switch {
	case d.Param != "":
		e.text(2, d.Param)
	case d.Known:
		e.always(1, d.Value)
	}
	return nil
}
