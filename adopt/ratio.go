package adopt

import (
	"errors"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// errNoMultiple is the error of a cost that is no multiple of a negative log-likelihood.
var errNoMultiple = errors.New("adopt: the cost is no multiple of the negative log-likelihood")

// The cost and a negative log-likelihood are compared at so many random outputs, for so many
// random targets. multiple is the greatest part of the cost's changes that may be unexplained: the
// logarithm of a probability with 1e-8 added to it passes. Real values are drawn so far apart that a cost
// which is not quadratic everywhere, as Huber's, shows it.
const (
	comparedTargets = 3
	comparedOutputs = 5
	multiple        = 1e-5
	farApart        = 8
)

// ratio is c if cost = c·(mean negative log-likelihood) + what does not depend on h's outputs,
// where y is the target, and errNoMultiple if there is no c. It runs the user's cost in float64 on
// random outputs and targets.
func (g *Graph) ratio(h *head, loss losses.Loss, y *node) (float64, error) {
	rng := rand.New(rand.NewPCG(1, uint64(h.units)))
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: g.examples, Streams: graph.Streams{
		Init: rng, Dropout: rng, Sample: rng,
	}})
	if err != nil {
		return 0, err
	}
	t := &translation{Builder: b, examples: g.examples, made: map[*node]*graph.Node{}}
	var others [][]float64 // memory of what c must not depend on
	other := func(name string, dims []int) (*graph.Node, error) {
		x, v := b.Input(name, dims...)
		fillUniform(v.Float64s(), rng, 0.1, 0.9)
		others = append(others, v.Float64s())
		return x, nil
	}
	t.param = func(l *learnable) (*graph.Node, error) { return other("learnable", l.param.Value.Shape()) }
	for _, n := range g.reading.order {
		if n.kind == inputLeaf {
			t.made[n], _ = other("input", n.dims)
		}
	}
	for _, another := range g.heads {
		t.made[another.logits], _ = other("outputs", another.logits.dims)
	}
	t.made[h.logits], _ = b.Input("outputs", h.logits.dims...)
	t.made[y], _ = b.Input("target", y.dims...)
	q := &comparison{z: graph.Value(t.made[h.logits]).Float64s(), y: graph.Value(t.made[y]).Float64s(), units: h.units, rng: rng, spread: 1}
	if err := q.build(t, g.cost, h, loss, y); err != nil {
		return 0, errNoMultiple
	}
	q.others = others
	if _, ok := loss.(losses.SquaredError); ok {
		q.spread = farApart
	}
	return q.run()
}

func fillUniform(x []float64, rng *rand.Rand, lo, hi float64) {
	for i := range x {
		x[i] = lo + (hi-lo)*rng.Float64()
	}
}

// comparison is of the cost with one negative log-likelihood.
type comparison struct {
	z, y    []float64   // memory of outputs and of the user's target
	others  [][]float64 // memory of other inputs, outputs and learnables: c must not depend on them
	spread  float64     // outputs and real targets are drawn from −spread to spread
	labels  []float64   // of the distribution's target; nil: it is y
	units   int
	rng     *rand.Rand
	draw    func() // sets y and labels
	cost    *graph.Node
	nll     *graph.Node
	program *graph.Program
}

func (q *comparison) build(t *translation, cost *node, h *head, loss losses.Loss, y *node) error {
	z, err := t.outputs(h)
	if err != nil {
		return err
	}
	shape, err := loss.TargetShape(z.Shape())
	if err != nil {
		return err
	}
	target, v := t.Input("target", shape...)
	q.labels = v.Float64s()
	if !q.drawing(loss, y.where.axis == 1) {
		return errNoMultiple
	}
	if q.nll, err = loss.NegativeLogLikelihood(t.Builder, z, target); err != nil {
		return err
	}
	c, err := t.node(cost)
	if err != nil {
		return err
	}
	if q.cost, err = scaled(t.Builder, 1, c); err != nil {
		return err
	}
	q.program, err = t.Compile(q.nll, q.cost)
	return err
}

// drawing chooses how targets are drawn: classes as rows with a single 1, or values that are the
// same for both.
func (q *comparison) drawing(loss losses.Loss, columns bool) bool {
	n := len(q.z) / q.units
	switch {
	case len(q.labels) == n && len(q.y) == n*q.units && q.units > 1:
		q.draw = func() {
			clear(q.y)
			for i := range q.labels {
				c := q.rng.IntN(q.units)
				q.labels[i] = float64(c)
				if columns {
					q.y[c*n+i] = 1
				} else {
					q.y[i*q.units+c] = 1
				}
			}
		}
	case len(q.labels) == len(q.y) && !columns:
		_, bits := loss.(losses.SigmoidCrossEntropy)
		_, classes := loss.(losses.SoftmaxCrossEntropy)
		q.draw = func() {
			for i := range q.y {
				switch {
				case bits:
					q.y[i] = float64(q.rng.IntN(2))
				case classes:
					q.y[i] = float64(q.rng.IntN(q.units))
				default:
					q.y[i] = q.spread * (2*q.rng.Float64() - 1)
				}
			}
			copy(q.labels, q.y)
		}
	}
	return q.draw != nil
}

// run finds c by least squares over changes of the outputs.
func (q *comparison) run() (float64, error) {
	var du, dv []float64 // changes of the likelihood and of the cost
	for range comparedTargets {
		q.draw()
		for _, x := range q.others {
			fillUniform(x, q.rng, 0.1, 0.9)
		}
		var u0, v0 float64
		for k := range comparedOutputs {
			fillUniform(q.z, q.rng, -q.spread, q.spread)
			if err := q.program.Run(); err != nil {
				return 0, errNoMultiple
			}
			u, v := graph.Value(q.nll).Float64s()[0], graph.Value(q.cost).Float64s()[0]
			if k > 0 {
				du, dv = append(du, u-u0), append(dv, v-v0)
			}
			u0, v0 = u, v
		}
	}
	var uu, uv, vv float64
	for i := range du {
		uu, uv, vv = uu+du[i]*du[i], uv+du[i]*dv[i], vv+dv[i]*dv[i]
	}
	c := uv / uu
	if rest := vv - uv*c; !(rest <= multiple*multiple*vv) && !(math.Abs(rest) <= 1e-12*vv) || c == 0 || math.IsNaN(c) || math.IsInf(c, 0) {
		return 0, errNoMultiple
	}
	return c, nil
}
