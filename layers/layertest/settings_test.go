package layertest_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/layers/layertest"
)

var (
	_ layertest.T = (*testing.T)(nil)
	_ layertest.T = (*testing.B)(nil)
	_ layertest.T = (*testing.F)(nil)
)

// check is Check with what it reports.
func check(layer func() layers.Layer, cfg layertest.Config) *recorder {
	r := &recorder{}
	layertest.Check(r, layer, cfg)
	return r
}

func mine(fault string) func() layers.Layer {
	return func() layers.Layer { return &affine{Units: 3, fault: fault} }
}

// TestFisherAlone: the Fisher matrix shows wrong taps by itself.
func TestFisherAlone(t *testing.T) {
	for fault, want := range map[string]string{
		"tap N times too large": "matrix has", "tap of another input": "matrix has", "tap behind the activation": "matrix has",
		"tap of rows in another order": "matrix has", "weight used twice": "matrix has", "tap transposed": "want N×in, N×out and in×out",
	} {
		r := check(mine(fault), layertest.Config{Skip: map[layertest.Aspect]string{layertest.Taps: "to see the matrix alone"}})
		require.NotEmpty(t, r.errors, fault)
		assert.Equal(t, []layertest.Aspect{layertest.Fisher}, r.aspects(t), fault)
		assert.Contains(t, r.errors[0], want, fault)
		assert.Contains(t, strings.Join(r.logs, "\n"), "taps: skipped: to see the matrix alone")
	}
}

// TestLoose: what is under no tap is no failure, and the log has it. K-FAC's diagonals of it are the Fisher matrix's.
func TestLoose(t *testing.T) {
	r := check(mine("no tap"), layertest.Config{})
	assert.Empty(t, r.errors)
	assert.Contains(t, strings.Join(r.logs, "\n"), "taps: skipped: affine1.weight is not under exactly one tap: K-FAC has the diagonal of its Fisher block")
	r = check(mine("tap without the bias"), layertest.Config{})
	assert.Empty(t, r.errors)
	assert.Contains(t, strings.Join(r.logs, "\n"), "affine1.bias is not under")
}

// ownKind is an affine whose tap is of a kind of its own.
type ownKind struct{ affine }

func (l *ownKind) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := l.affine.Build(b, x)
	if err == nil {
		b.Taps[len(b.Taps)-1].Kind = "own"
	}
	return y, err
}

// ownBlock multiplies the gradient by a number.
type ownBlock struct {
	at     kfac.Place
	factor float64
}

func (b *ownBlock) Accumulate(*kfac.Pass) bool            { return true }
func (b *ownBlock) Statistics(*kfac.Statistics)           {}
func (b *ownBlock) Fold(float64)                          {}
func (b *ownBlock) State() []kfac.Field                   { return nil }
func (b *ownBlock) NewInverse() kfac.Inverse              { return b }
func (b *ownBlock) Prepare(float64) []*kfac.Decomposition { return nil }
func (b *ownBlock) Condition() float64                    { return 1 }

func (b *ownBlock) Apply(u graph.Direction, g *kfac.Gradient) {
	for _, i := range []int{b.at.Weight, b.at.Bias} {
		u[i:i+1].Combine(0, b.factor, g.Direction[i:i+1])
	}
}

// TestOwnBlocks: taps of a user's own kind need a block, which must not point uphill.
func TestOwnBlocks(t *testing.T) {
	layer := func() layers.Layer { return &ownKind{affine{Units: 3}} }
	with := func(factor float64) layertest.Config {
		return layertest.Config{Blocks: map[string]kfac.NewBlock{"own": func(at kfac.Place, _ *graph.Tap) (kfac.Block, error) { return &ownBlock{at, factor}, nil }}}
	}
	r := check(layer, layertest.Config{})
	assert.Empty(t, r.errors)
	assert.Contains(t, strings.Join(r.logs, "\n"), `tap affine1 is of the kind "own", for which K-FAC has to be given a block`)
	assert.Contains(t, strings.Join(r.logs, "\n"), "fisher: skipped: kfac: tap affine1 is of kind")
	r = check(layer, with(2))
	assert.Empty(t, r.errors)
	assert.NotContains(t, strings.Join(r.logs, "\n"), "block")
	r = check(layer, with(-1))
	assert.Equal(t, []layertest.Aspect{layertest.Fisher}, r.aspects(t))
	assert.Contains(t, r.errors[0], "the preconditioned gradient is uphill")
}

// TestSecondDerivatives are required only where Config says so.
func TestSecondDerivatives(t *testing.T) {
	layer := func() layers.Layer { return bent{"no second derivative"} }
	r := check(layer, layertest.Config{})
	assert.Empty(t, r.errors)
	assert.Contains(t, strings.Join(r.logs, "\n"), "hessian: skipped: gradients have no tangent")
	r = check(layer, layertest.Config{Hessian: true})
	assert.Equal(t, []layertest.Aspect{layertest.Hessian}, r.aspects(t))
}

// logarithm is that of positive numbers, of a stock op.
type logarithm struct{}

