package adopt

import (
	"fmt"
	"math"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// function is a function of one number with its derivative: nil where that is 0 everywhere.
type function struct {
	name  string
	f     func(x float64) float64
	slope *function
	// fast computes f for many numbers, where there is something better than a loop.
	fast32 func(y, x []float32)
	fast64 func(y, x []float64)
}

// chain is a function with its first and second derivative.
func chain(name string, f, slope, bend func(float64) float64) *function {
	return &function{name: name, f: f, slope: &function{name: name + "-slope", f: slope, slope: &function{name: name + "-bend", f: bend}}}
}

// flat is a function whose derivative is 0.
func flat(name string, f func(float64) float64) *function { return &function{name: name, f: f} }

func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func zero(float64) float64 { return 0 }

// functions are gorgonia's, by the names that its ops print. The derivatives are our own: those
// of log2 and invSqrt are wrong in gorgonia 0.9.18.
var functions = func() map[string]*function {
	m := map[string]*function{}
	for _, f := range []*function{
		chain("abs", math.Abs, sign, zero),
		flat("sign", sign), flat("ceil", math.Ceil), flat("floor", math.Floor),
		chain("sin", math.Sin, math.Cos, func(x float64) float64 { return -math.Sin(x) }),
		chain("cos", math.Cos, func(x float64) float64 { return -math.Sin(x) }, func(x float64) float64 { return -math.Cos(x) }),
		chain("exp", math.Exp, math.Exp, math.Exp),
		chain("ln", math.Log, func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) }),
		chain("log2", math.Log2, func(x float64) float64 { return 1 / (x * math.Ln2) }, func(x float64) float64 { return -1 / (x * x * math.Ln2) }),
		chain("neg", func(x float64) float64 { return -x }, func(float64) float64 { return -1 }, zero),
		chain("square", func(x float64) float64 { return x * x }, func(x float64) float64 { return 2 * x }, func(float64) float64 { return 2 }),
		chain("sqrt", math.Sqrt, func(x float64) float64 { return 0.5 / math.Sqrt(x) }, func(x float64) float64 { return -0.25 / (x * math.Sqrt(x)) }),
		chain("inv", func(x float64) float64 { return 1 / x }, func(x float64) float64 { return -1 / (x * x) }, func(x float64) float64 { return 2 / (x * x * x) }),
		chain("invSqrt", func(x float64) float64 { return 1 / math.Sqrt(x) }, func(x float64) float64 { return -0.5 / (x * math.Sqrt(x)) },
			func(x float64) float64 { return 0.75 / (x * x * math.Sqrt(x)) }),
		chain("cube", func(x float64) float64 { return x * x * x }, func(x float64) float64 { return 3 * x * x }, func(x float64) float64 { return 6 * x }),
		chain("tanh", math.Tanh, func(x float64) float64 { t := math.Tanh(x); return 1 - t*t }, func(x float64) float64 { t := math.Tanh(x); return -2 * t * (1 - t*t) }),
		chain("sigmoid", sigmoid, func(x float64) float64 { s := sigmoid(x); return s * (1 - s) },
			func(x float64) float64 { s := sigmoid(x); return s * (1 - s) * (1 - 2*s) }),
		chain("log1p", math.Log1p, func(x float64) float64 { return 1 / (1 + x) }, func(x float64) float64 { return -1 / ((1 + x) * (1 + x)) }),
		chain("expm1", math.Expm1, math.Exp, math.Exp),
		chain("softplus", softplus, sigmoid, func(x float64) float64 { s := sigmoid(x); return s * (1 - s) }),
	} {
		m[f.name] = f
	}
	m["exp"].fast32, m["exp"].fast64 = elementwise.Exp[float32], elementwise.Exp[float64]
	m["tanh"].fast32, m["tanh"].fast64 = elementwise.Tanh[float32], elementwise.Tanh[float64]
	m["sigmoid"].fast32, m["sigmoid"].fast64 = elementwise.Sigmoid[float32], elementwise.Sigmoid[float64]
	return m
}()

// of adds f of each element of x.
func (f *function) of(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	op := graph.Op{Name: f.name, Shape: x.Shape(), F32: eachElement[float32](f.f, f.fast32), F64: eachElement[float64](f.f, f.fast64)}
	if f.slope == nil {
		op.Const = true
		return b.Apply(op, x)
	}
	op.Diff = func(d *graph.Diff) ([]*graph.Node, error) {
		dx, err := f.slope.times(d.Builder, d.In[0], d.Grad)
		return []*graph.Node{dx}, err
	}
	op.Tangent = func(t *graph.Tangent) (*graph.Node, error) { return f.slope.times(t.Builder, t.In[0], t.Dot[0]) }
	return b.Apply(op, x)
}

// times adds f(x)⊙g.
func (f *function) times(b *graph.Builder, x, g *graph.Node) (*graph.Node, error) {
	y, err := f.of(b, x)
	if err != nil {
		return nil, err
	}
	return hadamard(b, y, g)
}

