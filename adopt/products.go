package adopt

import (
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/matmul"
)

// factors are the two operands of a linAlgBinOp as matrices: left is m×k after its
// transposition, right k×n.
type factors struct {
	left, right    []int // shapes before transposition
	transL, transR bool
}

// factorsOf reads A × Bᵀ, A × b, a ⋅ b and a ⊗ b, where small letters are vectors.
func (n *node) factorsOf() (f factors, err error) {
	l, rest, _ := strings.Cut(n.text, " ")
	symbol, r, ok := strings.Cut(rest, " ")
	x, y := n.in[0].dims, n.in[1].dims
	f = factors{left: x, right: y, transL: strings.HasSuffix(l, "ᵀ"), transR: strings.HasSuffix(r, "ᵀ")}
	switch {
	case ok && symbol == "×" && len(x) == 2 && len(y) == 2:
	case ok && symbol == "×" && len(x) == 2 && len(y) == 1:
		f.right = []int{y[0], 1}
	case ok && symbol == "⋅":
		f.left, f.right = []int{1, product(x)}, []int{product(y), 1}
	case ok && symbol == "⊗":
		f.left, f.right = []int{product(x), 1}, []int{1, product(y)}
	default:
		return f, fmt.Errorf("adopt: %v: a product of this kind is not known here: use Mul of matrices", n)
	}
	return f, nil
}

// effective is the axis of the examples in the matrix, after transposition.
func effective(w layout, dims, matrix []int, trans bool) int {
	if w.axis < 0 {
		return -1
	}
	a := w.axis
	if len(dims) == 1 && matrix[0] == 1 && matrix[1] > 1 {
		a = 1
	}
	if trans {
		a = 1 - a
	}
	return a
}

// placeProduct: rows of the left operand are rows of the result, columns of the right one are
// columns.
func placeProduct(n *node, _ int) (layout, error) {
	f, err := n.factorsOf()
	if err != nil {
		return layout{}, err
	}
	x, y := n.in[0].where, n.in[1].where
	l, r := effective(x, n.in[0].dims, f.left, f.transL), effective(y, n.in[1].dims, f.right, f.transR)
	switch {
	case l < 0 && r < 0:
		return apart(), nil
	case l == 0 && r < 0 && !(f.transL && x.rows > 1):
		return along(0, x.rows), nil
	case l < 0 && r == 1 && len(n.dims) == 2 && y.rows == 1:
		return along(1, 1), nil
	case (l == 1 || l < 0) && (r == 0 || r < 0):
		return layout{axis: -1, summed: true}, nil
	}
	return x, n.lost("it multiplies examples with each other")
}

func buildProduct(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	f, err := n.factorsOf()
	if err != nil {
		return nil, err
	}
	x, y := in[0], in[1]
	if x, err = t.matrix(x, n.in[0], f.left); err != nil {
		return nil, err
	}
	if y, err = t.matrix(y, n.in[1], f.right); err != nil {
		return nil, err
	}
	s, err := matmul.Of(t.Builder, x, f.transL, y, f.transR)
	if err != nil {
		return nil, err
	}
	return t.Reshape(s, t.dims(n)...)
}

// matrix is x, of the user's node n, as a matrix of this shape for the user's batch size.
func (t *translation) matrix(x *graph.Node, n *node, shape []int) (*graph.Node, error) {
	if len(n.dims) == 2 {
		return x, nil
	}
	size := x.Shape().TotalSize()
	if shape[0] == 1 && shape[1] > 1 {
		return t.Reshape(x, 1, size)
	}
	return t.Reshape(x, size, 1)
}
