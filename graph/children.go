package graph

import "gorgonia.org/gorgonia"

// Children returns the inputs of n's op in their order, duplicates included: of any graph of
// gorgonia's. Inputs and constants have none.
//
// gorgonia finds a node by an index that it keeps for each number of a node. Log and others
// remove nodes from the graph, after which the index is of another node. A graph of n and what it
// depends on has an index of its own.
func Children(n *Node) []*Node {
	g := n.Graph()
	if g == nil || n.Op() == nil || n.Op().Arity() == 0 {
		return nil
	}
	if found, ok := g.Node(n.ID()).(*Node); !ok || found != n {
		g = g.ExactSubgraphRoots(n)
	}
	return inputs(g, n)
}

func inputs(g *gorgonia.ExprGraph, n *Node) []*Node {
	it := g.From(n.ID())
	if it == nil {
		return nil
	}
	ns := make([]*Node, 0, it.Len())
	for it.Next() {
		ns = append(ns, it.Node().(*Node))
	}
	return ns
}
