package adopt

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// buildWindows is Im2Col: images N×C×H×W to windows N×H′×W′×(C·kh·kw).
func buildWindows(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	var kh, kw, ph, pw, sh, sw, dh, dw int
	if _, err := fmt.Sscanf(n.text, "im2col<(%d,%d), (%d, %d), (%d,%d) (%d, %d)>", &kh, &kw, &ph, &pw, &sh, &sw, &dh, &dw); err != nil {
		return nil, fmt.Errorf("adopt: %v: its window is not known here", n)
	}
	x, s, out := in[0], in[0].Shape(), t.dims(n)
	c, h, w := s[1], s[2]+2*ph, s[3]+2*pw
	if ph > 0 || pw > 0 {
		padded := []int{s[0], c, h, w}
		var err error
		if x, err = (move{large: s, stride: strides(padded), offset: ph*w + pw, small: padded}).scatter(t.Builder, x); err != nil {
			return nil, err
		}
	}
	m := move{
		small: []int{s[0], c, h, w}, large: []int{s[0], out[1], out[2], c, kh, kw},
		stride: []int{c * h * w, sh * w, sw, h * w, dh * w, dw},
	}
	x, err := m.gather(t.Builder, x)
	if err != nil {
		return nil, err
	}
	return t.Reshape(x, out...)
}

// buildMaxPool is MaxPool2D of images N×C×H×W, by the layer of images N×H×W×C.
func buildMaxPool(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	var s [4]int
	var pool layers.MaxPool2D
	_, err := fmt.Sscanf(n.text, "MaxPool{%d, %d, %d, %d}(kernel: (%d, %d), pad: (%d, %d), stride: (%d, %d))", &s[0], &s[1], &s[2], &s[3],
		&pool.Window[0], &pool.Window[1], &pool.Padding[0], &pool.Padding[1], &pool.Stride[0], &pool.Stride[1])
	if err != nil {
		return nil, fmt.Errorf("adopt: %v: its window is not known here", n)
	}
	south, ok := n.hidden("padSouth")
	east, also := n.hidden("padEast")
	if !ok || !also || int(south) != pool.Padding[0] || int(east) != pool.Padding[1] {
		return nil, fmt.Errorf("adopt: %v: its padding differs between opposite sides: pad the image before it", n)
	}
	x, err := transposed(in[0].Shape(), []int{0, 2, 3, 1}).gather(t.Builder, in[0])
	if err != nil {
		return nil, err
	}
	if x, err = pool.Build(t.Builder, x); err != nil {
		return nil, fmt.Errorf("adopt: %v: %w", n, err)
	}
	return transposed(x.Shape(), []int{0, 3, 1, 2}).gather(t.Builder, x)
}

// buildGlobalAverage is the mean over the places of each image.
func buildGlobalAverage(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	s := in[0].Shape()
	x, err := summed(s, []bool{true, true, false, false}).scatter(t.Builder, in[0])
	if err != nil {
		return nil, err
	}
	return scaled(t.Builder, 1/float64(s[2]*s[3]), x)
}
