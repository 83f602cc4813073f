package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/scaling"
)

// The versions of ONNX's operators that are read: 7 is of 2018.
const (
	leastOpset = 7
	mostOpset  = 23
)

// importer turns a graph into a network.
type importer struct {
	cfg   LoadConfig
	file  *onnxproto.Model
	opset int64
	nodes []*node // that the output needs, in order

	constants map[string]*constant
	steps     map[string]*step
	producers map[string]*node
	uses      map[string]int

	sizes          sizes
	input, last    *step
	batch          int64 // the batch's size in the file; 0: it is left open
	output         string
	outputSize     []int // ONNX's, of an example
	ending         *node // Softmax, LogSoftmax or Sigmoid as the last operator
	scale          inputScaling
	targets        scaling.Scaling // of what the output was taken off
	afterwards     []*node         // that are no part of the network
	made           map[layers.Layer]*part
	inputName      string
	outputName     string // of the graph
	double         bool
	parts          []*part
	lines          map[*node]string
	notes          []string
	valuesLeft     int // elements of values, weights and constants that may still be made
	weightsLeft    int
	constantsLeft  int
	numberOfLayers int
}

func newImporter(file *onnxproto.Model, cfg LoadConfig, size int) (*importer, error) {
	im := &importer{cfg: cfg, file: file, constants: map[string]*constant{}, steps: map[string]*step{}, lines: map[*node]string{}, made: map[layers.Layer]*part{}}
	g := file.Graph
	switch {
	case g == nil:
		return nil, errors.New("the file has no graph: it is no ONNX model, or damaged")
	case file.IRVersion < 3:
		return nil, fmt.Errorf("version %d of the format: files from version 3 on are read: export the model again", file.IRVersion)
	case g.SparseInitializers > 0:
		return nil, errors.New("the file has sparse weights, which are not read: save it with dense ones")
	}
	if err := im.checkOpset(); err != nil {
		return nil, err
	}
	im.valuesLeft = mostValues
	total := 0
	for _, t := range g.Initializers {
		c, err := constantOf(t)
		if err != nil {
			return nil, err
		}
		if im.constants[t.Name] != nil {
			return nil, fmt.Errorf("two initialisers are called %.80q", t.Name)
		}
		total += c.elements()
		im.constants[t.Name] = c
	}
	// Weights are mostly used once, and constants computed once. A file that has them used a thousand times is refused.
	im.weightsLeft, im.constantsLeft = size+1<<16, size+1<<16
	if err := im.findNodes(); err != nil {
		return nil, err
	}
	return im, im.openInput()
}

func (im *importer) checkOpset() error {
	found := false
	for _, o := range im.file.Opsets {
		if o.Domain != "" && o.Domain != "ai.onnx" {
			continue // nodes of it are refused where the output needs them
		}
		if im.opset = max(im.opset, o.Version); o.Version < leastOpset || o.Version > mostOpset {
			advice := "export the model with a later opset, or convert it by onnx.version_converter"
			if o.Version > mostOpset {
				advice = fmt.Sprintf("export the model with opset %d", mostOpset)
			}
			return fmt.Errorf("opset %d: operators of versions %d to %d are read: %s", o.Version, leastOpset, mostOpset, advice)
		}
		found = true
	}
	if !found {
		return errors.New("the file does not say of which version its operators are (opset_import)")
	}
	return nil
}

