package kfac

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blockform"
)

// Place is the place of a registered block's tap and parameters in the model.
type Place struct {
	// Name is the name of the tap, for errors and for fields of a state.
	Name string
	// Tap is the index of the tap in Pass.Taps and Gradient.Taps.
	Tap int
	// Weight and Bias are the indices of the tap's parameters in directions. Bias is −1
	// if the tap has no bias, or a loose one.
	Weight, Bias int
	// DType is the type of all parameters: graph.Float32 or graph.Float64.
	DType tensor.Dtype
}

// NewBlock is a constructor of blocks, called once for each tap of the kind that
// [Preconditioner.Register] was given. Its error ends the first Measure.
type NewBlock func(at Place, t *graph.Tap) (Block, error)

// blocksOf makes the blocks for the objective's taps and loose parameters.
func (p *Preconditioner) blocksOf(obj graph.CurvatureObjective) ([]Block, error) {
	params, taps, free := obj.Params(), obj.Taps(), obj.Loose()
	layers, others, err := placed(taps, params, free, p.kinds)
	if err != nil {
		return nil, err
	}
	if err := covered(append(slices.Clone(layers), others...), params, free); err != nil {
		return nil, err
	}
	p.windows = false
	for _, l := range layers {
		l.reduce = p.cfg.Sharing == Reduce
		l.windowed = l.kind == graph.Affine && p.cfg.Structure == LowRank && l.rows >= LeastWide && p.reduce == nil
		p.windows = p.windows || l.windowed
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
	p.layered, p.others = len(blocks), others
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
	p.tapped = len(blocks)
	return append(blocks, makeLoose(params, free)...), nil
}

// structured makes the blocks of structure s for the layers under taps of built-in kinds.
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
		for _, run := range runs(ofAffine(layers, true), taps) {
			if len(run) > 1 {
				blocks = append(blocks, newChain[T](run))
			} else {
				blocks = append(blocks, newKronecker[T](run[0]))
			}
		}
		layers = ofAffine(layers, false)
	}
	for _, l := range layers {
		if s != Diagonal && l.kind != graph.Affine {
			blocks = append(blocks, newOther[T](l, s))
			continue
		}
		switch s {
		case EKFAC:
			blocks = append(blocks, newEKFAC[T](l))
		case Diagonal:
			blocks = append(blocks, newDiagonal[T](l))
		case LowRank:
			blocks = append(blocks, newLowRankKronecker[T](l))
		default:
			blocks = append(blocks, newKronecker[T](l))
		}
	}
	return blocks, nil
}

// mostOwn is the greatest order of the whole Fisher matrix that a layer of factors and
// summands has as its block. It takes the work and the memory of the factor A of a dense
// layer with as many inputs.
const mostOwn = blockform.MostWhole

// newOther makes the block of a layer of another kind than affine, in structures that have a
// block for each layer.
func newOther[T graph.Float](l *layer, s Structure) Block {
	if l.kind == graph.Embedding {
		return newEmbedding[T](l, s == LowRank)
	}
	return newOwn[T](l)
}

// newOwn makes the block of factors and summands (graph.Scale, graph.Shift) in structures
// that have a block for each layer: the whole matrix, or where its order is above mostOwn,
// a 2×2 matrix for each feature, or the diagonal without summands or factors.
func newOwn[T graph.Float](l *layer) Block {
	switch {
	case l.size() <= mostOwn:
		return fullOf[T](l.name, []*layer{l})
	case l.rows == 2:
		return newPairs[T](l)
	}
	return newDiagonal[T](l)
}

// ofAffine returns the layers under affine taps, or the others.
func ofAffine(layers []*layer, affine bool) []*layer {
	var some []*layer
	for _, l := range layers {
		if (l.kind == graph.Affine) == affine {
			some = append(some, l)
		}
	}
	return some
}

// runs divides the layers into runs. Within a run the input of each affine map is a
// function of the output of the map before it, and of nothing else but loose parameters
// (graph.Consecutive). A map in several groups is a run for each of them.
func runs(layers []*layer, taps []*graph.Tap) [][]*layer {
	var all [][]*layer
	for i, l := range layers {
		if i > 0 && l.groups == 1 && layers[i-1].groups == 1 && graph.Consecutive(taps[layers[i-1].tap], taps[l.tap], taps) {
			all[len(all)-1] = append(all[len(all)-1], l)
		} else {
			all = append(all, []*layer{l})
		}
	}
	return all
}

// looseBlocks makes a diagonal block for each loose parameter.
func looseBlocks[T graph.Float](params, free []*graph.Param) []Block {
	var blocks []Block
	for i, p := range free {
		blocks = append(blocks, newLoose[T](p.Name, slices.Index(params, p), i, p.Size()))
	}
	return blocks
}
