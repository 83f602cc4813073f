package main

import (
	"errors"
	"fmt"
	"io"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// block is K-FAC's A⊗G for a dense layer, and the exact trace of the layer's Fisher block. A is
// the mean of āāᵀ with ā = (a, 1), or a without a bias, G that of gradients ggᵀ at the outputs.
type block struct {
	name  string
	a, g  *mat.Dense
	exact float64 // the mean of ‖ā‖²‖g‖²
}

// kronecker measures K-FAC's blocks, prints their traces, and returns all eigenvalues of the
// block-diagonal matrix. It returns none for a network with other layers than dense ones.
func kronecker(n *network, out io.Writer) ([]float64, error) {
	blocks, err := factors(n)
	if errors.Is(err, errLayers) {
		fmt.Fprintf(out, "\nK-FAC's estimate is left out: %v\n", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var values []float64
	var sum, exact float64
	fmt.Fprintf(out, "\nK-FAC's estimate of the Fisher matrix\n")
	for _, b := range blocks {
		trace := mat.Trace(b.a) * mat.Trace(b.g)
		fmt.Fprintf(out, "  %-11s tr A·tr G %.5g, exact trace of the block %.5g\n", b.name, trace, b.exact)
		sum += trace
		exact += b.exact
		products, err := b.eigenvalues()
		if err != nil {
			return nil, err
		}
		values = append(values, products...)
	}
	fmt.Fprintf(out, "  %-11s %.5g, exact %.5g\n", "all", sum, exact)
	return values, nil
}

var errLayers = errors.New("the network has other layers than dense ones")

// factors goes through the examples once, with one backward pass for each output.
func factors(n *network) ([]*block, error) {
	var blocks []*block
	total := 0.0
	for obj, err := range n.batches() {
		if err != nil {
			return nil, err
		}
		measured, err := graph.CurvatureOf(obj)
		if err != nil {
			return nil, err
		}
		if len(measured.Loose()) > 0 {
			return nil, errLayers
		}
		first := true
		_, err = measured.Curvature(graph.Exact, func(pass *graph.CurvaturePass) error {
			for i, tap := range pass.Taps {
				if tap.Kind != graph.Affine || tap.A.Shape()[0] != tap.Examples || tap.Groups > 1 {
					return errLayers
				}
				if i == len(blocks) {
					blocks = append(blocks, newBlock(tap))
				}
				blocks[i].add(tap, first)
			}
			first = false
			return nil
		})
		if err != nil {
			return nil, err
		}
		total += float64(measured.Examples())
	}
	for _, b := range blocks {
		b.a.Scale(1/total, b.a)
		b.g.Scale(1/total, b.g)
		b.exact /= total
	}
	return blocks, nil
}

func newBlock(tap *graph.Tap) *block {
	in, out := tap.A.Shape()[1], tap.G.Shape()[1]
	if tap.Bias != nil {
		in++
	}
	return &block{name: tap.Name, a: mat.NewDense(in, in, nil), g: mat.NewDense(out, out, nil)}
}

// add adds the sums over the examples of a pass. A is the same in all passes of a mini-batch.
func (b *block) add(tap *graph.Tap, first bool) {
	in, out := tap.A.Shape()[1], tap.G.Shape()[1]
	width, _ := b.a.Dims()
	a := mat.NewDense(tap.Examples, width, nil)
	g := mat.NewDense(tap.Examples, out, append([]float64{}, tap.G.Float64s()...))
	g.Scale(float64(tap.Examples), g) // of an example's own loss, and not of the mean
	for i := range tap.Examples {
		row := a.RawRowView(i)
		row[width-1] = 1 // unless the layer has no bias
		copy(row, tap.A.Float64s()[i*in:(i+1)*in])
		aa, gg := mat.NewVecDense(width, row), mat.NewVecDense(out, g.RawRowView(i))
		b.exact += mat.Dot(aa, aa) * mat.Dot(gg, gg)
	}
	var product mat.Dense
	if first {
		product.Mul(a.T(), a)
		b.a.Add(b.a, &product)
		product.Reset()
	}
	product.Mul(g.T(), g)
	b.g.Add(b.g, &product)
}

// eigenvalues of A⊗G are the products of those of A and G.
func (b *block) eigenvalues() ([]float64, error) {
	var values [2][]float64
	for i, factor := range []*mat.Dense{b.a, b.g} {
		n, _ := factor.Dims()
		var e mat.EigenSym
		if !e.Factorize(mat.NewSymDense(n, factor.RawMatrix().Data), false) {
			return nil, fmt.Errorf("the decomposition of a factor of %s failed", b.name)
		}
		values[i] = e.Values(nil)
	}
	var products []float64
	for _, a := range values[0] {
		for _, g := range values[1] {
			products = append(products, a*g)
		}
	}
	return products, nil
}