func (logarithm) Params() []*graph.Param { return nil }

func (logarithm) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own, err := b.Snapshot(x)
	if err != nil {
		return nil, err
	}
	y, err := gorgonia.Log(own)
	if err != nil {
		return nil, err
	}
	return b.Snapshot(y)
}

// TestValues: a layer whose domain is not all numbers, of a stock op, which allocates.
func TestValues(t *testing.T) {
	layer := func() layers.Layer { return logarithm{} }
	positive := func(r *rand.Rand, x []float64) {
		for i := range x {
			x[i] = 0.5 + r.Float64()
		}
	}
	r := check(layer, layertest.Config{Values: positive})
	assert.Empty(t, r.errors)
	assert.Contains(t, strings.Join(r.logs, "\n"), "allocations: skipped: the stock op")
	r = check(layer, layertest.Config{})
	assert.Equal(t, []layertest.Aspect{layertest.Values}, r.aspects(t))
	assert.Contains(t, r.errors[0], "if the inputs are out of the layer's domain, set Config.Values")
}

// stairs are differentiable nowhere that matters.
type stairs struct{}

func (stairs) Params() []*graph.Param { return nil }

func (stairs) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return elementwise(b, "mine-stairs", x, func(v float64) float64 { return math.Abs(v) }, func(b *graph.Builder, x, d *graph.Node) (*graph.Node, error) {
		return elementwise(b, "mine-nothing", d, func(float64) float64 { return 0 }, nil)
	})
}

// TestKinks: where all inputs are at a kink nothing can be said, and that is a failure.
func TestKinks(t *testing.T) {
	r := check(func() layers.Layer { return stairs{} }, layertest.Config{Values: func(_ *rand.Rand, x []float64) { clear(x) }})
	assert.Equal(t, []layertest.Aspect{layertest.Gradient}, r.aspects(t))
	assert.Contains(t, r.errors[0], "most inputs are at a kink (set Config.Values)")
}

// TestParams: parameters take the values of Config.
func TestParams(t *testing.T) {
	seen := false
	check(mine(""), layertest.Config{Params: func(r *rand.Rand, params []*graph.Param) {
		require.Len(t, params, 2)
		for _, p := range params {
			for i := range p.Size() {
				set(p.Value, i, r.Float64())
			}
		}
		seen = true
	}})
	assert.True(t, seen)
}

// TestCoupled: BatchNorm is refused without Config.Coupled, and the message says what to do.
func TestCoupled(t *testing.T) {
	r := check(func() layers.Layer { return &layers.BatchNorm{} }, layertest.Config{Input: []int{4}})
	assert.Equal(t, []layertest.Aspect{layertest.Examples}, r.aspects(t))
	assert.Contains(t, r.errors[0], "Config.Coupled, if that is meant")
}

// TestMisuse: what is no layer, and what is no configuration, is a failure of one line.
func TestMisuse(t *testing.T) {
	one := &affine{Units: 3}
	for want, c := range map[string]struct {
		layer func() layers.Layer
		cfg   layertest.Config
	}{
		"the function that makes the layer is nil":                  {},
		"the function that makes the layer returns nil":             {layer: func() layers.Layer { return nil }},
		"the function that makes the layer fails: panic: no":        {layer: func() layers.Layer { panic("no") }},
		"returns one layer twice":                                   {layer: func() layers.Layer { return one }},
		"*layertest_test.affine: building: the function that makes": {layer: func() layers.Layer { return (*affine)(nil) }},
		"Config.Input is [0]: want positive sizes":                  {layer: mine(""), cfg: layertest.Config{Input: []int{0}}},
		"set Config.Input to the shape of an example":               {layer: func() layers.Layer { return &layers.Conv1D{Filters: 2, Kernel: 9} }},
		"there is no such aspect":                                   {layer: mine(""), cfg: layertest.Config{Skip: map[layertest.Aspect]string{"speed": ""}}},
	} {
		r := check(c.layer, c.cfg)
		require.Len(t, r.errors, 1, want)
		assert.Contains(t, r.errors[0], want)
	}
}

// TestBesideOthers: what other goroutines allocate is not the layer's.
func TestBesideOthers(t *testing.T) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Microsecond): // allocates
			}
		}
	}()
	r := check(mine(""), layertest.Config{})
	close(stop)
	<-done
	assert.Empty(t, r.errors)
}

// TestSkip: every aspect may be left out, and says so.
func TestSkip(t *testing.T) {
	skip := map[layertest.Aspect]string{}
	for _, a := range layertest.Aspects() {
		if a != layertest.Building { // finds the shape
			skip[a] = "not now"
		}
	}
	r := check(mine("gradient twice"), layertest.Config{Skip: skip})
	assert.Empty(t, r.errors)
	var logged []layertest.Aspect
	for _, l := range r.logs {
		logged = append(logged, layertest.Aspect(strings.Split(l, ": ")[2]))
	}
	assert.Equal(t, slices.DeleteFunc(layertest.Aspects(), func(a layertest.Aspect) bool { return a == layertest.Building }), logged)
}
