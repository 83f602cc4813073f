package trainer

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// ModelConfig says what a model is built for: 0 means the default, None none.
type ModelConfig struct {
	Input []int        // shape of one example, e.g. {28, 28}
	DType tensor.Dtype // default graph.Float32
	Seed  uint64       // of initial weights, dropout masks and sampled targets
	L2    float64      // η of the regulariser (η/2)‖θ‖², part of the objective; default None
	// Groups are parameters that are trained differently, by patterns of their names:
	// frozen, or with factors on rate, weight decay and L2. Default: none.
	Groups []graph.Group
}

func (c *ModelConfig) numbers() setting.Numbers {
	return setting.Numbers{setting.Of("L2", &c.L2, 0, setting.NotNegative)}
}

// Model is a network with its loss: parameters, and graphs compiled for the
// batch sizes and modes that it has met last. It is not safe for concurrent use; a
// [Predictor] of it is.
type Model struct {
	cfg     ModelConfig
	net     layers.Layer
	loss    losses.Loss
	streams graph.Streams
	dropout *rand.PCG // under streams, for the model's state
	sample  *rand.PCG
	places  graph.Places // of the examples, under streams
	params  []*graph.Param
	buffers []*graph.Buffer
	before  bufferValues   // see objective.commit
	learned []*graph.Param // params but for the frozen ones
	limits  *graph.Limits  // while the first graph is built
	rows    []graph.LayerInfo
	outputs tensor.Shape // batch axis included, of a batch of one
	means   int          // of the predictive distribution, for one example
	taps    []*graph.Tap // of a batch of one
	graphCache
	observers []graph.Observer
	building  sync.Mutex // layers are asked for one graph at a time: predictors ask, too
}

type graphKey struct {
	batch int
	train bool
	part  bool // of a mini-batch, for Products
	mixed bool // examples are mixtures of two
}

// NewModel builds net once, which creates its parameters and checks every
// shape.
func NewModel(net layers.Layer, loss losses.Loss, cfg ModelConfig) (*Model, error) {
	return newModel(net, loss, cfg, nil)
}

// mostElements is the most that an example may have: products of sizes beyond it overflow.
const mostElements = math.MaxInt32

// newModel is NewModel within limits, of a network that a file describes.
func newModel(net layers.Layer, loss losses.Loss, cfg ModelConfig, limits *graph.Limits) (*Model, error) {
	if net == nil || loss == nil {
		return nil, errors.New("trainer: a model needs a network and a loss")
	}
	if v := reflect.ValueOf(net); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, fmt.Errorf("trainer: the network is a %T that is nil: make a layer", net)
	}
	if cfg.DType == (tensor.Dtype{}) {
		cfg.DType = graph.Float32
	}
	if err := resolve(cfg.numbers()); err != nil {
		return nil, err
	}
	if len(cfg.Input) == 0 || slices.Min(cfg.Input) <= 0 {
		return nil, fmt.Errorf("trainer: input shape %v: want positive sizes", cfg.Input)
	}
	elements := 1
	for _, n := range cfg.Input {
		if n > mostElements/elements {
			return nil, fmt.Errorf("trainer: input shape %v: an example of more than %d elements is too large", cfg.Input, mostElements)
		}
		elements *= n
	}
	if len(net.Params()) > 0 {
		return nil, errors.New("trainer: the network has parameters from another NewModel, or from one that failed; build a new one")
	}
	cfg.Input, cfg.Groups = slices.Clone(cfg.Input), slices.Clone(cfg.Groups)
	m := &Model{cfg: cfg, net: net, loss: loss, graphCache: newGraphCache(),
		dropout: rand.NewPCG(cfg.Seed, 2), sample: rand.NewPCG(cfg.Seed, 3)}
	m.streams = graph.Streams{Init: rand.New(rand.NewPCG(cfg.Seed, 1)), Dropout: rand.New(m.dropout), Sample: rand.New(m.sample), Places: &m.places}
	m.limits = limits
	c, err := m.compiled(graphKey{batch: 1})
	m.limits = nil
	if err != nil {
		return nil, err
	}
	m.params = net.Params()
	if s, ok := net.(layers.Stateful); ok {
		m.buffers = s.Buffers()
	}
	if err := c.b.CheckListed(m.params, m.buffers); err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	if err := uniqueNames(m.params, m.buffers); err != nil {
		return nil, err
	}
	if err := graph.SetGroups(m.params, cfg.Groups); err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	m.learned = graph.Learned(m.params)
	m.rows, m.taps = c.b.Layers, c.b.Taps
	m.outputs, m.means = c.out.Shape(), c.mean.Shape().TotalSize()
	return m, nil
}

