package stock

import (
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

func parameter(g *gorgonia.ExprGraph, name string, value []float32, rows, columns int) *gorgonia.Node {
	v := tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(slices.Clone(value)))
	return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(rows, columns), gorgonia.WithName(name), gorgonia.WithValue(v))
}

func layer(x, weight, bias *gorgonia.Node, activation string) (*gorgonia.Node, error) {
	product, err := gorgonia.Mul(x, weight)
	if err != nil {
		return nil, err
	}
	sum, err := gorgonia.BroadcastAdd(product, bias, nil, []byte{0})
	if err != nil {
		return nil, err
	}
	switch activation {
	case "relu":
		return gorgonia.Rectify(sum)
	case "tanh":
		return gorgonia.Tanh(sum)
	}
	return sum, nil
}

// cost is the mean loss of the mini-batch: −Σ y log softmax(z), or Σ log(1+eᶻ) − yz, the cross-entropy of sigmoid(z).
func cost(z, y *gorgonia.Node, task peer.Task) (*gorgonia.Node, error) {
	var losses *gorgonia.Node
	err := error(nil)
	apply := func(f func() (*gorgonia.Node, error)) (n *gorgonia.Node) {
		if err == nil {
			n, err = f()
		}
		return n
	}
	if task.Autoencoder {
		whole := apply(func() (*gorgonia.Node, error) { return gorgonia.Softplus(z) })
		own := apply(func() (*gorgonia.Node, error) { return gorgonia.HadamardProd(y, z) })
		losses = apply(func() (*gorgonia.Node, error) { return gorgonia.Sub(whole, own) })
	} else {
		probabilities := apply(func() (*gorgonia.Node, error) { return gorgonia.SoftMax(z) })
		logs := apply(func() (*gorgonia.Node, error) { return gorgonia.Log(probabilities) })
		own := apply(func() (*gorgonia.Node, error) { return gorgonia.HadamardProd(logs, y) })
		losses = apply(func() (*gorgonia.Node, error) { return gorgonia.Neg(own) })
	}
	sum := apply(func() (*gorgonia.Node, error) { return gorgonia.Sum(losses) })
	share := gorgonia.NewConstant(1 / float32(task.Batch))
	mean := apply(func() (*gorgonia.Node, error) { return gorgonia.Mul(sum, share) })
	return mean, err
}
