package onnxproto

// Model is a ModelProto: what an .onnx file holds.
type Model struct {
	IRVersion                     int64 // the version of the format itself, at least 3
	ProducerName, ProducerVersion string
	Domain                        string
	ModelVersion                  int64
	Doc                           string
	Graph                         *Graph // nil if the file has none
	Opsets                        []Opset
	Metadata                      []Entry
	Functions                     int // how many functions the model defines; they are not decoded and not written
}

// Opset is an OperatorSetIdProto: the version of a set of operators. The domain "" is ONNX's own set.
type Opset struct {
	Domain  string
	Version int64
}

// Entry is a StringStringEntryProto: a text by name.
type Entry struct{ Key, Value string }

// Graph is a GraphProto. Its nodes are sorted: each comes after the nodes whose outputs it takes.
type Graph struct {
	Name, Doc          string
	Nodes              []*Node
	Initializers       []*Tensor // values known in advance: the weights
	Inputs, Outputs    []*Value
	Values             []*Value // what is known about the values between
	SparseInitializers int      // how many initialisers are sparse; they are not decoded and not written
}

// Node is a NodeProto: one use of an operator. An input "" is an optional input that is left out.
type Node struct {
	Name, Op, Domain, Doc string
	Inputs, Outputs       []string
	Attributes            []*Attribute
}

// Attribute is the node's setting by name, nil if it has none.
func (n *Node) Attribute(name string) *Attribute {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// AttributeType says which field of an attribute holds its value.
type AttributeType int32

// The types of an attribute. Values beyond AttributeGraphs are sparse tensors and types, which are not decoded.
const (
	AttributeUndefined AttributeType = iota
	AttributeFloat
	AttributeInt
	AttributeString
	AttributeTensor
	AttributeGraph
	AttributeFloats
	AttributeInts
	AttributeStrings
	AttributeTensors
	AttributeGraphs
)

// Attribute is an AttributeProto: a setting of a node.
type Attribute struct {
	Name    string
	Type    AttributeType
	Ref     string // the name of the function's attribute that it stands for, in a function's body; "" elsewhere
	Float   float32
	Int     int64
	String  string // any bytes
	Tensor  *Tensor
	Graph   *Graph
	Floats  []float32
	Ints    []int64
	Strings []string
	Tensors []*Tensor
	Graphs  []*Graph
}

// IntAttribute is an attribute that holds an integer.
func IntAttribute(name string, v int64) *Attribute {
	return &Attribute{Name: name, Type: AttributeInt, Int: v}
}

// IntsAttribute is an attribute that holds a list of integers.
func IntsAttribute(name string, v ...int64) *Attribute {
	return &Attribute{Name: name, Type: AttributeInts, Ints: v}
}

// FloatAttribute is an attribute that holds a number.
func FloatAttribute(name string, v float32) *Attribute {
	return &Attribute{Name: name, Type: AttributeFloat, Float: v}
}

// StringAttribute is an attribute that holds a text.
func StringAttribute(name, v string) *Attribute {
	return &Attribute{Name: name, Type: AttributeString, String: v}
}

// StringsAttribute is an attribute that holds a list of texts.
func StringsAttribute(name string, v ...string) *Attribute {
	return &Attribute{Name: name, Type: AttributeStrings, Strings: v}
}

// TensorAttribute is an attribute that holds a tensor.
func TensorAttribute(name string, v *Tensor) *Attribute {
	return &Attribute{Name: name, Type: AttributeTensor, Tensor: v}
}

// Value is a ValueInfoProto: a value's name, element type and shape.
type Value struct {
	Name, Doc string
	Type      DataType // Undefined if the value is no tensor (a sequence, a map, an optional) or has no type
	HasShape  bool     // whether the shape is known; a scalar's is known and empty
	Shape     []Dim
}

// Dim is a size in a shape: a number, or a name for a number that differs from call to call ("N"), or neither if
// nothing is known of it (Value is 0 and Param is "" then, unless Known).
type Dim struct {
	Value int64
	Param string
	Known bool // Value counts, and may be 0
}

// Fixed is a size that is a number.
func Fixed(n int64) Dim { return Dim{Value: n, Known: true} }

// Named is a size that differs from call to call.
func Named(name string) Dim { return Dim{Param: name} }
