package layers

import "github.com/gokfac/gokfac/graph"

// Flatten turns N×d₁×d₂×… into the matrix N×(d₁·d₂·…).
type Flatten struct{}

var _ Layer = (*Flatten)(nil)

func (*Flatten) String() string { return "Flatten" }

// Params returns none.
func (*Flatten) Params() []*graph.Param { return nil }

// Build reshapes x; a matrix is passed on as it is.
func (*Flatten) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if x.Shape().Dims() == 2 {
		return x, nil
	}
	n := x.Shape()[0]
	return b.Reshape(x, n, x.Shape().TotalSize()/n)
}
