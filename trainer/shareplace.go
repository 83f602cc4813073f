package trainer

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/shares"
)

// SharedSource is a Source that gives a process of a group its share of each mini-batch
// alone, as a loader of package datasets with LoaderOptions.Share does. Of any other Source
// each process reads the whole mini-batches, and keeps its share.
type SharedSource interface {
	Source
	// Share says which examples the mini-batch that Next returned last has: those of the
	// numbers first, first+step, … below of, which is the number of examples of the whole
	// mini-batch. Process r of P has first = r and step = P. A process without examples
	// has one as a stand-in: first is then at least of.
	Share() (first, step, of int)
}

// place says which examples of a mini-batch a part, or a process, has: the zero value all
// of them, else those of the numbers first, first+step, … below of.
type place struct{ first, step, of int }

// noNumber is the number of a stand-in, which no example has.
const noNumber = 1 << 40

// counted is how many of n examples count.
func (p place) counted(n int) int {
	if p.step > 0 && p.first >= p.of {
		return 0
	}
	return n
}

// whole is the number of examples of the mini-batch that n are the share of.
func (p place) whole(n int) int {
	if p.step > 0 {
		return p.of
	}
	return n
}

// after is the place of n examples in a mini-batch of parts that has before examples in
// the parts before.
func (p place) after(before, n int) place {
	if p.counted(n) == 0 {
		return place{noNumber, 1, noNumber}
	}
	return place{before + p.first, max(p.step, 1), before + p.whole(n)}
}

// stand says which examples of the mini-batch the graph in use has.
func (m *Model) stand(at place) { m.streams.Places.First, m.streams.Places.Stride = at.first, at.step }

// ownRows cuts whole mini-batches to the share of one process.
type ownRows struct {
	shares.Share
	kept []*tensor.Dense // of x, y and the further targets of the last mini-batch
	more []*tensor.Dense
}

// cut returns the share of a mini-batch of tensors whose first axis is that of examples. It
// is valid until the next call.
func (o *ownRows) cut(x, y *tensor.Dense, more []*tensor.Dense) (ownX, ownY *tensor.Dense, ownMore []*tensor.Dense, at place, err error) {
	of := examplesOf(x)
	o.more = o.more[:0]
	for role, t := range append([]*tensor.Dense{x, y}, more...) {
		own, err := o.rows(role, t, of)
		if err != nil {
			return nil, nil, nil, place{}, err
		}
		switch role {
		case 0:
			ownX = own
		case 1:
			ownY = own
		default:
			o.more = append(o.more, own)
		}
	}
	return ownX, ownY, o.more, place{o.Rank, o.Size, of}, nil
}

// rows is the process's rows of t, or the first of them as a stand-in.
func (o *ownRows) rows(role int, t *tensor.Dense, of int) (*tensor.Dense, error) {
	switch {
	case of == 0 || examplesOf(t) != of:
		return nil, fmt.Errorf("trainer: a mini-batch with a tensor of shape %v for %d examples: all tensors need one row for each, of 1 or more", shapeOf(t), of)
	case t.RequiresIterator() || t.DataOrder().IsColMajor():
		return nil, fmt.Errorf("trainer: a mini-batch with a tensor of shape %v that is not contiguous and row-major", t.Shape())
	}
	n := o.Rows(of)
	for role >= len(o.kept) {
		o.kept = append(o.kept, nil)
	}
	own := o.kept[role]
	if own == nil || own.Dtype() != t.Dtype() || examplesOf(own) != n || !own.Shape()[1:].Eq(t.Shape()[1:]) {
		own = tensor.New(tensor.Of(t.Dtype()), tensor.WithShape(append([]int{n}, t.Shape()[1:]...)...))
		o.kept[role] = own
	}
	switch from := t.Data().(type) {
	case []float32:
		copyOwn(own.Float32s(), from, n, of, o.Share)
	case []float64:
		copyOwn(own.Float64s(), from, n, of, o.Share)
	case []int:
		copyOwn(own.Ints(), from, n, of, o.Share)
	case []int32:
		copyOwn(own.Int32s(), from, n, of, o.Share)
	case []int64:
		copyOwn(own.Int64s(), from, n, of, o.Share)
	case []uint8:
		copyOwn(own.Uint8s(), from, n, of, o.Share)
	default:
		return nil, fmt.Errorf("trainer: a mini-batch of %v: the model takes numbers of type float32, float64, int, int32, int64 or uint8", t.Dtype())
	}
	return own, nil
}

// copyOwn copies the process's rows, n of the rows that from has.
func copyOwn[T any](to, from []T, n, of int, own shares.Share) {
	width := len(to) / n
	for j := range n {
		copy(to[j*width:(j+1)*width], from[own.Number(j, of)*width:])
	}
}

func examplesOf(t *tensor.Dense) int {
	if t == nil || t.Dims() == 0 {
		return 0
	}
	return t.Shape()[0]
}