// Config returns what the model was built for, defaults filled in.
func (m *Model) Config() ModelConfig {
	c := m.cfg
	c.Input, c.Groups = slices.Clone(c.Input), slices.Clone(c.Groups)
	c.numbers().Express()
	return c
}

// Loss returns the loss that the model was built with.
func (m *Model) Loss() losses.Loss { return m.loss }

// Outputs is the number of the network's outputs for one example. Under a
// losses.DiagonalGaussian it is twice the number of values that are predicted.
func (m *Model) Outputs() int { return m.outputs.TotalSize() }

// Net returns the network that the model was built of.
func (m *Model) Net() layers.Layer { return m.net }

// Taps lists the taps of the network, those of frozen parameters included, of a batch of
// one example. They are for their shapes: no pass fills them.
func (m *Model) Taps() []*graph.Tap { return slices.Clone(m.taps) }

// Params lists the parameters in layer order, the frozen ones included.
func (m *Model) Params() []*graph.Param { return m.params }

// Observe adds a function that is called after every pass that fills taps:
// the gradient of every training step, and every curvature pass.
func (m *Model) Observe(f graph.Observer) { m.observers = append(m.observers, f) }

// Batch binds a training mini-batch and returns it as an objective, valid
// until the next call. x is N×Input and y holds N targets in the loss's target
// shape; more are the further targets of a cost that takes some, or the others and the
// shares of examples that are mixtures of two (see [losses.Mixable]). All are copied and
// converted to the model's float type. Dropout masks are drawn once per call.
func (m *Model) Batch(x, y *tensor.Dense, more ...*tensor.Dense) (MiniBatch, error) {
	if y == nil {
		return nil, errors.New("trainer: batch without targets")
	}
	m.streams.Places.Active = false
	c, err := m.bind(x, y, more, true)
	if err != nil {
		return nil, err
	}
	m.training = c
	return &c.objective, nil
}

// Predict returns the mean of the predictive distribution for each example of
// x in evaluation mode, N×C: probabilities for the cross-entropies. The tensor
// is the model's own and valid until its next use.
func (m *Model) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	c, err := m.bind(x, nil, nil, false)
	if err != nil {
		return nil, err
	}
	return c.predict()
}

func (m *Model) bind(x, y *tensor.Dense, more []*tensor.Dense, train bool) (*compiled, error) {
	if x == nil || x.Dims() != len(m.cfg.Input)+1 || !slices.Equal([]int(x.Shape()[1:]), m.cfg.Input) {
		return nil, fmt.Errorf("trainer: batch of shape %v: the model takes N×%v", shapeOf(x), m.cfg.Input)
	}
	c, err := m.compiled(graphKey{batch: x.Shape()[0], train: train, mixed: m.mixes(more)})
	if err != nil {
		return nil, err
	}
	return c, c.bind(x, y, more)
}

func shapeOf(t *tensor.Dense) tensor.Shape {
	if t == nil {
		return nil
	}
	return t.Shape()
}

func (m *Model) compiled(key graphKey) (*compiled, error) {
	if c := m.get(key); c != nil {
		return c, nil
	}
	c, err := newCompiled(m, key)
	if err != nil {
		return nil, err
	}
	m.put(key, c)
	return c, nil
}

// Buffers lists the state of layers that is not learned.
func (m *Model) Buffers() []*graph.Buffer { return m.buffers }

func uniqueNames(params []*graph.Param, buffers []*graph.Buffer) error {
	seen := map[string]bool{}
	for _, b := range buffers {
		if seen[b.Name] {
			return fmt.Errorf("trainer: two buffers are called %s: give their layers different names", b.Name)
		}
		seen[b.Name] = true
	}
	clear(seen)
	for _, p := range params {
		if seen[p.Name] {
			return fmt.Errorf("trainer: two parameters are called %s: give their layers different names", p.Name)
		}
		seen[p.Name] = true
	}
	return nil
}
