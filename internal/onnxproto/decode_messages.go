package onnxproto

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

func (d *decoder) model(m *Model, data []byte) error {
	return d.walk("ModelProto", data, 0, func(f field) error {
		switch f.number {
		case 1:
			return f.integer("ir_version", &m.IRVersion)
		case 2:
			return f.text("producer_name", &m.ProducerName)
		case 3:
			return f.text("producer_version", &m.ProducerVersion)
		case 4:
			return f.text("domain", &m.Domain)
		case 5:
			return f.integer("model_version", &m.ModelVersion)
		case 6:
			return f.text("doc_string", &m.Doc)
		case 7:
			return one(d, f, "graph", &m.Graph, d.graph)
		case 8:
			var o *Opset
			if err := one(d, f, "opset_import", &o, d.opset); err != nil {
				return err
			}
			m.Opsets = append(m.Opsets, *o)
		case 14:
			var s *Entry
			if err := one(d, f, "metadata_props", &s, d.entry); err != nil {
				return err
			}
			m.Metadata = append(m.Metadata, *s)
		case 25:
			m.Functions++
		}
		return nil
	})
}

func (d *decoder) opset(o *Opset, b []byte, at int) error {
	return d.walk("OperatorSetIdProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return f.text("domain", &o.Domain)
		case 2:
			return f.integer("version", &o.Version)
		}
		return nil
	})
}

func (d *decoder) entry(s *Entry, b []byte, at int) error {
	return d.walk("StringStringEntryProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return f.text("key", &s.Key)
		case 2:
			return f.text("value", &s.Value)
		}
		return nil
	})
}

func (d *decoder) graph(g *Graph, b []byte, at int) error {
	if d.depth++; d.depth > maxDepth {
		return field{message: "GraphProto", at: at}.errorf("node", "graphs are nested more than %d deep", maxDepth)
	}
	defer func() { d.depth-- }()
	return d.walk("GraphProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return many(d, f, "node", &g.Nodes, d.node)
		case 2:
			return f.text("name", &g.Name)
		case 5:
			return many(d, f, "initializer", &g.Initializers, d.tensor)
		case 10:
			return f.text("doc_string", &g.Doc)
		case 11:
			return many(d, f, "input", &g.Inputs, d.value)
		case 12:
			return many(d, f, "output", &g.Outputs, d.value)
		case 13:
			return many(d, f, "value_info", &g.Values, d.value)
		case 15:
			g.SparseInitializers++
		}
		return nil
	})
}

func (d *decoder) node(n *Node, b []byte, at int) error {
	return d.walk("NodeProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return d.texts(f, "input", &n.Inputs, field.text)
		case 2:
			return d.texts(f, "output", &n.Outputs, field.text)
		case 3:
			return f.text("name", &n.Name)
		case 4:
			return f.text("op_type", &n.Op)
		case 5:
			return many(d, f, "attribute", &n.Attributes, d.attribute)
		case 6:
			return f.text("doc_string", &n.Doc)
		case 7:
			return f.text("domain", &n.Domain)
		}
		return nil
	})
}

func (d *decoder) attribute(a *Attribute, b []byte, at int) error {
	return d.walk("AttributeProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return f.text("name", &a.Name)
		case 2:
			return f.float("f", &a.Float)
		case 3:
			return f.integer("i", &a.Int)
		case 4:
			return f.octets("s", &a.String)
		case 5:
			return one(d, f, "t", &a.Tensor, d.tensor)
		case 6:
			return one(d, f, "g", &a.Graph, d.graph)
		case 7:
			return numbers(f, "floats", protowire.Fixed32Type, &a.Floats, float32bits)
		case 8:
			return numbers(f, "ints", protowire.VarintType, &a.Ints, convert[int64])
		case 9:
			return d.texts(f, "strings", &a.Strings, field.octets)
		case 10:
			return many(d, f, "tensors", &a.Tensors, d.tensor)
		case 11:
			return many(d, f, "graphs", &a.Graphs, d.graph)
		case 20:
			return enum(f, "type", &a.Type)
		case 21:
			return f.text("ref_attr_name", &a.Ref)
		}
		return nil
	})
}

