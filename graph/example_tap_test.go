package graph_test

import (
	"fmt"
	"log"

	"github.com/gokfac/gokfac/graph"
)

// A tap on memory of one's own: an objective that is no graph of this package fills a
// and g, and K-FAC preconditions its gradient. kfac/outside_test.go has a whole one.
func ExampleNewTap() {
	const examples, in, out = 4, 3, 2
	weight, bias := graph.NewParam("w", graph.Float32, in, out), graph.NewParam("b", graph.Float32, out)
	a, g := graph.NewDense(graph.Float32, examples, in), graph.NewDense(graph.Float32, examples, out)
	tap, err := graph.NewTap("first", weight, bias, examples, a, g)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tap.Name, tap.Locations())
	_, err = graph.NewTap("first", weight, bias, examples, g, a)
	fmt.Println(err)
	// Output:
	// first 1
	// graph: tap first: inputs of shape (4, 2) and gradients of shape (4, 3) with a weight of shape (3, 2): want N·T×in, N·T×out and in×out
}

// Groups of parameters as text, as the command line has them.
func ExampleParseGroups() {
	groups, err := graph.ParseGroups("*.bias:l2=none; dense1.*:frozen; dense3.*:rate=0.1")
	if err != nil {
		log.Fatal(err)
	}
	for _, g := range groups {
		fmt.Println(g.Params, g.Frozen, g.Rate, g.L2)
	}
	// Output:
	// *.bias false 0 -1
	// dense1.* true 0 0
	// dense3.* false 0.1 0
}
