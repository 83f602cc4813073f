package kfac

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/blockform"
	"github.com/gokfac/gokfac/internal/codec"
)

// BlockInfo describes a block of the preconditioner.
type BlockInfo struct {
	// Params are the names of the parameters whose Fisher matrix the block approximates.
	Params []string
	// Form is the approximation in words, with the orders of its matrices.
	Form string
	// Order is the number of these parameters, the order of the Fisher matrix that the block
	// stands for.
	Order int
	// Bytes is the memory of the mini-batch's statistics, of the averages and of the two
	// inverses, as it is at present. Scratch memory is not counted.
	Bytes int
}

// described is a block that knows its layers, and says what it is.
type described interface {
	describe() (layers []*layer, form string)
}

// Blocks describes the blocks, in the order of their statistics. The groups of a tap are
// one entry. It is nil before the first Measure or Build.
func (p *Preconditioner) Blocks() []BlockInfo {
	var list []BlockInfo
	groups := 0 // in the last entry
	for i, b := range p.blocks {
		info := p.about(i, b)
		if n := len(list); n > 0 && p.nextGroup(b) {
			groups++
			list[n-1].Order += info.Order
			list[n-1].Bytes += info.Bytes
			list[n-1].Form = blockform.Grouped(groups, info.Form)
			continue
		}
		groups = 1
		list = append(list, info)
	}
	return list
}

// about describes the i-th block by itself.
func (p *Preconditioner) about(i int, b Block) BlockInfo {
	info := BlockInfo{Bytes: p.bytes(i)}
	var layers []*layer
	if d, ok := b.(described); ok {
		layers, info.Form = d.describe()
	} else {
		layers, info.Form = p.others[i-p.layered:][:1], blockform.Registered(p.others[i-p.layered].kind)
	}
	var seen []int
	for _, l := range layers {
		info.Order += l.size()
		for _, at := range []int{l.weight, l.bias} {
			if at >= 0 && !slices.Contains(seen, at) {
				seen = append(seen, at)
				info.Params = append(info.Params, p.params[at].Name)
				if l.size() == 0 { // of a registered kind
					info.Order += p.params[at].Size()
				}
			}
		}
	}
	return info
}

// nextGroup reports whether the block is of a group of a tap, and not of the first.
func (p *Preconditioner) nextGroup(b Block) bool {
	d, ok := b.(described)
	if !ok {
		return false
	}
	layers, _ := d.describe()
	return len(layers) == 1 && layers[0].group > 0
}

// bytes is the memory of the i-th block and its inverses.
func (p *Preconditioner) bytes(i int) int {
	var s Statistics
	p.blocks[i].Statistics(&s)
	n := 0
	for _, x := range s.Float32 {
		n += 4 * len(x)
	}
	for _, x := range s.Float64 {
		n += 8 * len(x)
	}
	for _, f := range slices.Concat(p.blocks[i].State(), p.inverses[i].State(), p.spares[i].State()) {
		switch x := f.Value.(type) {
		case []float32:
			n += 4 * len(x)
		case []float64:
			n += 8 * len(x)
		case *codec.Rows[float32]:
			n += 4 * len(*x.Data)
		case *codec.Rows[float64]:
			n += 8 * len(*x.Data)
		case *tensor.Dense:
			n += x.DataSize() * int(x.Dtype().Size())
		}
	}
	return n
}

func (b *kronecker[T]) describe() ([]*layer, string) { return []*layer{b.layer}, b.factorForm() }

func (b *ekfac[T]) describe() ([]*layer, string) {
	return []*layer{b.layer}, blockform.Eigenbasis(b.factorForm())
}

func (b *diagonal[T]) describe() ([]*layer, string) { return []*layer{b.layer}, blockform.Diagonal }

func (b *pairs[T]) describe() ([]*layer, string) { return []*layer{b.layer}, blockform.Pairs(b.out) }

func (b *full[T]) describe() ([]*layer, string) { return b.layers, blockform.Whole(b.f.n) }

func (b *embedding[T]) describe() ([]*layer, string) { return []*layer{b.layer}, b.tableForm() }

func (b *chain[T]) describe() ([]*layer, string) {
	var layers []*layer
	text := fmt.Sprintf("a chain of %d:", len(b.layers))
	for i, f := range b.layers {
		layers = append(layers, f.layer)
		if i > 0 {
			text += ";"
		}
		text += " " + f.factorForm()
	}
	return layers, text
}

func (b *loose[T]) describe() ([]*layer, string) {
	return []*layer{{weight: b.param, bias: -1, in: 1, rows: 1, out: len(b.mean)}}, blockform.Diagonal
}
