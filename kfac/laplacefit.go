package kfac

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// laplaceFit measures the blocks of F̂ as means over all examples. It uses the passes of a
// Preconditioner, and averages of its own.
type laplaceFit struct {
	cfg    LaplaceConfig
	pre    *Preconditioner
	layers []*layer // those with a block
	seen   int      // examples that are in the averages
}

func newLaplaceFit(cfg LaplaceConfig) *laplaceFit {
	p := &Preconditioner{decomposers: newDecomposers(), cfg: PreconditionerConfig{
		Structure: cfg.Structure, Estimator: cfg.Estimator, Sharing: cfg.Sharing,
	}.resolved()}
	p.visit, p.revisit = p.accumulate, p.project
	return &laplaceFit{cfg: cfg, pre: p}
}

// measure takes all mini-batches in.
func (f *laplaceFit) measure(batches iter.Seq2[graph.CurvatureObjective, error]) error {
	if batches == nil {
		return errNoData
	}
	seen, err := f.pass(batches, f.pre.visit, Block.Statistics, Block.Fold)
	if err != nil {
		return err
	}
	if f.seen = seen; seen == 0 {
		return errNoData
	}
	if f.cfg.Structure != EKFAC {
		return nil
	}
	p := f.pre
	for _, b := range p.blocks {
		if r, ok := b.(rebaser); ok {
			p.decomposers.todo = append(p.decomposers.todo, r.rebase()...)
		}
	}
	if err := p.decomposers.run(); err != nil {
		return err
	}
	if !p.settle(p.decomposers.todo) {
		return errNoEigenvalues
	}
	if seen, err = f.pass(batches, p.revisit, listScales, foldSquares); err != nil {
		return err
	}
	if seen != f.seen {
		return fmt.Errorf("kfac: structure %s goes through the data twice: the second pass had %d examples, the first %d", EKFAC, seen, f.seen)
	}
	return nil
}

var errNoData = errors.New("kfac: a Laplace posterior needs data: the pass had no mini-batch")

// errNoEigenvalues is the error of a decomposition that has failed.
var errNoEigenvalues = errors.New("kfac: a factor has no eigendecomposition")

// pass goes through the data once. fold takes the mini-batch in that visit has measured: of
// n examples after so many it has the weight n/(seen+n), so that all examples have the same.
func (f *laplaceFit) pass(batches iter.Seq2[graph.CurvatureObjective, error], visit func(*graph.CurvaturePass) error,
	list func(Block, *Statistics), fold func(b Block, keep float64)) (seen int, err error) {
	for obj, err := range batches {
		if err != nil {
			return 0, err
		}
		if obj == nil {
			return 0, errors.New("kfac: a Laplace posterior's pass has a mini-batch that is nil")
		}
		if err := f.build(obj); err != nil {
			return 0, err
		}
		if _, err := f.pre.compute(obj, true, visit, list); err != nil {
			return 0, err
		}
		n := obj.Examples()
		for _, b := range f.pre.blocks {
			fold(b, float64(seen)/float64(seen+n))
		}
		seen += n
	}
	return seen, nil
}

// foldSquares takes EKFAC's squares of the mini-batch in.
func foldSquares(b Block, keep float64) {
	switch b := b.(type) {
	case *ekfac[float32]:
		vector.Combine(b.s, float32(keep), float32(1-keep), b.batch.sum)
	case *ekfac[float64]:
		vector.Combine(b.s, keep, 1-keep, b.batch.sum)
	}
}

// build makes the blocks for the first objective, and compares the others with it.
func (f *laplaceFit) build(obj graph.CurvatureObjective) error {
	p, params := f.pre, obj.Params()
	if p.params != nil {
		if !slices.Equal(p.params, params) {
			return errors.New("kfac: a Laplace posterior belongs to one model: a mini-batch has other parameters than the first")
		}
		return nil
	}
	if len(params) == 0 {
		return errors.New("kfac: the objective has no parameters")
	}
	layers, free, err := randomLayers(obj, f.cfg.LastLayer)
	if err != nil {
		return err
	}
	for _, l := range layers {
		l.reduce = f.cfg.Sharing == Reduce
	}
	makeBlocks, makeLoose := structured[float64], looseBlocks[float64]
	if params[0].Value.Dtype() == graph.Float32 {
		makeBlocks, makeLoose = structured[float32], looseBlocks[float32]
	}
	blocks, err := makeBlocks(f.cfg.Structure, layers, obj.Taps())
	if err != nil {
		return err
	}
	p.layered, p.tapped = len(blocks), len(blocks)
	f.layers, p.blocks, p.params = layers, append(blocks, makeLoose(params, free)...), slices.Clone(params)
	return nil
}

// randomLayers lists the layers and the loose parameters that have a posterior: all, or
// those of the last tap.
func randomLayers(obj graph.CurvatureObjective, last bool) (layers []*layer, loose []*graph.Param, err error) {
	taps := obj.Taps()
	layers, others, err := placed(taps, obj.Params(), obj.Loose(), nil)
	if err != nil {
		return nil, nil, err
	}
	if last {
		if len(taps) == 0 {
			return nil, nil, errors.New("kfac: the last layer is to be random, and the model has no tap")
		}
		end := len(taps) - 1
		layers = slices.DeleteFunc(layers, func(l *layer) bool { return l.tap != end })
		others = slices.DeleteFunc(others, func(l *layer) bool { return l.tap != end })
		if len(layers)+len(others) == 0 {
			return nil, nil, fmt.Errorf("kfac: the last layer is to be random, and layer %s shares its weight with another one", taps[end].Name)
		}
	} else {
		loose = obj.Loose()
	}
	if len(others) > 0 {
		return nil, nil, fmt.Errorf("kfac: layer %s has a tap of kind %q, for which there is no Laplace posterior: make its parameters loose, or frozen", others[0].name, others[0].kind)
	}
	if !last {
		err = covered(layers, obj.Params(), loose)
	}
	return layers, loose, err
}
