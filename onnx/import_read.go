package onnx

import (
	"errors"
	"fmt"
	"math"

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
	takers    map[string][]*node // nodes that take a value
	readers   map[string]func(*importer, *node) error

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
	im := &importer{cfg: cfg, file: file, constants: map[string]*constant{}, steps: map[string]*step{}, lines: map[*node]string{}, made: map[layers.Layer]*part{}, readers: readers()}
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