func eachElement[T graph.Float](f func(float64) float64, fast func(y, x []T)) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		if fast != nil {
			fast(out, in[0])
			return
		}
		for i, x := range in[0] {
			out[i] = T(f(float64(x)))
		}
	}
}

func buildUnary(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	f, ok := functions[n.text]
	if !ok {
		return nil, fmt.Errorf("adopt: %v: the function is not known here", n)
	}
	if c := n.in[0]; n.text == "ln" && c.kind == "softmaxOp" {
		return t.logSoftmax(c) // the logarithm of a probability that underflows is finite this way
	}
	return f.of(t.Builder, in[0])
}

// hadamard adds x⊙y, of one shape.
func hadamard(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "hadamard", Shape: x.Shape(), F32: multiply[float32], F64: multiply[float64],
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, 2)
			for i := range grads {
				if d.Need[i] {
					var err error
					if grads[i], err = hadamard(d.Builder, d.Grad, d.In[1-i]); err != nil {
						return nil, err
					}
				}
			}
			return grads, nil
		},
		Tangent: graph.Bilinear(hadamard),
	}, x, y)
}

func multiply[T graph.Float](out []T, in [][]T) {
	y := in[1]
	for i, x := range in[0] {
		out[i] = x * y[i]
	}
}

// scaled adds c·x.
func scaled(b *graph.Builder, c float64, x *graph.Node) (*graph.Node, error) {
	f := chain("scale", func(x float64) float64 { return c * x }, func(float64) float64 { return c }, zero)
	return f.of(b, x)
}

func buildBinary(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	symbol, kind, _ := strings.Cut(n.text, " ")
	if symbol == "^" {
		return t.power(n, in)
	}
	x, y, err := t.alike(in[0], in[1])
	if err != nil {
		return nil, fmt.Errorf("adopt: %v: %w", n, err)
	}
	switch symbol {
	case "+":
		return t.Sum(x, y)
	case "-":
		minus, err := scaled(t.Builder, -1, y)
		if err != nil {
			return nil, err
		}
		return t.Sum(x, minus)
	case "⊙":
		return hadamard(t.Builder, x, y)
	case "÷":
		inverse, err := functions["inv"].of(t.Builder, y)
		if err != nil {
			return nil, err
		}
		return hadamard(t.Builder, x, inverse)
	}
	if kind != "true" || !compare[float64](symbol, nil, nil, nil) {
		return nil, fmt.Errorf("adopt: %v: not known here", n)
	}
	return t.Apply(graph.Op{Name: "compare", Shape: x.Shape(), Const: true, F32: comparing[float32](symbol), F64: comparing[float64](symbol)}, x, y)
}

// compare sets out to 1 where the relation holds, and to 0 elsewhere. It reports whether the relation
// is known.
func compare[T graph.Float](relation string, out, x, y []T) bool {
	switch relation {
	case "<":
		for i, v := range x {
			out[i] = bit[T](v < y[i])
		}
	case ">":
		for i, v := range x {
			out[i] = bit[T](v > y[i])
		}
	case "<=":
		for i, v := range x {
			out[i] = bit[T](v <= y[i])
		}
	case ">=":
		for i, v := range x {
			out[i] = bit[T](v >= y[i])
		}
	case "==":
		for i, v := range x {
			out[i] = bit[T](v == y[i])
		}
	case "!=":
		for i, v := range x {
			out[i] = bit[T](v != y[i])
		}
	default:
		return false
	}
	return true
}

func bit[T graph.Float](holds bool) T {
	if holds {
		return 1
	}
	return 0
}

func comparing[T graph.Float](relation string) func(out []T, in [][]T) {
	return func(out []T, in [][]T) { compare(relation, out, in[0], in[1]) }
}

// alike spreads a number to the shape of the other operand.
func (t *translation) alike(x, y *graph.Node) (*graph.Node, *graph.Node, error) {
	a, b := x.Shape(), y.Shape()
	var err error
	switch {
	case a.Eq(b):
	case a.TotalSize() == 1 && a.Dims() == 1:
		x, err = spread(b).gather(t.Builder, x)
	case b.TotalSize() == 1 && b.Dims() == 1:
		y, err = spread(a).gather(t.Builder, y)
	default:
		err = fmt.Errorf("operands of shapes %v and %v for %d examples", a, b, t.Batch)
	}
	return x, y, err
}

// power is x^k for a constant k.
func (t *translation) power(n *node, in []*graph.Node) (*graph.Node, error) {
	if n.in[1].kind != constantLeaf || n.in[1].size() != 1 {
		return nil, fmt.Errorf("adopt: %v: an exponent must be a constant number", n)
	}
	x, err := values(n.in[1].Op().(constant).Value())
	if err != nil {
		return nil, fmt.Errorf("adopt: %v: %w", n, err)
	}
	k := x[0]
	return chain("power", func(x float64) float64 { return math.Pow(x, k) }, func(x float64) float64 { return k * math.Pow(x, k-1) },
		func(x float64) float64 { return k * (k - 1) * math.Pow(x, k-2) }).of(t.Builder, in[0])
}
