package curvature

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// Len is the number of elements of a direction, the length of its vector.
func Len(d graph.Direction) int {
	n := 0
	for _, x := range d {
		n += x.Shape().TotalSize()
	}
	return n
}

// Flatten writes the elements of d to dst: tensor by tensor in the parameters' order, each
// row-major. dst is of length [Len].
func Flatten(dst []float64, d graph.Direction) error {
	if n := Len(d); len(dst) != n {
		return fmt.Errorf("curvature: a direction of %d elements does not fit a vector of length %d", n, len(dst))
	}
	for _, x := range d {
		n := x.Shape().TotalSize()
		if x.Dtype() == graph.Float32 {
			vector.Widen(dst[:n], x.Float32s())
		} else {
			vector.Copy(dst[:n], x.Float64s())
		}
		dst = dst[n:]
	}
	return nil
}

// Unflatten is the reverse of [Flatten]. It rounds to the type of d.
func Unflatten(d graph.Direction, src []float64) error {
	if n := Len(d); len(src) != n {
		return fmt.Errorf("curvature: a vector of length %d does not fit a direction of %d elements", len(src), n)
	}
	for _, x := range d {
		n := x.Shape().TotalSize()
		if x.Dtype() == graph.Float32 {
			vector.Narrow(x.Float32s(), src[:n])
		} else {
			vector.Copy(x.Float64s(), src[:n])
		}
		src = src[n:]
	}
	return nil
}
