package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const examples, in, hidden = 400, 4, 24

// network is in → hidden → 1 with tanh between them, on data of one batch.
type network struct {
	x, y   *mat.Dense // examples×in, examples×1
	w1, w2 *mat.Dense // in×hidden, hidden×1
	b1, b2 []float64
	a, z   *mat.Dense // of the last forward pass: hidden activations, outputs
	g      *mat.Dense // gradients at the outputs
	random *rand.Rand
}

// newNetwork makes the data, too. The inputs have scales from 0.1 to 5, which makes the task
// hard for gradient descent.
func newNetwork() *network {
	r := rand.New(rand.NewPCG(3, 3))
	n := &network{x: mat.NewDense(examples, in, nil), y: mat.NewDense(examples, 1, nil), w1: mat.NewDense(in, hidden, nil),
		w2: mat.NewDense(hidden, 1, nil), b1: make([]float64, hidden), b2: make([]float64, 1),
		a: mat.NewDense(examples, hidden, nil), z: mat.NewDense(examples, 1, nil), g: mat.NewDense(examples, 1, nil), random: r}
	for i, scale := range [in]float64{0.1, 0.5, 2, 5} {
		for e := range examples {
			v := r.NormFloat64()
			n.x.Set(e, i, scale*v)
			n.y.Set(e, 0, n.y.At(e, 0)+math.Sin(2*v+float64(i)))
		}
	}
	normal := func(m *mat.Dense, deviation float64) {
		m.Apply(func(int, int, float64) float64 { return deviation * r.NormFloat64() }, m)
	}
	normal(n.w1, 1/math.Sqrt(in))
	normal(n.w2, 1/math.Sqrt(hidden))
	return n
}

// affine sets s to aW + b.
func affine(s, a, w *mat.Dense, b []float64) {
	s.Mul(a, w)
	for e := range examples {
		floats.Add(s.RawRowView(e), b)
	}
}

// forward is the forward pass. It returns the mean of ½(z−y)².
func (n *network) forward() float64 {
	affine(n.a, n.x, n.w1, n.b1)
	n.a.Apply(func(_, _ int, v float64) float64 { return math.Tanh(v) }, n.a)
	affine(n.z, n.a, n.w2, n.b2)
	n.g.Sub(n.z, n.y)
	return mat.Dot(n.g.ColView(0), n.g.ColView(0)) / 2 / examples
}

// residuals returns (z−y)/N, the gradient of the mean loss at the outputs.
func (n *network) residuals() *mat.Dense {
	n.g.Sub(n.z, n.y)
	n.g.Scale(1.0/examples, n.g)
	return n.g
}

// backward returns the gradients at the outputs of both maps.
func (n *network) backward(g2 *mat.Dense) (g1, _ *mat.Dense) {
	g1 = mat.NewDense(examples, hidden, nil)
	g1.Mul(g2, n.w2.T())
	g1.Apply(func(i, j int, v float64) float64 { return v * (1 - n.a.At(i, j)*n.a.At(i, j)) }, g1)
	return g1, g2
}

// move adds c·d to the parameters.
func (n *network) move(c float64, d *gradients) {
	floats.AddScaled(n.w1.RawMatrix().Data, c, d.w1.RawMatrix().Data)
	floats.AddScaled(n.w2.RawMatrix().Data, c, d.w2.RawMatrix().Data)
	floats.AddScaled(n.b1, c, d.b1)
	floats.AddScaled(n.b2, c, d.b2)
}

// gradients is something for each parameter: V, U or a velocity.
type gradients struct {
	w1, w2 *mat.Dense
	b1, b2 []float64
}

func newGradients() *gradients {
	return &gradients{w1: mat.NewDense(in, hidden, nil), w2: mat.NewDense(hidden, 1, nil), b1: make([]float64, hidden), b2: make([]float64, 1)}
}

// of sets d to the gradients of the mean loss, from those at the outputs of both maps.
func (d *gradients) of(n *network, g1, g2 *mat.Dense) {
	d.w1.Mul(n.x.T(), g1)
	d.w2.Mul(n.a.T(), g2)
	for i := range d.b1 {
		d.b1[i] = mat.Sum(g1.ColView(i))
	}
	d.b2[0] = mat.Sum(g2)
}

// momentum sets v to mu·v + d.
func (v *gradients) momentum(mu float64, d *gradients) {
	for _, p := range [][2]*mat.Dense{{v.w1, d.w1}, {v.w2, d.w2}} {
		p[0].Scale(mu, p[0])
		p[0].Add(p[0], p[1])
	}
	for _, p := range [][2][]float64{{v.b1, d.b1}, {v.b2, d.b2}} {
		floats.Scale(mu, p[0])
		floats.Add(p[0], p[1])
	}
}