// constantOf checks what a tensor says of itself. Its numbers are read where they are needed.
func constantOf(t *onnxproto.Tensor) (*constant, error) {
	if t == nil {
		return nil, errors.New("an attribute that is to be a tensor has none")
	}
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	if t.External {
		return nil, fmt.Errorf("tensor %.80q lies in another file (external data), which is not read: save the model as one file", t.Name)
	}
	if n > math.MaxInt32 || len(t.Dims) > 8 {
		return nil, fmt.Errorf("tensor %.80q has %d elements and %d axes, which are too many", t.Name, n, len(t.Dims))
	}
	// A shape is believed once there are bytes for it: an element has 1 at least.
	if held := len(t.Raw) + len(t.Floats) + len(t.Int32s) + len(t.Int64s) + len(t.Doubles) + len(t.Uint64s) + len(t.Strings); n > int64(held) {
		return nil, fmt.Errorf("tensor %.80q: the shape has %d elements, and the file does not hold as many: it is cut off or damaged", t.Name, n)
	}
	c := &constant{name: t.Name, tensor: t}
	for _, d := range t.Dims {
		c.dims = append(c.dims, int(d))
	}
	return c, nil
}

// findNodes lists the nodes that the output needs.
func (im *importer) findNodes() error {
	g := im.file.Graph
	im.producers = map[string]*node{}
	var all []*node
	for i, p := range g.Nodes {
		n := &node{Node: p, op: p.Op, number: i, in: slices.Clone(p.Inputs), settings: map[string]*onnxproto.Attribute{}}
		for _, a := range p.Attributes {
			if n.settings[a.Name] != nil {
				return n.errorf("attribute %.40q is there twice", a.Name)
			}
			n.settings[a.Name] = a
		}
		for _, out := range p.Outputs {
			if out == "" {
				continue
			}
			if im.producers[out] != nil || im.constants[out] != nil {
				return n.errorf("it makes %.80q, which is there already", out)
			}
			im.producers[out] = n
		}
		if len(p.Outputs) > 0 {
			n.out = p.Outputs[0]
		}
		all = append(all, n)
	}
	if err := im.findOutput(); err != nil {
		return err
	}
	im.outputName = im.output
	if err := im.ownOutput(); err != nil {
		return err
	}
	need := map[string]bool{im.output: true}
	for _, n := range slices.Backward(all) {
		if !slices.ContainsFunc(n.Outputs, func(out string) bool { return out != "" && need[out] }) {
			continue
		}
		for i, out := range n.Outputs {
			if i > 0 && need[out] {
				return n.errorf("its output %d, %.80q, is used, and only the first is read", i+1, out)
			}
		}
		for _, in := range n.in {
			need[in] = true
		}
		im.nodes = append(im.nodes, n)
	}
	slices.Reverse(im.nodes)
	made := map[string]bool{}
	for _, n := range im.nodes {
		for _, in := range n.in {
			if p := im.producers[in]; p != nil && !made[in] {
				return n.errorf("it takes %.80q, which %v makes after it: nodes have to be in the order they run", in, p)
			}
		}
		for _, out := range n.Outputs {
			made[out] = true
		}
	}
	im.recognise()
	return nil
}

// findOutput is the value that the caller names, or the only output of fractions.
func (im *importer) findOutput() error {
	g := im.file.Graph
	if name := im.cfg.Output; name != "" {
		if im.output = name; im.producers[name] == nil {
			return fmt.Errorf("LoadConfig.Output is %.80q, which no node makes: the graph's outputs are %s", name, names(g.Outputs))
		}
		return nil
	}
	var floats []*onnxproto.Value
	for _, v := range g.Outputs {
		if im.producers[v.Name] == nil {
			continue
		}
		if v.Type == onnxproto.Float || v.Type == onnxproto.Double || len(g.Outputs) == 1 {
			floats = append(floats, v)
		}
	}
	for _, v := range floats { // of a Gaussian, of which Save wrote two
		if im.own() && v.Name == savedValues {
			floats = []*onnxproto.Value{v}
		}
	}
	switch {
	case len(g.Outputs) == 0 || len(g.Nodes) == 0:
		return errors.New("the graph has no nodes or no output: there is no network to read")
	case len(floats) == 1:
		im.output = floats[0].Name
		return nil
	case len(floats) == 0:
		return fmt.Errorf("none of the graph's outputs, %s, is a tensor of numbers that a node makes: name a value within the graph by LoadConfig.Output", names(g.Outputs))
	}
	return fmt.Errorf("the graph has several outputs: name one of %s by LoadConfig.Output", names(floats))
}

