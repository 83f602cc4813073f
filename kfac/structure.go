package kfac

import (
	"errors"
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// build makes the blocks for the model that obj belongs to, at the first step.
func (o *Optimizer) build(obj graph.CurvatureObjective) error {
	params := obj.Params()
	if o.params != nil {
		if !slices.Equal(o.params, params) {
			return errors.New("kfac: an optimizer serves one model: make another one for these parameters")
		}
		return nil
	}
	if len(params) == 0 {
		return errors.New("kfac: the objective has no parameters")
	}
	taps, free := obj.Taps(), obj.Loose()
	layers, err := layersOf(taps, params, free)
	if err != nil {
		return err
	}
	if err := covered(layers, params, free); err != nil {
		return err
	}
	makeBlocks, makeLoose := blocksOf[float64], looseBlocks[float64]
	if params[0].Value.Dtype() == graph.Float32 {
		makeBlocks, makeLoose = blocksOf[float32], looseBlocks[float32]
	}
	blocks, err := makeBlocks(o.cfg.Structure, layers, taps)
	if err != nil {
		return err
	}
	blocks = append(blocks, makeLoose(params, free)...)
	o.params, o.blocks = slices.Clone(params), blocks
	o.theta, o.grad.Direction = graph.Values(o.params), graph.Gradients(o.params)
	o.proposal, o.last = graph.NewDirection(o.params), graph.NewDirection(o.params)
	if o.cfg.Polyak > 0 {
		o.average = graph.NewDirection(o.params)
	}
	o.inverses, o.spares = nil, nil // of a build whose pending state was refused
	for _, b := range blocks {
		o.inverses, o.spares = append(o.inverses, b.newInverse()), append(o.spares, b.newInverse())
	}
	o.jobs, o.renewed = make([][]*inversion, len(blocks)), make([]bool, len(blocks))
	return o.restorePending()
}

// blocksOf makes the blocks of a structure.
func blocksOf[T graph.Float](s Structure, layers []*layer, taps []*graph.Tap) ([]block, error) {
	var blocks []block
	switch s {
	case Full:
		if len(layers) == 0 {
			return nil, nil
		}
		b, err := newFull[T](layers)
		return []block{b}, err
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
func looseBlocks[T graph.Float](params, free []*graph.Param) []block {
	var blocks []block
	for i, p := range free {
		blocks = append(blocks, newLoose[T](p.Name, slices.Index(params, p), i, p.Size()))
	}
	return blocks
}