func convert[T int32 | int64 | uint64](v uint64) T { return T(v) }

func float32bits(v uint64) float32 { return math.Float32frombits(uint32(v)) }

func (d *decoder) tensor(t *Tensor, b []byte, at int) error {
	return d.walk("TensorProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return numbers(f, "dims", protowire.VarintType, &t.Dims, convert[int64])
		case 2:
			return enum(f, "data_type", &t.Type)
		case 3:
			return f.errorf("segment", "tensors in segments are not read")
		case 4:
			return numbers(f, "float_data", protowire.Fixed32Type, &t.Floats, float32bits)
		case 5:
			return numbers(f, "int32_data", protowire.VarintType, &t.Int32s, convert[int32])
		case 6:
			return d.texts(f, "string_data", &t.Strings, field.octets)
		case 7:
			return numbers(f, "int64_data", protowire.VarintType, &t.Int64s, convert[int64])
		case 8:
			return f.text("name", &t.Name)
		case 9:
			if f.wire != protowire.BytesType {
				return f.wrong("raw_data")
			}
			t.Raw = f.bytes
		case 10:
			return numbers(f, "double_data", protowire.Fixed64Type, &t.Doubles, math.Float64frombits)
		case 11:
			return numbers(f, "uint64_data", protowire.VarintType, &t.Uint64s, convert[uint64])
		case 12:
			return f.text("doc_string", &t.Doc)
		case 13:
			t.External = true
		case 14:
			var location int64
			if err := f.integer("data_location", &location); err != nil {
				return err
			}
			t.External = t.External || location != 0
		}
		return nil
	})
}

func (d *decoder) value(v *Value, b []byte, at int) error {
	var seen *struct{}
	return d.walk("ValueInfoProto", b, at, func(f field) error {
		switch f.number {
		case 1:
			return f.text("name", &v.Name)
		case 2:
			return one(d, f, "type", &seen, func(_ *struct{}, b []byte, at int) error { return d.typ(v, b, at) })
		case 3:
			return f.text("doc_string", &v.Doc)
		}
		return nil
	})
}

// typ reads a TypeProto. Of other types than a tensor's it keeps nothing.
func (d *decoder) typ(v *Value, b []byte, at int) error {
	var tensor, shape *struct{}
	return d.walk("TypeProto", b, at, func(f field) error {
		if f.number != 1 {
			return nil
		}
		return one(d, f, "tensor_type", &tensor, func(_ *struct{}, b []byte, at int) error {
			return d.walk("TypeProto.Tensor", b, at, func(f field) error {
				switch f.number {
				case 1:
					return enum(f, "elem_type", &v.Type)
				case 2:
					v.HasShape = true
					return one(d, f, "shape", &shape, func(_ *struct{}, b []byte, at int) error { return d.shape(v, b, at) })
				}
				return nil
			})
		})
	})
}

func (d *decoder) shape(v *Value, b []byte, at int) error {
	return d.walk("TensorShapeProto", b, at, func(f field) error {
		if f.number != 1 {
			return nil
		}
		var dim *Dim
		if err := one(d, f, "dim", &dim, d.dim); err != nil {
			return err
		}
		v.Shape = append(v.Shape, *dim)
		return nil
	})
}

func (d *decoder) dim(m *Dim, b []byte, at int) error {
	return d.walk("TensorShapeProto.Dimension", b, at, func(f field) error {
		switch f.number {
		case 1:
			m.Known, m.Param = true, ""
			return f.integer("dim_value", &m.Value)
		case 2:
			*m = Dim{}
			return f.text("dim_param", &m.Param)
		}
		return nil
	})
}
