package adopt

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// Graph is a gorgonia graph that somebody else has built, ready for the optimizers of this
// module. It is not safe for concurrent use.
type Graph struct {
	reading    *reading
	cost       *node
	heads      []*head
	learnables []*learnable
	maps       []*affine
	examples   int // N
	dtype      tensor.Dtype
	scale      float64 // c
	scaleGiven bool
	coupled    *node // the first node at which examples come to depend on each other; nil: none

	x, y   *node   // the model's inputs and targets; y may be nil
	others []*node // further inputs

	memories map[place]*tensor.Dense
	last     *translation // of the network that was built last, until its cost is
	loss     *objectiveLoss
	model    *trainer.Model
}

// New reads the graph that cost depends on. It adds nothing to the graph, and may be called before
// or after gorgonia.Grad and gorgonia.Compile. learnables are the nodes that are learned, with
// their values; cost is a number, and falls as the network gets better.
//
// The first axis of an output, and of the inputs that it depends on, are the N examples. An error
// names the node and says what to do: an op that is not known here, examples that cannot be
// followed, a distribution that is not found.
func New(cost *gorgonia.Node, learnables gorgonia.Nodes, cfg Config) (*Graph, error) {
	g, err := newGraph(cost, learnables, cfg)
	if err != nil {
		return nil, err
	}
	if g.model, err = trainer.NewModel(&network{g: g}, g.loss, trainer.ModelConfig{Input: g.features(), DType: g.dtype, Seed: cfg.Seed}); err != nil {
		return nil, prefixed(err)
	}
	return g, g.rehearse()
}

// prefixed begins an error of another package with this one's name.
func prefixed(err error) error {
	if strings.HasPrefix(err.Error(), "adopt: ") {
		return err
	}
	return fmt.Errorf("adopt: %w", err)
}

// rehearse runs a mini-batch of zeros, so that what cannot be compiled or differentiated is an error now.
func (g *Graph) rehearse() error {
	if err := g.Load(); err != nil {
		return err
	}
	x := graph.NewDense(g.dtype, append([]int{g.examples}, g.features()...)...)
	y := graph.NewDense(g.dtype, g.examples)
	if g.y != nil {
		y = graph.NewDense(g.dtype, g.y.dims...)
	}
	obj, err := g.model.Batch(x, y)
	if err == nil {
		_, err = obj.Grad()
	}
	if err != nil {
		return prefixed(err)
	}
	return nil
}

