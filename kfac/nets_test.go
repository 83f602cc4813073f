package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// tinyNets are of every loss and function, with and without bias, one layer
// and several, each of at most 50 parameters.
func tinyNets() map[string]net {
	nets := map[string]net{}
	for _, n := range []net{
		newNet("softmax", 4, dense(3)),
		newNet("softmax", 3, dense(4), function("tanh"), dense(3)),
		newNet("bernoulli", 2, dense(3), function("sigmoid"), dense(2), function("tanh"), dense(3)),
		newNet("gaussian", 3, dense(4), function("relu"), linear(3), function("tanh"), dense(2)),
		newNet("gaussian", 2, dense(2), function("identity"), dense(3), dense(2)),
		newNet("softmax", 2, linear(2), function("sigmoid"), dense(2), function("tanh"), dense(2), function("tanh"), dense(3)),
	} {
		name := fmt.Sprintf("%s %d", n.loss, n.in)
		for _, p := range n.affines() {
			name += fmt.Sprintf("-%d", p.out)
		}
		nets[name] = n
	}
	return nets
}

// tied is an affine map with the weight of an earlier one.
var tied = piece{kind: "affine", tied: true}

// looseNets have parameters under no tap, and weights under two.
func looseNets() map[string]net {
	return map[string]net{
		"gains":        newNet("softmax", 3, function("gain"), dense(3), function("tanh"), function("gain"), dense(3)),
		"tied":         newNet("bernoulli", 3, dense(2), function("tanh"), dense(2), function("sigmoid"), tied, function("tanh"), dense(2)),
		"tied only":    newNet("gaussian", 2, dense(2), function("tanh"), tied),
		"no bias":      newNet("gaussian", 2, linear(2), function("relu"), tied, function("gain"), dense(3)),
		"under no tap": newNet("softmax", 3, function("gain"), function("tanh"), function("gain")),
	}
}

// everyCase runs f on every tiny net with mini-batches of 1, 3 and 5.
func everyCase(t *testing.T, f func(t *testing.T, n net, theta []float64, b batch)) {
	t.Helper()
	for name, n := range tinyNets() {
		require.LessOrEqual(t, n.size, 50)
		for _, examples := range []int{1, 3, 5} {
			t.Run(fmt.Sprintf("%s N=%d", name, examples), func(t *testing.T) {
				f(t, n, n.theta(1), n.data(2, examples))
			})
		}
	}
}