func names(values []*onnxproto.Value) string {
	text := ""
	for i, v := range values[:min(len(values), 8)] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%.60q", v.Name)
	}
	if len(values) > 8 {
		text += ", …"
	}
	return text
}

// openInput is the first step: the graph's only input that is no weight.
func (im *importer) openInput() error {
	var inputs []*onnxproto.Value
	for _, v := range im.file.Graph.Inputs {
		if im.constants[v.Name] == nil && im.uses[v.Name] > 0 {
			inputs = append(inputs, v)
		}
	}
	switch {
	case len(inputs) == 0:
		return errors.New("the output does not depend on an input: there is no network to read")
	case len(inputs) > 1:
		return fmt.Errorf("the output depends on several inputs, %s: a network with one is read", names(inputs))
	}
	in := inputs[0]
	im.inputName = in.Name
	if in.Type != onnxproto.Float && in.Type != onnxproto.Double {
		return fmt.Errorf("the input %.80q is of type %s: a network of float or double is read: export it so", in.Name, in.Type)
	}
	if !in.HasShape || len(in.Shape) < 2 || len(in.Shape) > 5 {
		return fmt.Errorf("the input %.80q has %d axes: want the batch and 1 to 4 axes of an example", in.Name, len(in.Shape))
	}
	im.double = in.Type == onnxproto.Double
	if d := in.Shape[0]; d.Known {
		im.batch = d.Value
	}
	dims := make([]int, len(in.Shape)-1)
	open := false
	for i, d := range in.Shape[1:] {
		if d.Known && (d.Value < 1 || d.Value > mostInput) {
			return fmt.Errorf("the input %.80q has an axis of size %d: want 1 to %d", in.Name, d.Value, mostInput)
		}
		if dims[i] = int(d.Value); !d.Known {
			dims[i], open = 0, true
		}
	}
	first, last := im.inputOrder(in.Name, len(dims))
	if err := im.completeInput(in.Name, dims, first && !last, open); err != nil {
		return err
	}
	n := 1
	for _, d := range dims {
		if n *= d; n > mostInput {
			return fmt.Errorf("the input %.80q has more than %d elements an example, which is too many", in.Name, mostInput)
		}
	}
	l := im.sizes.plain(dims)
	if first && !last {
		l.axes = l.channelsLast()
	}
	im.input = &step{out: l, users: im.uses[in.Name]}
	im.steps[in.Name] = im.input
	return nil
}

// completeInput compares a shape with the caller's, in the model's order, and fills in what is open.
func (im *importer) completeInput(name string, dims []int, channelsFirst, open bool) error {
	given := im.cfg.Input
	if given == nil {
		if open {
			return fmt.Errorf("the input %.80q leaves sizes beside the batch open: give the shape of an example by LoadConfig.Input, or export the model with fixed sizes", name)
		}
		return nil
	}
	order := slices.Clone(given)
	if len(order) == len(dims) && channelsFirst {
		order = append(order[len(order)-1:], order[:len(order)-1]...)
	}
	fits := len(order) == len(dims)
	for i := range order {
		fits = fits && order[i] > 0 && order[i] <= mostInput && (dims[i] == 0 || dims[i] == order[i])
	}
	if !fits {
		return fmt.Errorf("LoadConfig.Input is %v, which is not the shape of the input %.80q, %v in ONNX's order (0: open)", given, name, dims)
	}
	copy(dims, order)
	return nil
}