func newGraph(cost *gorgonia.Node, learnables gorgonia.Nodes, cfg Config) (*Graph, error) {
	switch {
	case cost == nil:
		return nil, errors.New("adopt: the cost is nil")
	case !cost.IsScalar() && cost.Shape().TotalSize() != 1:
		return nil, fmt.Errorf("adopt: the cost has shape %v: want a number, such as a Mean", cost.Shape())
	case len(learnables) == 0:
		return nil, errors.New("adopt: there are no learnables")
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	g := &Graph{dtype: cost.Dtype(), memories: map[place]*tensor.Dense{}}
	roots := []*gorgonia.Node{cost}
	for _, o := range cfg.Outputs {
		roots = append(roots, o.Node)
	}
	byNode, err := g.addLearnables(learnables)
	if err != nil {
		return nil, err
	}
	if g.reading, err = read(byNode, roots...); err != nil {
		return nil, err
	}
	g.cost = g.reading.of[cost]
	if len(cfg.Outputs) == 0 {
		if cfg.Outputs, err = g.reading.onlySoftmax(); err != nil {
			return nil, err
		}
	}
	for _, l := range g.learnables {
		if l.node == nil {
			return nil, fmt.Errorf("adopt: neither the cost nor an output depends on learnable %v", l.param.Name)
		}
	}
	if err := g.findExamples(cfg.Outputs); err != nil {
		return nil, err
	}
	if err := g.reading.place(g.examples); err != nil {
		return nil, err
	}
	return g, g.settle(cfg)
}

// addLearnables makes the parameters.
func (g *Graph) addLearnables(nodes gorgonia.Nodes) (map[*gorgonia.Node]*learnable, error) {
	byNode := map[*gorgonia.Node]*learnable{}
	names := map[string]bool{}
	for i, n := range nodes {
		switch {
		case n == nil:
			return nil, fmt.Errorf("adopt: learnable %d is nil", i+1)
		case byNode[n] != nil:
			return nil, fmt.Errorf("adopt: learnable %v is listed twice", n.Name())
		case !n.IsVar():
			return nil, fmt.Errorf("adopt: learnable %v is computed by the graph: want an input", n.Name())
		case n.Dtype() != g.dtype || graph.CheckDType(g.dtype) != nil:
			return nil, fmt.Errorf("adopt: learnable %v is of type %v and the cost of %v: want one of float32 and float64 for all", n.Name(), n.Dtype(), g.dtype)
		}
		name := n.Name()
		for k := 2; names[name] || name == ""; k++ {
			name = n.Name() + "-" + strconv.Itoa(k)
		}
		names[name] = true
		l := &learnable{param: graph.NewParam(name, g.dtype, shapeOf(n)...)}
		g.learnables, byNode[n] = append(g.learnables, l), l
	}
	return byNode, nil
}

// onlySoftmax is the output of a graph with one SoftMax.
func (r *reading) onlySoftmax() (outputs []Output, err error) {
	for _, n := range r.order {
		if n.kind == "softmaxOp" {
			outputs = append(outputs, Output{Node: n.Node})
		}
	}
	if len(outputs) != 1 {
		return nil, fmt.Errorf("adopt: the cost depends on %d SoftMax nodes: name the Outputs, which are the nodes of the logits, or of their SoftMax or Sigmoid", len(outputs))
	}
	return outputs, nil
}

// findExamples sets N: the first size of the outputs.
func (g *Graph) findExamples(outputs []Output) error {
	for _, o := range outputs {
		n := g.reading.of[o.Node].dims[0]
		if g.examples != 0 && n != g.examples {
			return fmt.Errorf("adopt: output %v is of %d examples, and the first output of %d", g.reading.of[o.Node], n, g.examples)
		}
		g.examples = n
	}
	return nil
}

// settle finds maps, distributions and inputs.
func (g *Graph) settle(cfg Config) error {
	within := map[*node]bool{}
	for _, o := range cfg.Outputs {
		h, err := newHead(g.reading.of[o.Node], o.Distribution, g.examples)
		if err != nil {
			return err
		}
		g.heads = append(g.heads, h)
		mark(h.logits, within)
	}
	for _, n := range g.reading.order {
		if g.coupled == nil && within[n] && n.where.coupled {
			g.coupled = n
		}
	}
	g.maps = (&matching{examples: g.examples, within: within}).match(g.reading.order, g.learnables)
	if err := g.findInputs(within); err != nil {
		return err
	}
	for i, h := range g.heads {
		if err := g.find(h, cfg.Outputs[i].Distribution); err != nil {
			return err
		}
		g.scale = max(g.scale, h.scale)
	}
	if cfg.Scale != 0 {
		g.scale, g.scaleGiven = cfg.Scale, true
	}
	if g.scale == 0 {
		g.scale = 1
	}
	distribution, err := g.distribution()
	if err != nil {
		return err
	}
	g.loss = &objectiveLoss{Distribution: distribution, g: g}
	return nil
}

// mark collects what n depends on, n included.
func mark(n *node, seen map[*node]bool) {
	if seen[n] {
		return
	}
	seen[n] = true
	for _, c := range n.in {
		mark(c, seen)
	}
}

// Model is the graph as a model of package trainer, for training loops and predictions without a
// machine of gorgonia's. Its inputs are the values of the first input that the outputs depend on.
// Its targets are the values of the first input that the cost depends on and the outputs do not.
// The parameters are the model's own: Load fetches the learnables' values, and Store writes them
// back.
func (g *Graph) Model() *trainer.Model { return g.model }

// Load copies the learnables' values into the model.
func (g *Graph) Load() error {
	for _, l := range g.learnables {
		if err := l.load(l.param.Value, l.node.Value(), 1); err != nil {
			return fmt.Errorf("adopt: learnable %v: %w", l.node, err)
		}
	}
	return nil
}

// Store copies the model's parameters into the learnables' values.
func (g *Graph) Store() error {
	for _, l := range g.learnables {
		if err := l.store(); err != nil {
			return err
		}
	}
	return nil
}
