package main

import (
	"math"
	"math/rand/v2"
)

const in, hidden, classes, batch = side * side, 32, 10, 128

// network is in → hidden → classes, with tanh between them. Weights are in×out, row-major.
type network struct {
	w1, b1, w2, b2     []float32
	dw1, db1, dw2, db2 []float32 // gradients of the mean loss
	a, z               []float32 // of the last forward pass: hidden activations, outputs
}

func newNetwork() *network {
	r := rand.New(rand.NewPCG(7, 7))
	normal := func(n int, deviation float64) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(deviation * r.NormFloat64())
		}
		return x
	}
	return &network{
		w1: normal(in*hidden, 1/math.Sqrt(in)), b1: make([]float32, hidden),
		w2: normal(hidden*classes, 1/math.Sqrt(hidden)), b2: make([]float32, classes),
	}
}

// forward is the forward pass.
func (n *network) forward(x []float32) {
	n.a = affine(x, n.w1, n.b1)
	for i, v := range n.a {
		n.a[i] = float32(math.Tanh(float64(v)))
	}
	n.z = affine(n.a, n.w2, n.b2)
}

// backward returns the gradients at the outputs of the first map, from those of the second.
func (n *network) backward(g2 []float32) []float32 {
	g1 := make([]float32, len(n.a))
	for i, v := range n.a {
		var sum float32
		for j, w := range n.w2[i%hidden*classes:][:classes] {
			sum += w * g2[i/hidden*classes+j]
		}
		g1[i] = sum * (1 - v*v)
	}
	return g1
}

// gradients is a forward and a backward pass. It returns the mean loss.
func (n *network) gradients(x []float32, y []int32) float64 {
	n.forward(x)
	loss, g := crossEntropy(n.z, y)
	n.dw2, n.db2 = weightGradients(n.a, g, hidden, classes)
	n.dw1, n.db1 = weightGradients(x, n.backward(g), in, hidden)
	return loss
}

func (n *network) loss(d data) float64 {
	n.forward(d.x)
	loss, _ := crossEntropy(n.z, d.y)
	return loss
}

// accuracy is in percent.
func (n *network) accuracy(d data) float64 {
	n.forward(d.x)
	right := 0
	for e, y := range d.y {
		best := 0
		row := n.z[e*classes:][:classes]
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		if best == int(y) {
			right++
		}
	}
	return 100 * float64(right) / float64(len(d.y))
}

// affine returns aW + b.
func affine(a, w, b []float32) []float32 {
	in, out := len(w)/len(b), len(b)
	s := make([]float32, 0, len(a)/in*out)
	for e := range len(a) / in {
		s = append(s, b...)
		for i, x := range a[e*in:][:in] {
			move(s[e*out:], w[i*out:][:out], -x)
		}
	}
	return s
}

// weightGradients returns the gradients of the mean loss: (1/N) aᵀg and the mean of g, where g
// are gradients of single examples' losses.
func weightGradients(a, g []float32, in, out int) (w, b []float32) {
	w, b = make([]float32, in*out), make([]float32, out)
	share := 1 / float32(len(a)/in)
	for e := range len(a) / in {
		row := g[e*out:][:out]
		for i, x := range a[e*in:][:in] {
			move(w[i*out:], row, -x*share)
		}
		move(b, row, -share)
	}
	return w, b
}

// crossEntropy returns the mean loss, and its gradients g = softmax(z) − onehot(y) at the outputs, of single
// examples' losses: without the factor 1/N of the mean.
func crossEntropy(z []float32, y []int32) (loss float64, g []float32) {
	g = make([]float32, len(z))
	for e, label := range y {
		var sum float64
		row := z[e*classes:][:classes]
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		for j, v := range row {
			g[e*classes+j] = float32(math.Exp(float64(v)) / sum)
		}
		g[e*classes+int(label)]--
		loss += (math.Log(sum) - float64(row[label])) / float64(len(y))
	}
	return loss, g
}

// move is x ← x − rate·d.
func move(x, d []float32, rate float32) {
	for i, v := range d {
		x[i] -= rate * v
	}
}
