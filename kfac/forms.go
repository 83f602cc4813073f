package kfac

import (
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blockform"
)

// Forms returns a function that says in words by which blocks the Fisher matrix of some
// parameters is approximated, in the structure and with the weight sharing that are set.
// params and taps are all of a model's: no mini-batch is needed. The function's parameters
// are a layer's; it says nothing of frozen ones. Structure BlockTridiagonal names the layers
// that a layer is coupled with. An error names a tap that no block is for.
func (p *Preconditioner) Forms(params []*graph.Param, taps []*graph.Tap) (func(params []*graph.Param) string, error) {
	learned, loose := graph.Learned(params), graph.LooseParams(graph.Learned(params), taps)
	var live []*graph.Tap
	for _, t := range taps {
		if !t.Weight.Group.Frozen {
			live = append(live, t)
		}
	}
	layers, others, err := placed(live, learned, loose, p.kinds)
	if err != nil {
		return nil, err
	}
	words, order := map[*graph.Param]string{}, 0
	for _, l := range layers {
		l.reduce = p.cfg.Sharing == Reduce
		order += l.size()
		words[learned[l.weight]] = blockform.Grouped(l.groups, l.form(p.cfg.Structure))
	}
	switch p.cfg.Structure {
	case Full:
		for _, l := range layers {
			words[learned[l.weight]] = blockform.Whole(order) + ", of all layers"
		}
	case BlockTridiagonal:
		for _, run := range runs(ofAffine(layers, true), live) {
			for i, l := range run {
				words[learned[l.weight]] += coupled(run, i)
			}
		}
	}
	for _, l := range others {
		words[learned[l.weight]] = blockform.Registered(l.kind)
	}
	for _, q := range loose {
		words[q] = blockform.Diagonal
	}
	return func(params []*graph.Param) string {
		var forms []string
		for _, q := range params {
			forms = append(forms, words[q])
		}
		return blockform.Joined(forms)
	}, nil
}

// coupled names the neighbours of the i-th layer of a run.
func coupled(run []*layer, i int) string {
	var names []string
	if i > 0 {
		names = append(names, run[i-1].name)
	}
	if i < len(run)-1 {
		names = append(names, run[i+1].name)
	}
	switch {
	case len(names) > 0:
		return ", coupled with " + strings.Join(names, " and ")
	case run[i].group > 0: // said of the first
		return ""
	}
	return ", not coupled"
}

// form is the layer's block in structures that have one for each layer.
func (l *layer) form(s Structure) string {
	switch {
	case s == Diagonal:
		return blockform.Diagonal
	case l.kind == graph.Embedding:
		return l.tableForm()
	case l.kind != graph.Affine:
		return blockform.Own(l.out, l.rows == 2)
	case s == EKFAC:
		return blockform.Eigenbasis(l.factorForm())
	}
	return l.factorForm()
}

// factorForm is A ⊗ G of an affine map.
func (l *layer) factorForm() string {
	sharing := Expand
	if l.reduce {
		sharing = Reduce
	}
	return blockform.Over(blockform.Factors(l.rows, l.out), string(sharing), l.locations)
}

// tableForm is A ⊗ G of a table: each use of a row counts by itself, unless the setting
// is Reduce.
func (l *layer) tableForm() string {
	text := blockform.Table(l.in, l.out)
	if l.reduce {
		text = blockform.Over(text, string(Reduce), l.locations)
	}
	return text
}
