package kfac

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Place says which parameters a registered block is for.
type Place struct {
	Name         string // the tap's
	Tap          int    // its place among the taps, in Pass.Taps and Gradient.Taps
	Weight, Bias int    // places among the parameters, in directions; Bias −1 if there is none
	DType        tensor.Dtype
}

// NewBlock makes the block of one tap.
type NewBlock func(at Place, t *graph.Tap) (Block, error)

// blocksOf makes the blocks of the objective's taps and loose parameters.
func (p *Preconditioner) blocksOf(obj graph.CurvatureObjective) ([]Block, error) {
	params, taps, free := obj.Params(), obj.Taps(), obj.Loose()
	layers, others, err := placed(taps, params, free)
	if err != nil {
		return nil, err
	}
	if err := covered(append(slices.Clone(layers), others...), params, free); err != nil {
		return nil, err
	}
	makeBlocks, makeLoose := structured[float64], looseBlocks[float64]
	dtype := params[0].Value.Dtype()
	if dtype == graph.Float32 {
		makeBlocks, makeLoose = structured[float32], looseBlocks[float32]
	}
	blocks, err := makeBlocks(p.cfg.Structure, layers, taps)
	if err != nil {
		return nil, err
	}
	for _, l := range others {
		t := taps[l.tap]
		build, ok := p.kinds[t.Kind]
		if !ok {
			return nil, fmt.Errorf("kfac: tap %s is of kind %q, and no block is registered for it: call Register on the preconditioner", t.Name, t.Kind)
		}
		b, err := build(Place{Name: t.Name, Tap: l.tap, Weight: l.weight, Bias: l.bias, DType: dtype}, t)
		if err != nil {
			return nil, fmt.Errorf("kfac: tap %s of kind %q: %w", t.Name, t.Kind, err)
		}
		blocks = append(blocks, b)
	}
	return append(blocks, makeLoose(params, free)...), nil
}

// structured makes the blocks of a structure for affine maps.
func structured[T graph.Float](s Structure, layers []*layer, taps []*graph.Tap) ([]Block, error) {
	var blocks []Block
	switch s {
	case Full:
		if len(layers) == 0 {
			return nil, nil
		}
		b, err := newFull[T](layers)
		return []Block{b}, err
	case BlockTridiagonal:
		for _, run := range runs(layers, taps) {
			if len(run) > 1 {
				blocks = append(blocks, newChain[T](run))
			} else {
				blocks = append(blocks, newKronecker[T](run[0]))
			}
		}
		return blocks, nil
	}
	for _, l := range layers {
		switch s {
		case EKFAC:
			blocks = append(blocks, newEKFAC[T](l))
		case Diagonal:
			blocks = append(blocks, newDiagonal[T](l))
		default:
			blocks = append(blocks, newKronecker[T](l))
		}
	}
	return blocks, nil
}

// runs cuts the layers into runs of consecutive affine maps, each fed by the
// one before it and by nothing else.
func runs(layers []*layer, taps []*graph.Tap) [][]*layer {
	var all [][]*layer
	for i, l := range layers {
		if i > 0 && graph.Consecutive(taps[layers[i-1].tap], taps[l.tap], taps) {
			all[len(all)-1] = append(all[len(all)-1], l)
		} else {
			all = append(all, []*layer{l})
		}
	}
	return all
}

// looseBlocks makes a diagonal block for each parameter that is not under
// exactly one tap.
func looseBlocks[T graph.Float](params, free []*graph.Param) []Block {
	var blocks []Block
	for i, p := range free {
		blocks = append(blocks, newLoose[T](p.Name, slices.Index(params, p), i, p.Size()))
	}
	return blocks
}
