package layers

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// windows says where a kernel meets the images of a batch, N×H×W×C: T = H′·W′
// windows in each, of kh·kw·C elements.
type windows struct {
	examples, channels int
	vertical           axis // along H
	horizontal         axis // along W

	// groups is the number of parts that a window's channels are cut into: its elements
	// are groups×kh×kw×C/groups. 0 stands for 1.
	groups int
}

// axis is one of the two directions that a kernel moves in.
type axis struct {
	in, kernel, stride, dilation int
	padding, after               int // before the first element and after the last

	// extent is dilation·(kernel−1)+1, what the kernel spans; out is
	// ⌊(in + padding + after − extent)/stride⌋ + 1, in how many places it fits.
	extent, out int
	places      []place
}

// place is one position of the kernel. Its element v lies over the image's
// element start + dilation·v; those before first and from end on are over the
// padding.
type place struct{ start, first, end int }

// measure checks that the kernel fits and computes extent and out, without an
// overflow whatever the settings are.
func (a *axis) measure() error {
	if most := max(a.padding, a.after); most > (math.MaxInt-a.in)/2 {
		return fmt.Errorf("padding %d is too large", most)
	}
	padded := a.in + a.padding + a.after
	if a.kernel-1 > (padded-1)/a.dilation {
		return fmt.Errorf("a kernel of %d elements at dilation %d does not fit into %d elements padded to %d", a.kernel, a.dilation, a.in, padded)
	}
	a.extent = a.dilation*(a.kernel-1) + 1
	a.out = (padded-a.extent)/a.stride + 1
	return nil
}

// same chooses the padding with which the kernel has ⌈in/stride⌉ places. Of an odd
// number of zeros the greater half comes after the last element.
func (a *axis) same() error {
	if a.kernel-1 > (math.MaxInt/4)/a.dilation || a.in > math.MaxInt/4 {
		return fmt.Errorf("a kernel of %d elements at dilation %d is too large", a.kernel, a.dilation)
	}
	last := (a.in - 1) / a.stride * a.stride // where the last place begins, without padding
	total := max(0, last+a.dilation*(a.kernel-1)+1-a.in)
	a.padding, a.after = total/2, total-total/2
	return nil
}

// single reports whether the kernel's places are neighbours, as far as there are several.
func (a *axis) single() bool {
	return a.stride == 1 || a.out == 1 && a.in+a.padding+a.after == a.extent
}

// lay fills places in.
func (a *axis) lay() {
	a.places = make([]place, a.out)
	for i := range a.places {
		p := place{start: i*a.stride - a.padding, end: a.kernel}
		for p.first < a.kernel && p.start+a.dilation*p.first < 0 {
			p.first++
		}
		for p.end > p.first && p.start+a.dilation*(p.end-1) >= a.in {
			p.end--
		}
		a.places[i] = p
	}
}

// newWindows measures the window win on a batch of shape N×H×W×C, or
// N×H×W. Every location has the given number of outputs: the filters of a
// convolution.
func newWindows(win window, shape tensor.Shape, outputs int) (*windows, error) {
	w := &windows{examples: shape[0], channels: 1}
	if len(shape) == 4 {
		w.channels = shape[3]
	}
	stride, dilation := orOnes(win.stride), orOnes(win.dilation)
	for i, a := range []*axis{&w.vertical, &w.horizontal} {
		*a = axis{in: shape[1+i], kernel: win.kernel[i], stride: stride[i], padding: win.padding[i], after: win.padding[i], dilation: dilation[i]}
		if win.same {
			if err := a.same(); err != nil {
				return nil, err
			}
		}
		if err := a.measure(); err != nil {
			return nil, err
		}
	}
	t := []int{w.vertical.out, w.horizontal.out}
	k := []int{w.vertical.kernel, w.horizontal.kernel, w.channels}
	switch {
	case !fits(t, k, []int{w.examples}):
		return nil, fmt.Errorf("%d×%d locations in each of %d examples are too many", t[0], t[1], w.examples)
	case !fits(t, []int{outputs, w.examples}):
		return nil, fmt.Errorf("%d outputs at each of %d×%d locations are too many", outputs, t[0], t[1])
	}
	return w, nil
}

// lay fills in where the windows are. What it takes counts against the graph's limits: a place has the size of six
// float32s, and each of its kernel's elements may be looked at.
func (w *windows) lay(b *graph.Builder) error {
	for _, a := range []*axis{&w.vertical, &w.horizontal} {
		if err := b.Reserve(a.out, a.kernel+6); err != nil {
			return err
		}
		a.lay()
	}
	return nil
}

// locations is T.
func (w *windows) locations() int { return w.vertical.out * w.horizontal.out }

// rows is the number of all windows, N·T.
func (w *windows) rows() int { return w.examples * w.locations() }

// pixels is the number of elements of an image, H·W·C.
func (w *windows) pixels() int { return w.vertical.in * w.horizontal.in * w.channels }

// identity reports whether the windows are the images themselves, cut into rows.
func (w *windows) identity() bool {
	v, h := &w.vertical, &w.horizontal
	if w.groups > 1 {
		return false
	}
	whole := v.kernel == v.in && h.kernel == h.in && v.out == 1 && h.out == 1
	single := v.kernel == 1 && h.kernel == 1 && v.out == v.in && h.out == h.in
	if whole {
		whole = (v.dilation == 1 || v.kernel == 1) && (h.dilation == 1 || h.kernel == 1)
	}
	return (whole || single) && v.padding == 0 && h.padding == 0
}

// features is the number of elements of a window, kh·kw·C.
func (w *windows) features() int { return w.vertical.kernel * w.horizontal.kernel * w.channels }

// mostElements bounds a matrix: 8 TiB of float64, or all that 32 bits address.
// Beyond, memory is not exhausted but make panics.
const mostElements = math.MaxInt >> (bits.UintSize / 64 * 20) / 8

// fits reports whether a matrix whose size is the product of these positive
// numbers can be asked for.
func fits(sizes ...[]int) bool {
	product := 1
	for _, n := range slices.Concat(sizes...) {
		if n > mostElements/product {
			return false
		}
		product *= n
	}
	return true
}

// orOnes replaces zeros, which stand for the default.
func orOnes(v [2]int) [2]int {
	for i := range v {
		if v[i] == 0 {
			v[i] = 1
		}
	}
	return v
}
