package layers

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/graph"
)

// Reshape gives the elements of each example, in row-major order, another shape: N×…
// becomes N×Shape. One size may be −1: what the others leave.
type Reshape struct {
	Shape []int // of an example, without the batch
}

var _ Layer = (*Reshape)(nil)

func (r *Reshape) String() string { return "Reshape(" + list(r.Shape, "×") + ")" }

// list writes numbers that a file may have made too many to be read.
func list(numbers []int, between string) string {
	const most = 8
	var parts []string
	for i, d := range numbers {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, strconv.Itoa(d))
	}
	return strings.Join(parts, between)
}

// Params returns none.
func (*Reshape) Params() []*graph.Param { return nil }

// Build reshapes x. The error names both shapes if their numbers of elements differ.
func (r *Reshape) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	own, n := b.UniqueName("reshape"), x.Shape()[0]
	elements := x.Shape().TotalSize() / n
	left, open := elements, -1
	misfit := func(problem string) error {
		return fmt.Errorf("layers: %s: input of shape %v, examples to be of shape [%s]: %s", own, x.Shape(), list(r.Shape, " "), problem)
	}
	for i, d := range r.Shape {
		switch {
		case d == -1 && open < 0:
			open = i
		case d <= 0:
			return nil, misfit("want positive sizes, one of which may be −1")
		case left%d != 0:
			return nil, misfit(fmt.Sprintf("an example has %d elements: want as many", elements))
		default:
			left /= d
		}
	}
	if open < 0 && left != 1 || len(r.Shape) == 0 {
		return nil, misfit(fmt.Sprintf("an example has %d elements: want as many", elements))
	}
	shape := append([]int{n}, r.Shape...)
	if open >= 0 {
		shape[1+open] = left
	}
	return b.Reshape(x, shape...)
}
