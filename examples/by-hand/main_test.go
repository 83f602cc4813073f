package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKFACIsFaster than gradient descent in as many steps, at any of these rates.
func TestKFACIsFaster(t *testing.T) {
	n := newNetwork()
	require.NoError(t, train(n, 100))
	n.forward()
	natural, _ := n.loss()
	assert.Less(t, natural, 0.2)
	for _, rate := range []float64{0.1, 0.3, 1, 3} {
		n := newNetwork()
		for range 101 {
			n.forward()
			_, g := n.loss()
			n.descend(n.backward(g), g, rate)
		}
		n.forward()
		plain, _ := n.loss()
		assert.Less(t, natural, 0.6*plain, "rate %g", rate)
	}
}

// descend takes a step against the gradient of the mean loss.
func (n *network) descend(g1, g2 []float64, rate float64) {
	step := func(w, b, a, g []float64) {
		in, out := len(w)/len(b), len(b)
		for i, v := range g {
			e, c := i/out, i%out
			b[c] -= rate / examples * v
			for j := range in {
				w[j*out+c] -= rate / examples * v * a[e*in+j]
			}
		}
	}
	step(n.w1, n.b1, n.x, g1)
	step(n.w2, n.b2, n.a, g2)
}
