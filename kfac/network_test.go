package kfac_test

import "math"

// This file and its neighbours enumerate_test.go, reference_test.go and
// shadow_test.go are a second implementation of small networks, of their Fisher
// matrix and of K-FAC, in plain loops over single examples and dense matrices,
// that shares nothing with the code under test.

// piece is one map of a net. The parameters of an affine map are the rows of
// W̄ = [W; b], those of a gain one factor per feature, from at on in θ.
type piece struct {
	kind        string // affine, gain, identity, tanh, sigmoid, relu
	at, in, out int
	noBias      bool
	tied        bool // an affine map with the parameters of the one before it
}

func dense(out int) piece      { return piece{kind: "affine", out: out} }
func linear(out int) piece     { return piece{kind: "affine", out: out, noBias: true} }
func function(k string) piece  { return piece{kind: k} }
func (p piece) rows() int      { return p.in + 1 - b2i(p.noBias) }
func (p piece) affine() bool   { return p.kind == "affine" }
func (p piece) extended() bool { return p.affine() && !p.noBias }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// net is a network with its loss: softmax, bernoulli or gaussian.
type net struct {
	loss   string
	in     int
	pieces []piece
	size   int     // of θ
	l2     float64 // η
}

func newNet(loss string, in int, pieces ...piece) net {
	n := net{loss: loss, in: in}
	width, last := in, 0
	for _, p := range pieces {
		p.in, p.at = width, n.size
		switch {
		case p.tied:
			p.at, p.out, p.noBias = n.pieces[last].at, n.pieces[last].out, n.pieces[last].noBias
		case p.affine():
			n.size += p.rows() * p.out
			last = len(n.pieces)
		case p.kind == "gain":
			n.size += width
		}
		if p.affine() {
			width = p.out
		}
		n.pieces = append(n.pieces, p)
	}
	return n
}

// forward returns the input of every piece, ā of an affine map with a bias,
// and the outputs last.
func (n net) forward(theta, x []float64) [][]float64 {
	var all [][]float64
	for _, p := range n.pieces {
		if p.extended() {
			x = append(append([]float64{}, x...), 1)
		}
		all = append(all, x)
		y := make([]float64, len(x))
		if p.affine() {
			y = make([]float64, p.out)
			for i, v := range x {
				for j := range y {
					y[j] += v * theta[p.at+i*p.out+j]
				}
			}
		}
		for i, v := range x {
			switch p.kind {
			case "identity":
				y[i] = v
			case "gain":
				y[i] = v * theta[p.at+i]
			case "tanh":
				y[i] = math.Tanh(v)
			case "sigmoid":
				y[i] = 1 / (1 + math.Exp(-v))
			case "relu":
				y[i] = max(v, 0)
			}
		}
		x = y
	}
	return append(all, x)
}

// backward returns the gradient of an example's loss from d, that at its
// outputs, and the gradients at the outputs of every piece.
func (n net) backward(theta []float64, inputs [][]float64, d []float64) (grad []float64, deltas [][]float64) {
	grad, deltas = make([]float64, n.size), make([][]float64, len(n.pieces))
	for k := len(n.pieces) - 1; k >= 0; k-- {
		p, x, y := n.pieces[k], inputs[k], inputs[k+1]
		deltas[k] = d
		e := make([]float64, p.in)
		switch p.kind {
		case "affine":
			for i, v := range x {
				for j, g := range d {
					grad[p.at+i*p.out+j] += v * g
					if i < p.in {
						e[i] += theta[p.at+i*p.out+j] * g
					}
				}
			}
		case "gain":
			for i, g := range d {
				grad[p.at+i] += x[i] * g
				e[i] = theta[p.at+i] * g
			}
		case "identity":
			copy(e, d)
		case "tanh":
			for i := range e {
				e[i] = d[i] * (1 - y[i]*y[i])
			}
		case "sigmoid":
			for i := range e {
				e[i] = d[i] * y[i] * (1 - y[i])
			}
		case "relu":
			for i := range e {
				if x[i] > 0 {
					e[i] = d[i]
				}
			}
		}
		d = e
	}
	return grad, deltas
}