// inputOrder says whether the input has channels first, and whether the graph begins by turning channels last into
// channels first.
func (im *importer) inputOrder(name string, axes int) (first, turned bool) {
	if axes < 2 || im.own() { // Save leaves inputs as they are
		return false, false
	}
	first = axes == 3 // images
	// Through what leaves the axes what they are, to the first operator that tells channels from places.
	for range len(im.nodes) + 1 {
		var takes *node
		for _, n := range im.nodes {
			if slices.Contains(n.in, name) {
				if takes != nil && takes.op != n.op {
					return first, false
				}
				takes = n
			}
		}
		if takes == nil {
			return first, false
		}
		switch takes.op {
		case "Transpose":
			p := takes.settings["perm"]
			return first, p != nil && len(p.Ints) == axes+1 && p.Ints[0] == 0 && p.Ints[1] == int64(axes)
		case "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization", "InstanceNormalization", "GroupNormalization":
			return true, false
		case "Identity", "Cast", "Relu", "Sub", "Div", "Mul", "Add", "Dropout", "Clip":
			name = takes.out
		default:
			return first, false
		}
	}
	return first, false
}

// walk reads the nodes in order.
func (im *importer) walk() error {
	for _, n := range im.nodes {
		if err := im.read(n); err != nil {
			return err
		}
	}
	im.last = im.steps[im.output]
	if im.last == nil {
		return fmt.Errorf("the output %.80q does not depend on the input: there is no network to read", im.output)
	}
	return im.end()
}

// end has the outputs in an order that the caller can know, as one axis.
func (im *importer) end() error {
	l := im.last.out
	im.outputSize = l.onnx(im.sizes)
	order := flat(l.dims)
	if len(l.dims) == 3 {
		order = flat(l.channelsLast())
		im.note("the output of images is in the order of height, width and channels")
	}
	out, made := l.as(im.sizes, [][]int{order})
	return im.place(&step{inputs: []*step{im.last}, layers: made, out: out}, im.output)
}

// place takes a step in and counts what it takes.
func (im *importer) place(s *step, name string) error {
	if im.ending != nil && s.node != nil {
		return im.ending.errorf("%v takes its output: the operator is read at the end of a network only: name another output by LoadConfig.Output", s.node)
	}
	if err := im.count(im.sizes.product(flat(s.out.axes)), 1+len(s.layers)); err != nil {
		return err
	}
	if im.numberOfLayers += 1 + len(s.layers); im.numberOfLayers > mostLayers {
		return fmt.Errorf("the network has more than %d layers", mostLayers)
	}
	s.users = im.uses[name]
	for i, in := range s.inputs {
		s.inputs[i] = in.source()
	}
	s.above = s.inputs[0]
	for _, in := range s.inputs[1:] {
		s.above = common(s.above, in)
	}
	s.depth = s.above.depth + 1
	im.last, im.steps[name] = s, s
	return nil
}

// count counts arrays against what a network may take.
func (im *importer) count(elements, times int) error {
	if times > 0 && elements > im.valuesLeft/times {
		return fmt.Errorf("the network's values have more than %d elements for one example", mostValues)
	}
	im.valuesLeft -= elements * times
	return nil
}

// source is the step that makes a value's elements: one that moves none is passed over.
func (s *step) source() *step {
	if len(s.inputs) == 1 && len(s.layers) == 0 {
		return s.inputs[0]
	}
	return s
}

// common is the nearest step that all ways to both lead through.
func common(a, b *step) *step {
	for a != b {
		if a.depth < b.depth {
			a, b = b, a
		}
		a = a.above
	}
	return a
}

// pass is a step that moves nothing: what ONNX calls the axes is another.
func (im *importer) pass(n *node, in *step, out layout, made ...layers.Layer) error {
	s := &step{node: n, inputs: []*step{in}, layers: made, out: out}
	if len(made) == 0 && in.users == 1 {
		s.part = in.part
	}
	return im.place(s, n.out)
}

func (im *importer) note(text string) {
	if !slices.Contains(im.notes, text) {
		im.notes = append(im.notes, text)
	}
}

// became says in the report what a node was made into.
func (im *importer) became(n *node, what string) { im.lines[n] = what }
