package layertest

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// probe computes some nodes and reads their values. A node that is nil is zero, of no elements.
type probe struct {
	nodes   []*graph.Node
	program *graph.Program // nil if there is nothing to compute
}

func (s *subject) probe(ns ...*graph.Node) (*probe, error) {
	p := &probe{}
	var outs []*graph.Node
	for _, n := range ns {
		if n != nil && graph.IsInput(n) {
			var err error
			if n, err = s.b.Snapshot(n); err != nil {
				return nil, err
			}
		}
		p.nodes = append(p.nodes, n)
		if n != nil {
			outs = append(outs, n)
		}
	}
	if len(outs) == 0 {
		return p, nil
	}
	var err error
	p.program, err = s.b.Compile(outs...)
	return p, err
}

// run computes the nodes, and returns copies of their values.
func (p *probe) run() ([][]float64, error) {
	if p.program != nil {
		if err := p.program.Run(); err != nil {
			return nil, err
		}
	}
	return p.read(), nil
}

// read returns copies of the nodes' values.
func (p *probe) read() [][]float64 {
	all := make([][]float64, len(p.nodes))
	for i, n := range p.nodes {
		if n != nil {
			all[i] = partcheck.Doubles(graph.Value(n))
		}
	}
	return all
}

// one is run for a probe of one node.
func (p *probe) one() ([]float64, error) {
	all, err := p.run()
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// derivative is that of the nodes' values, one after the other, as the tensors move along their moves.
func (p *probe) derivative(tensors []*tensor.Dense, moves [][]float64) (*partcheck.Slope, error) {
	var bases [][]float64
	for _, t := range tensors {
		bases = append(bases, partcheck.Doubles(t))
	}
	set := func(at float64) {
		for i, t := range tensors {
			x := append([]float64{}, bases[i]...)
			for j, v := range moves[i] {
				x[j] += at * v
			}
			partcheck.Fill(t, x)
		}
	}
	defer set(0)
	return partcheck.Derivative(func(at float64) ([]float64, error) {
		set(at)
		values, err := p.run()
		var all []float64
		for _, v := range values {
			all = append(all, v...)
		}
		return all, err
	})
}

// memories are the tensors of input nodes.
func memories(ns []*graph.Node) (all []*tensor.Dense) {
	for _, n := range ns {
		all = append(all, graph.Value(n))
	}
	return all
}

// contents are copies of the elements of input nodes.
func contents(ns []*graph.Node) (all [][]float64) {
	for _, n := range ns {
		all = append(all, partcheck.Doubles(graph.Value(n)))
	}
	return all
}

// orZeros is x, or zeros where the node is nil.
func orZeros(x []float64, size int) []float64 {
	if x == nil {
		return make([]float64, size)
	}
	return x
}
