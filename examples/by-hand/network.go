package main

import (
	"math"
	"math/rand/v2"
)

const examples, inputs, hidden, classes = 200, 2, 16, 2

// network is inputs → hidden → classes, with tanh between them, and its data: two spirals. Weights
// are in×out, row-major.
type network struct {
	x, a, z        []float64 // N×inputs, N×hidden, N×classes
	y              []int
	w1, b1, w2, b2 []float64
}

func newNetwork() *network {
	r := rand.New(rand.NewPCG(1, 1))
	n := &network{
		a: make([]float64, examples*hidden), z: make([]float64, examples*classes),
		w1: normal(r, inputs*hidden, 1), b1: normal(r, hidden, 1), w2: normal(r, hidden*classes, 0.25), b2: make([]float64, classes),
	}
	for e := range examples {
		turn := 2.5 * float64(e) / examples
		angle := math.Pi * (turn + float64(e%2))
		n.x = append(n.x, turn*math.Cos(angle), turn*math.Sin(angle))
		n.y = append(n.y, e%2)
	}
	return n
}

func normal(r *rand.Rand, size int, deviation float64) []float64 {
	w := make([]float64, size)
	for i := range w {
		w[i] = deviation * r.NormFloat64()
	}
	return w
}

func (n *network) forward() {
	for e := range examples {
		a, z := n.a[e*hidden:][:hidden], n.z[e*classes:][:classes]
		for j := range a {
			a[j] = math.Tanh(n.b1[j] + n.w1[j]*n.x[2*e] + n.w1[hidden+j]*n.x[2*e+1])
		}
		copy(z, n.b2)
		for j, v := range a {
			for c := range z {
				z[c] += v * n.w2[j*classes+c]
			}
		}
	}
}

// loss returns the mean cross-entropy, and softmax(z) − onehot(y), N×classes.
func (n *network) loss() (mean float64, g []float64) {
	for e, y := range n.y {
		z := n.z[e*classes:][:classes]
		sum := math.Exp(z[0]) + math.Exp(z[1])
		mean += (math.Log(sum) - z[y]) / examples
		g = append(g, math.Exp(z[0])/sum, math.Exp(z[1])/sum)
		g[e*classes+y]--
	}
	return mean, g
}

// backward returns the gradients at the first map's outputs, N×hidden, from those at the second's.
func (n *network) backward(g2 []float64) []float64 {
	g1 := make([]float64, examples*hidden)
	for i, a := range n.a {
		e, w := i/hidden, n.w2[i%hidden*classes:]
		g1[i] = (g2[e*classes]*w[0] + g2[e*classes+1]*w[1]) * (1 - a*a)
	}
	return g1
}
